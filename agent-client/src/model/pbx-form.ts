import type { Pbx, PbxHistory, PbxInput, PbxPatch } from "../../../server/protocol/pbx.ts";

export interface PbxFields {
	readonly name: string;
	readonly host: string;
	readonly port: string;
	readonly tls: boolean;
	readonly fingerprint: string;
	readonly username: string;
	readonly secret: string;
	readonly withControl: boolean;
	readonly controlUsername: string;
	readonly controlSecret: string;
	readonly extensionPattern: string;
	readonly recordingsRoot: string;
	readonly dialContext: string;
	readonly historyKind: "none" | PbxHistory["kind"];
	readonly historyPath: string;
	readonly historyHost: string;
	readonly historyPort: string;
	readonly historyDatabase: string;
	readonly historyTable: string;
	readonly historyUsername: string;
	readonly historySecret: string;
	readonly historyTls: boolean;
	/** PEM; empty on an edit: the present one stays. */
	readonly historyCa: string;
}
export type PbxProblem =
	| "name-missing"
	| "host-missing"
	| "port-wrong"
	| "username-missing"
	| "secret-missing"
	| "pattern-wrong"
	| "path-missing"
	| "ca-wrong";

/** A secret for `manager.conf`: 32 letters and digits. */
export function makeSecret(random: Uint8Array): string {
	const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	return [...random].map((byte) => alphabet[byte % alphabet.length]).join("");
}

export const fieldsOfPbx = (pbx: Pbx | null, secrets: { events: string; control: string }): PbxFields => ({
	name: pbx?.name ?? "",
	host: pbx?.host ?? "",
	port: String(pbx?.port ?? 5038),
	tls: pbx?.tls ?? false,
	fingerprint: "",
	username: pbx?.events.username ?? "dzvin",
	// An empty secret on an edit means: the present one stays.
	secret: pbx ? "" : secrets.events,
	withControl: pbx ? pbx.control !== null : true,
	controlUsername: pbx?.control?.username ?? "dzvin-control",
	controlSecret: pbx?.control ? "" : secrets.control,
	extensionPattern: pbx?.extensionPattern ?? "^\\d{2,5}$",
	recordingsRoot: pbx?.recordings?.root ?? "",
	dialContext: pbx?.dial.context ?? "",
	historyKind: pbx?.history?.kind ?? "none",
	...historyFields(pbx?.history ?? null, pbx?.host ?? ""),
});

type HistoryFields = Pick<PbxFields, Extract<keyof PbxFields, `history${string}`>>;

function historyFields(history: PbxHistory | null, host: string): Omit<HistoryFields, "historyKind"> {
	const database = history && !("path" in history) ? history : null;
	return {
		historyPath: history && "path" in history ? history.path : "",
		// As a rule the database runs on the PBX.
		historyHost: database?.host ?? host,
		historyPort: database?.port === undefined ? "" : String(database.port),
		historyDatabase: database?.database ?? "",
		historyTable: history && "table" in history ? (history.table ?? "") : "",
		historyUsername: database?.username ?? "dzvin",
		historySecret: "",
		historyTls: database?.tls ?? false,
		historyCa: "",
	};
}

/** Whether the journal lies in a database server, and not in a file. */
export const inDatabase = (kind: PbxFields["historyKind"]): kind is "mysql" | "postgres" =>
	kind === "mysql" || kind === "postgres";

/** What the server does not want without the secret: another server, user or proof, or no TLS any more. */
function sameDatabase(fields: PbxFields, pbx: Pbx | null): boolean {
	const before = pbx?.history;
	if (!before || "path" in before) return false;
	return (
		before.kind === fields.historyKind &&
		before.host === fields.historyHost.trim() &&
		String(before.port ?? "") === fields.historyPort.trim() &&
		before.username === fields.historyUsername.trim() &&
		(!before.tls || fields.historyTls) &&
		caOf(fields) === ""
	);
}

const caOf = (fields: PbxFields): string => (fields.historyTls ? fields.historyCa.trim() : "");

function historyProblems(fields: PbxFields, pbx: Pbx | null): Partial<Record<keyof PbxFields, PbxProblem>> {
	if (fields.historyKind === "none") return {};
	if (!inDatabase(fields.historyKind)) return fields.historyPath.trim() === "" ? { historyPath: "path-missing" } : {};
	const port = fields.historyPort.trim();
	return {
		...(fields.historyHost.trim() === "" && { historyHost: "host-missing" }),
		...(port !== "" && !isPort(port) && { historyPort: "port-wrong" }),
		...(fields.historyUsername.trim() === "" && { historyUsername: "username-missing" }),
		...(!sameDatabase(fields, pbx) && fields.historySecret === "" && { historySecret: "secret-missing" }),
		...(caOf(fields) !== "" && !caOf(fields).includes("-----BEGIN CERTIFICATE-----") && { historyCa: "ca-wrong" }),
	};
}

function historyOf(fields: PbxFields): PbxInput["history"] {
	const { historyKind: kind } = fields;
	if (kind === "none") return null;
	const table = fields.historyTable.trim();
	if (!inDatabase(kind)) {
		const path = fields.historyPath.trim();
		return kind === "cel-sqlite" && table !== "" ? { kind, path, table } : { kind, path };
	}
	const [port, database] = [fields.historyPort.trim(), fields.historyDatabase.trim()];
	return {
		kind,
		host: fields.historyHost.trim(),
		...(port !== "" && { port: Number(port) }),
		...(database !== "" && { database }),
		...(table !== "" && { table }),
		username: fields.historyUsername.trim(),
		...(fields.historySecret !== "" && { secret: fields.historySecret }),
		tls: caOf(fields) === "" ? fields.historyTls : { ca: `${caOf(fields)}\n` },
	};
}

function isPort(text: string): boolean {
	const port = Number(text);
	return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function compiles(pattern: string): boolean {
	try {
		new RegExp(pattern);
		return true;
	} catch {
		return false;
	}
}

/** Whether another machine may answer there than before: then the secrets must be entered again. */
export const isElsewhere = (fields: PbxFields, pbx: Pbx): boolean =>
	fields.host.trim() !== pbx.host || (pbx.tls && !fields.tls) || (fields.tls && fields.fingerprint.trim() !== "");

/** `pbx`: the one that is edited, null for a new one. An account with another name needs its secret. */
export function problemsOfPbx(fields: PbxFields, pbx: Pbx | null): Partial<Record<keyof PbxFields, PbxProblem>> {
	const stays = pbx !== null && !isElsewhere(fields, pbx);
	const sameEvents = stays && fields.username.trim() === pbx.events.username;
	const sameControl = stays && fields.controlUsername.trim() === pbx.control?.username;
	return {
		...(fields.name.trim() === "" && { name: "name-missing" }),
		...(fields.host.trim() === "" && { host: "host-missing" }),
		...(!isPort(fields.port) && { port: "port-wrong" }),
		...(fields.username.trim() === "" && { username: "username-missing" }),
		...(!sameEvents && fields.secret === "" && { secret: "secret-missing" }),
		...(fields.withControl && fields.controlUsername.trim() === "" && { controlUsername: "username-missing" }),
		...(fields.withControl && !sameControl && fields.controlSecret === "" && { controlSecret: "secret-missing" }),
		...historyProblems(fields, pbx),
		...(!compiles(fields.extensionPattern) && { extensionPattern: "pattern-wrong" }),
	};
}

/** The body for a new PBX. */
export function pbxInputOf(fields: PbxFields): PbxInput {
	const root = fields.recordingsRoot.trim();
	const fingerprint = fields.fingerprint.trim();
	const control = { username: fields.controlUsername.trim(), secret: fields.controlSecret };
	return {
		name: fields.name.trim(),
		host: fields.host.trim(),
		port: Number(fields.port),
		tls: fields.tls ? (fingerprint ? { fingerprint } : true) : false,
		events: { username: fields.username.trim(), secret: fields.secret },
		...(fields.withControl && control.secret !== "" && { control }),
		...(fields.extensionPattern.trim() !== "" && { extensionPattern: fields.extensionPattern.trim() }),
		...(root !== "" && { recordings: { root } }),
		...(fields.dialContext.trim() !== "" && { dial: { context: fields.dialContext.trim() } }),
		history: historyOf(fields),
	};
}

/** The body for an edit: an account is sent only with a new secret, because the server never tells the old one. */
export function pbxPatchOf(fields: PbxFields, pbx: Pbx): PbxPatch {
	const { events, dial, ...rest } = pbxInputOf(fields);
	const { channel } = pbx.dial;
	return {
		...rest,
		...(events.secret !== "" && { events }),
		...(!fields.withControl && { control: null }),
		...(!rest.recordings && { recordings: null }),
		// The dial string is not on the form and stays.
		dial: { ...dial, ...(channel !== null && { channel }) },
	};
}

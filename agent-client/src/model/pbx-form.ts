import type { Pbx, PbxInput } from "../../../server/protocol/pbx.ts";

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
}
export type PbxProblem =
	| "name-missing"
	| "host-missing"
	| "port-wrong"
	| "username-missing"
	| "secret-missing"
	| "pattern-wrong";

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
});

function compiles(pattern: string): boolean {
	try {
		new RegExp(pattern);
		return true;
	} catch {
		return false;
	}
}

export function problemsOfPbx(fields: PbxFields, isNew: boolean): Partial<Record<keyof PbxFields, PbxProblem>> {
	const port = Number(fields.port);
	return {
		...(fields.name.trim() === "" && { name: "name-missing" }),
		...(fields.host.trim() === "" && { host: "host-missing" }),
		...(!(Number.isInteger(port) && port >= 1 && port <= 65_535) && { port: "port-wrong" }),
		...(fields.username.trim() === "" && { username: "username-missing" }),
		...(isNew && fields.secret === "" && { secret: "secret-missing" }),
		...(fields.withControl && fields.controlUsername.trim() === "" && { controlUsername: "username-missing" }),
		...(isNew && fields.withControl && fields.controlSecret === "" && { controlSecret: "secret-missing" }),
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
	};
}

/** The body for an edit: an account is sent only with a new secret, because the server never tells the old one. */
export function pbxPatchOf(fields: PbxFields): Partial<PbxInput> {
	const { events, ...rest } = pbxInputOf(fields);
	return events.secret === "" ? rest : { ...rest, events };
}

import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { HistoryAccess } from "../pbx-access.ts";
import { PbxHistory, type PbxHistoryInput } from "../protocol/pbx.ts";
import { seal, unseal } from "./seal.ts";

type DatabaseInput = Extract<PbxHistoryInput, { kind: "mysql" | "postgres" }>;

/** A journal in a database, as its row keeps it. */
const Kept = z.object({
	kind: z.enum(["mysql", "postgres"]),
	host: z.string(),
	port: z.number().optional(),
	database: z.string().optional(),
	table: z.string().optional(),
	username: z.string(),
	sealed: z.string(),
	tls: z.object({ ca: z.string().optional() }).nullable(),
});
type Kept = z.infer<typeof Kept>;

const isDatabase = (input: PbxHistoryInput): input is DatabaseInput =>
	input.kind === "mysql" || input.kind === "postgres";

const place = (pbxId: string) => `${pbxId}.history`;

/**
 * The column for these settings, the secret sealed for the row `pbxId`; `before` is the column as it was. A secret, and
 * the authority that proves the server, stay only for the same server, proof and user: nobody can have them sent elsewhere.
 */
export function historyColumn(input: PbxHistoryInput | null, pbxId: string, key: Buffer, before: unknown): unknown {
	if (input === null || !isDatabase(input)) return input;
	const kept = Kept.safeParse(before).data;
	const same = kept && isSame(input, kept) ? kept : null;
	const { secret, tls = false, ...rest } = input;
	const sealed = secret === undefined ? same?.sealed : seal(key, secret, place(pbxId));
	if (sealed === undefined) {
		const fields = { "history.secret": "enter again" };
		throw new DzvinError("validation", "Some fields are not right.", fields);
	}
	const proof = typeof tls === "object" ? tls : tls ? (same?.tls ?? {}) : null;
	return { ...rest, sealed, tls: proof } satisfies Kept;
}

function isSame(input: DatabaseInput, kept: Kept): boolean {
	// Another proof, or none: another machine may answer.
	const unproven = typeof input.tls === "object" || (kept.tls !== null && !input.tls);
	return (
		!unproven &&
		input.kind === kept.kind &&
		input.host === kept.host &&
		input.port === kept.port &&
		input.username === kept.username
	);
}

/** What may be shown. A journal that an earlier version understood and this one does not is none. */
export function historyShown(column: unknown): PbxHistory | null {
	const kept = Kept.safeParse(column).data;
	if (!kept) return PbxHistory.safeParse(column).data ?? null;
	const { sealed: _, tls, ...rest } = kept;
	return { ...rest, tls: tls !== null };
}

const standardPort = { mysql: 3306, postgres: 5432 } as const;

/** How to read it. Throws when the secret does not open. */
export function historyAccess(column: unknown, pbxId: string, key: Buffer): HistoryAccess | null {
	const kept = Kept.safeParse(column).data;
	if (!kept) {
		const shown = PbxHistory.safeParse(column).data;
		return shown && "path" in shown ? shown : null;
	}
	const { kind, host, username, sealed, tls } = kept;
	return {
		...{ kind, host, username },
		port: kept.port ?? standardPort[kind],
		database: kept.database ?? "asteriskcdrdb",
		table: kept.table ?? "cel",
		secret: unseal(key, sealed, place(pbxId)),
		tls: tls && (tls.ca === undefined ? {} : { ca: tls.ca }),
	};
}

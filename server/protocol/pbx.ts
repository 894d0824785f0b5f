import { z } from "zod";
import { Id, Time, text } from "./basics.ts";
import { Said } from "./said.ts";

/** `standby`: connected, but another server writes this PBX's calls; this one takes over when that one dies. */
export const PbxState = z.enum(["connecting", "login-refused", "connected", "standby", "away", "stopped"]);
export type PbxState = z.infer<typeof PbxState>;

const word = z
	.string()
	.regex(/^[^\r\n\0]*$/)
	.overwrite((given) => given.toWellFormed());
/** An IPv6 address may come in the brackets of a URL; resolvers and sockets want it without. */
const host = word
	.trim()
	.min(1)
	.max(253)
	.overwrite((given) => given.replace(/^\[([\da-f:.]+)\]$/i, "$1"));
const Account = z.strictObject({ username: word.min(1).max(80), secret: word.min(1).max(200) });
export const PbxTls = z.union([
	z.boolean(),
	z.strictObject({
		/** PEM of the authority that signed the PBX's certificate. */
		ca: text(100_000).optional(),
		/** SHA-256 fingerprint of the PBX's certificate, hex with or without colons. */
		fingerprint: text(120).optional(),
	}),
]);
const file = word.min(1).max(1000);
const tableName = z.string().regex(/^\w{1,60}$/);
const fileHistories = [
	/** The file of cel_sqlite3_custom; `table` is `cel` when left out. */
	z.strictObject({ kind: z.literal("cel-sqlite"), path: file, table: tableName.optional() }),
	/** The file of cel_custom, every column wrapped in CSV_QUOTE. */
	z.strictObject({ kind: z.literal("cel-csv"), path: file }),
	/** The file of cdr_csv: one line for each part of a call, written when it is over. */
	z.strictObject({ kind: z.literal("cdr-csv"), path: file }),
] as const;
const databaseHistory = {
	/** `mysql` is FreePBX's table in MariaDB or MySQL, `postgres` that of cel_pgsql. */
	kind: z.enum(["mysql", "postgres"]),
	host,
	/** Left out: 3306 or 5432. */
	port: z.number().int().min(1).max(65_535).optional(),
	/** Left out: `asteriskcdrdb`. */
	database: z
		.string()
		.regex(/^[\w-]{1,60}$/)
		.optional(),
	/** Left out: `cel`. */
	table: tableName.optional(),
	username: word.min(1).max(80),
};
/** Where the PBX keeps its own record of calls, as this server sees it. */
export const PbxHistoryInput = z.discriminatedUnion("kind", [
	...fileHistories,
	z.strictObject({
		...databaseHistory,
		/** May be left out in a change that names the same server, proof and user: the present one stays. */
		secret: word.min(1).max(200).optional(),
		/** With the authority's PEM, or by those that this machine trusts. */
		tls: z.union([z.boolean(), z.strictObject({ ca: text(100_000).min(1) })]).optional(),
	}),
]);
export type PbxHistoryInput = z.infer<typeof PbxHistoryInput>;
/** Never carries a secret. */
export const PbxHistory = z.discriminatedUnion("kind", [
	...fileHistories,
	z.object({ ...databaseHistory, tls: z.boolean() }),
]);
export type PbxHistory = z.infer<typeof PbxHistory>;
export const PbxInput = z.strictObject({
	name: word.trim().min(1).max(80),
	host,
	port: z.number().int().min(1).max(65_535).default(5038),
	tls: PbxTls.optional(),
	/** Reads events; needs no write class. */
	events: Account,
	/** Click to call and the like; optional. */
	control: Account.optional(),
	/** Regular expression for endpoint names that are people. Default `^\d{2,5}$`. */
	extensionPattern: text(200).optional(),
	recordings: z.strictObject({ root: text(1000).min(1) }).optional(),
	/** Read after a blind window, and compared with the calls all the time; null takes it away. */
	history: PbxHistoryInput.nullable().optional(),
	/** Dialplan context and dial string prefix for click to call. */
	dial: z
		.strictObject({ context: word.max(80), channel: word.max(120) })
		.partial()
		.optional(),
});
export type PbxInput = z.infer<typeof PbxInput>;
/** What is left out stays; null takes it away. */
export const PbxPatch = PbxInput.partial()
	.extend({
		port: z.number().int().min(1).max(65_535).optional(),
		control: Account.nullable().optional(),
		recordings: PbxInput.shape.recordings.unwrap().nullable().optional(),
	})
	.strict();
export type PbxPatch = z.input<typeof PbxPatch>;

/** Never carries a secret. */
export const Pbx = z.object({
	id: Id,
	name: z.string(),
	host: z.string(),
	port: z.number(),
	tls: z.boolean(),
	events: z.object({ username: z.string() }),
	control: z.object({ username: z.string() }).nullable(),
	extensionPattern: z.string(),
	recordings: z.object({ root: z.string() }).nullable(),
	/** For click to call; null: the usual `from-internal` and `PJSIP/<ext>`. */
	dial: z.object({ context: z.string().nullable(), channel: z.string().nullable() }),
	history: PbxHistory.nullable(),
	demo: z.boolean(),
	state: PbxState,
	/** What is wrong and what to do, in English, when the state is not `connected`. */
	problem: z.string().nullable(),
	/** The problem for a client that speaks another language. */
	said: Said.nullable().optional(),
	since: Time,
	/** Stanzas to paste into the PBX's `manager_custom.conf`. */
	stanzas: z.object({ events: z.string(), control: z.string() }),
});
export type Pbx = z.infer<typeof Pbx>;
export const Finding = z.object({
	level: z.enum(["ok", "warning", "error"]),
	code: z.string(),
	message: z.string(),
	mend: z.string().nullable(),
	/** Both for a client that speaks another language; absent where there is only English. */
	said: z.object({ message: Said, mend: Said.nullable() }).optional(),
});
export const PbxCheck = z.object({ findings: z.array(Finding) });
export type PbxCheck = z.infer<typeof PbxCheck>;

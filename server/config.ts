import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { keptKey, parseKey } from "./secret-key.ts";

/**
 * Everything that the environment decides, read once at start. Each name may also be given as `<NAME>_FILE`, which names
 * a file that holds the value (Docker and systemd secrets).
 */
export interface Config {
	readonly port: number;
	readonly host: string;
	/** Absolute. */
	readonly dataDir: string;
	/** Without a slash at the end; null: whatever address the browser used. */
	readonly publicUrl: string | null;
	readonly adminEmail: string;
	readonly adminPassword: string | null;
	/** 32 bytes that seal the secrets of PBXs. */
	readonly secretKey: Buffer;
	readonly country: string;
	/** Null: the embedded PostgreSQL in `dataDir`. */
	readonly databaseUrl: string | null;
	readonly natsUrl: string | null;
	readonly logLevel: LogLevel;
	readonly trustProxy: boolean;
	readonly demo: boolean;
	/** Days for which the raw events of the PBXs are kept; 0: none are. */
	readonly journalDays: number;
}

type LogLevel = z.infer<typeof LogLevel>;
const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]);

const text = z.string().trim();
const address = (protocols: readonly string[]) =>
	text.refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
		error: `must be an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
	});
const yesOrNo = text.pipe(z.stringbool({ error: "must be true or false" }));

/** What may stand in the environment: the check of each value, its value when left out, and what it is for. */
const keys = {
	DZVIN_PORT: key(
		text.pipe(z.coerce.number<string>().int().min(0).max(65_535)),
		"8080",
		"TCP port that the server listens on. `0` takes any free one.",
	),
	DZVIN_HOST: key(
		text.min(1),
		"0.0.0.0",
		"Address that the server listens on. `127.0.0.1` when a reverse proxy on the same machine stands in front.",
	),
	DZVIN_DATA_DIR: key(
		text.min(1),
		".data",
		"Folder for everything that the server keeps: the embedded database, the secret key, and `journal-spill`, where events of the PBXs wait while the database is away. Back it up.",
	),
	DZVIN_PUBLIC_URL: key(
		address(["http:", "https:"]).nullable(),
		null,
		"Address under which browsers reach the server, for example `https://calls.example.com`. Needed behind a reverse proxy; only pages from this address may then use the server.",
	),
	DZVIN_ADMIN_EMAIL: key(
		text.pipe(z.email({ error: "must be an e-mail address" })),
		"admin@dzvin.local",
		"First start only: sign-in name of the first admin.",
	),
	DZVIN_ADMIN_PASSWORD: key(
		z.string().min(10, { error: "must have at least 10 characters" }).nullable(),
		null,
		"First start only: the first admin's password. Left out: one is made up and printed once.",
	),
	DZVIN_SECRET_KEY: key(
		text
			.refine((value) => parseKey(value) !== null, { error: "must be 32 bytes as 64 hex digits or as base64" })
			.nullable(),
		null,
		"Key that seals the secrets of PBXs in the database. Left out: made on the first start and kept in `secret-key` in the data folder, readable by the server's user only.",
	),
	DZVIN_COUNTRY: key(
		text.toUpperCase().regex(/^[A-Z]{2}$/, { error: "must be a country code of two letters" }),
		"UA",
		"First start only: country whose national numbers the PBX shows. Later it is a company setting.",
	),
	DATABASE_URL: key(
		text.regex(/^postgres(ql)?:\/\//, { error: "must begin with postgresql://" }).nullable(),
		null,
		"PostgreSQL 15 or newer to use instead of the embedded one, for example `postgresql://dzvin:secret@db.example.com/dzvin`. Its user must be allowed to create the extensions `pg_trgm` and `unaccent`.",
	),
	NATS_URL: key(
		address(["nats:", "tls:"]).nullable(),
		null,
		"NATS server that carries changes between several Dzvin servers. Reserved: this version runs as one server and does not use it yet.",
	),
	DZVIN_LOG_LEVEL: key(
		LogLevel,
		"info",
		"How much is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.",
	),
	DZVIN_TRUST_PROXY: key(
		yesOrNo,
		"false",
		"`true` behind a reverse proxy: the client's address and protocol are then read from `X-Forwarded-*`.",
	),
	DZVIN_JOURNAL_DAYS: key(
		text.pipe(z.coerce.number<string>().int().min(0).max(3_650)),
		"30",
		"Days for which the raw events of the PBXs are kept, so that any call of that time can be rebuilt (`npm run rebuild`). About 15 KB a call; older days are dropped whole, once a day. `0` keeps none: then a kill can lose what was not stored yet.",
	),
	DZVIN_DEMO: key(
		yesOrNo,
		"false",
		"`true` fills an empty server with a demo PBX, people and calls. `bin/start --demo` sets it.",
	),
};

export interface DocumentedKey {
	readonly name: string;
	/** Value when left out, as one would write it; null = none. */
	readonly standard: string | null;
	readonly purpose: string;
}

/** Every name that the server reads, for docs/configuration.md. */
export const documentedKeys: readonly DocumentedKey[] = Object.entries(keys).map(([name, { standard, purpose }]) => ({
	name,
	standard,
	purpose,
}));

/** What is wrong with the environment, as a table for the person who starts the server. */
export class ConfigError extends Error {
	readonly problems: Readonly<Record<string, string>>;

	constructor(problems: Readonly<Record<string, string>>) {
		const width = Math.max(...Object.keys(problems).map((name) => name.length));
		const rows = Object.entries(problems).map(([name, problem]) => `  ${name.padEnd(width)}  ${problem}`);
		super(`The configuration is wrong:\n${rows.join("\n")}\nSee docs/configuration.md.`);
		this.name = "ConfigError";
		this.problems = problems;
	}
}

/** Reads and checks the environment; makes and keeps the secret key when none is given. Throws `ConfigError`. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
	const problems: Record<string, string> = unknownNames(env);
	const value = <T>(name: keyof typeof keys & string, { schema, standard }: Key<T>): T => {
		const parsed = schema.safeParse(given(env, name, problems) ?? standard);
		if (parsed.success) return parsed.data;
		problems[name] ??= parsed.error.issues[0]?.message ?? "is wrong";
		return undefined as never;
	};
	const read = {
		port: value("DZVIN_PORT", keys.DZVIN_PORT),
		host: value("DZVIN_HOST", keys.DZVIN_HOST),
		dataDir: resolve(value("DZVIN_DATA_DIR", keys.DZVIN_DATA_DIR) ?? "."),
		publicUrl: value("DZVIN_PUBLIC_URL", keys.DZVIN_PUBLIC_URL)?.replace(/\/+$/, "") ?? null,
		adminEmail: value("DZVIN_ADMIN_EMAIL", keys.DZVIN_ADMIN_EMAIL),
		adminPassword: value("DZVIN_ADMIN_PASSWORD", keys.DZVIN_ADMIN_PASSWORD),
		country: value("DZVIN_COUNTRY", keys.DZVIN_COUNTRY),
		databaseUrl: value("DATABASE_URL", keys.DATABASE_URL),
		natsUrl: value("NATS_URL", keys.NATS_URL),
		logLevel: value("DZVIN_LOG_LEVEL", keys.DZVIN_LOG_LEVEL),
		trustProxy: value("DZVIN_TRUST_PROXY", keys.DZVIN_TRUST_PROXY),
		demo: value("DZVIN_DEMO", keys.DZVIN_DEMO),
		journalDays: value("DZVIN_JOURNAL_DAYS", keys.DZVIN_JOURNAL_DAYS),
	};
	const givenKey = value("DZVIN_SECRET_KEY", keys.DZVIN_SECRET_KEY);
	if (Object.keys(problems).length > 0) throw new ConfigError(problems);
	return { ...read, secretKey: (givenKey ? parseKey(givenKey) : null) ?? kept(read.dataDir) };
}

function kept(dataDir: string): Buffer {
	try {
		return keptKey(dataDir);
	} catch (error) {
		// A folder that cannot be written to has a code, and is no matter of the key.
		if (!(error instanceof Error) || "code" in error) throw error;
		throw new ConfigError({ DZVIN_SECRET_KEY: error.message });
	}
}

interface Key<T> {
	readonly schema: z.ZodType<T, string | null>;
	readonly standard: string | null;
	readonly purpose: string;
}

function key<T>(schema: z.ZodType<T, string | null>, standard: string | null, purpose: string): Key<T>;
function key<T>(schema: z.ZodType<T, string>, standard: string, purpose: string): Key<T>;
function key(schema: z.ZodType, standard: string | null, purpose: string) {
	return { schema, standard, purpose };
}

/** The value itself or that in the file; an empty one counts as left out (compose files pass those). */
function given(
	env: Readonly<Record<string, string | undefined>>,
	name: string,
	problems: Record<string, string>,
): string | null {
	const direct = env[name] || null;
	const file = env[`${name}_FILE`] || null;
	if (file === null) return direct;
	if (direct !== null) {
		problems[name] = `is given twice, as ${name} and as ${name}_FILE`;
		return null;
	}
	try {
		return readFileSync(file, "utf8").replace(/\r?\n$/, "") || null;
	} catch (error) {
		problems[`${name}_FILE`] = `cannot be read: ${error instanceof Error ? error.message : error}`;
		return null;
	}
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	const known = new Set(Object.keys(keys).flatMap((name) => [name, `${name}_FILE`]));
	const strangers = Object.keys(env).filter((name) => name.startsWith("DZVIN_") && !known.has(name));
	return Object.fromEntries(strangers.map((name) => [name, "is not a name that Dzvin knows"]));
}

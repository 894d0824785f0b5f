import { ConfigError } from "./config.ts";

/** What of the configuration a failed start may be about. */
interface Tried {
	readonly host: string;
	readonly port: number;
	readonly dataDir: string;
	readonly databaseUrl: string | null;
}

/**
 * What to tell the person who started the server: what is wrong and what to do, without a stack and without secrets.
 * Null: nothing that a person at the terminal can mend, so the stack is the best there is. `tried` is null while the
 * configuration itself is being read.
 */
export function startProblem(error: unknown, tried: Tried | null): string | null {
	if (error instanceof ConfigError) return error.message;
	for (let one = error; one instanceof Error; one = one.cause) {
		const { code, path } = detailsOf(one);
		const said = listening(code, one, tried) ?? database(code, one, tried) ?? folder(code, path, tried);
		if (said !== null) return said;
	}
	return null;
}

function detailsOf(error: Error): { code: string; path: string } {
	const code = "code" in error && typeof error.code === "string" ? error.code : "";
	const path = "path" in error && typeof error.path === "string" ? error.path : "";
	return { code, path };
}

function listening(code: string, error: Error, tried: Tried | null): string | null {
	if (tried === null || !("syscall" in error)) return null;
	const { host, port } = tried;
	const isOwnName = "hostname" in error && error.hostname === host;
	if (error.syscall !== "listen" && !isOwnName) return null;
	switch (code) {
		case "EADDRINUSE":
			return `Port ${port} is taken by another program, maybe another Dzvin. Stop that one, or set DZVIN_PORT.`;
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return `${host} is no address of this machine: set DZVIN_HOST, or leave it out.`;
		case "EACCES":
			return `This user may not open port ${port}: take one above 1023 with DZVIN_PORT.`;
		default:
			return null;
	}
}

function database(code: string, error: Error, tried: Tried | null): string | null {
	if (!tried?.databaseUrl) return null;
	const where = placeOf(tried.databaseUrl);
	if (code === "ERR_INVALID_URL" || error.message === "Invalid URL" || error.message === "URI malformed")
		return "DATABASE_URL cannot be read. Signs such as @ / : % # in its password must be written as %40 %2F %3A %25 %23.";
	switch (code) {
		case "ECONNREFUSED":
		case "ECONNRESET":
		case "ETIMEDOUT":
		case "EHOSTUNREACH":
		case "ENETUNREACH":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return `The database at ${where} does not answer (${code}). Is it running, and is DATABASE_URL right?`;
		case "28P01":
		case "28000":
			return `The database at ${where} refuses user or password (${error.message}). Check DATABASE_URL.`;
		case "3D000":
			return `There is no such database at ${where} (${error.message}). Create it: createdb, or CREATE DATABASE.`;
		case "42501":
			return `The user of DATABASE_URL may not do what the first start needs (${error.message}). Make it the owner of the database, or run there as a superuser: CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent;`;
		case "0A000":
		case "58P01":
			return `The database at ${where} lacks an extension (${error.message}). Install PostgreSQL's contrib package there.`;
		default:
			return null;
	}
}

function folder(code: string, path: string, tried: Tried | null): string | null {
	if (path === "" || !["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC"].includes(code)) return null;
	const where =
		tried === null || path.startsWith(tried.dataDir) ? "The data folder cannot be used" : "A file cannot be used";
	return `${where}: ${path} (${code}). It must be a folder in which this user may write; DZVIN_DATA_DIR names it.`;
}

/** Host and port, nothing of the rest. */
function placeOf(url: string): string {
	return URL.canParse(url) ? new URL(url).host || "the local socket" : "the local socket";
}

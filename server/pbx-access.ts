import type { PbxHistory } from "./protocol/pbx.ts";

/** A journal that the PBX keeps in a file. */
export type HistoryFile = Extract<PbxHistory, { path: string }>;

/** A journal that the PBX keeps in a database server. */
export interface HistoryDatabase {
	readonly kind: "mysql" | "postgres";
	readonly host: string;
	readonly port: number;
	readonly database: string;
	readonly table: string;
	readonly username: string;
	readonly secret: string;
	/** Null: in the clear. Without `ca` this machine's authorities prove the server. */
	readonly tls: { readonly ca?: string } | null;
}

/** How to read a PBX's own journal, secret in the clear. */
export type HistoryAccess = HistoryFile | HistoryDatabase;

/**
 * Refused logins of the accounts of one PBX, as all servers of the company know them; times in ms, oldest first. Every
 * call may fail: the database may be away.
 */
export interface RefusedLogins {
	/**
	 * Asks `wait` how long to wait after those of this account. Where it answers 0 and some were refused, `at` is counted
	 * in advance, so that no other server tries in the same moment.
	 */
	take(
		account: string,
		at: number,
		wait: (refusedAt: readonly number[]) => number,
	): Promise<{ readonly wait: number; readonly refusedAt: readonly number[] }>;
	add(account: string, at: number): Promise<void>;
	/** Takes back what `take` counted in advance. */
	giveBack(account: string, at: number): Promise<void>;
	clear(account: string): Promise<void>;
}

/** Everything that is needed to reach one PBX, secrets in the clear: never log it. */
export interface PbxAccess {
	readonly id: string;
	readonly name: string;
	readonly host: string;
	readonly port: number;
	readonly tls: { readonly enabled: boolean; readonly ca?: string; readonly fingerprint?: string };
	readonly events: { readonly username: string; readonly secret: string };
	readonly control: { readonly username: string; readonly secret: string } | null;
	/** Regular expression for endpoint names that are people. */
	readonly extensionPattern: string;
	/** Folder on this machine in which the PBX's recordings are seen. */
	readonly recordingsRoot: string | null;
	/** The PBX's own journal; null where none is named. */
	readonly history: HistoryAccess | null;
	readonly dial: { readonly context?: string; readonly channel?: string };
}

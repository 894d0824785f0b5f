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

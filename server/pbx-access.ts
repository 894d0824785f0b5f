import type { PbxHistory } from "./protocol/pbx.ts";

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
	readonly history: PbxHistory | null;
	readonly dial: { readonly context?: string; readonly channel?: string };
}

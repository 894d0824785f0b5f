import type { z } from "zod";
import type { pbxs } from "../../db/schema/company.ts";
import type { PbxInput, PbxPatch, PbxTls } from "../protocol/pbx.ts";
import { historyColumn } from "./pbx-history.ts";
import { seal } from "./seal.ts";

type Columns = Omit<typeof pbxs.$inferInsert, "id" | "demo" | "active" | "createdAt" | "updatedAt">;

/** Endpoints with two to five digits are people, unless the company says otherwise. */
export const standardExtensionPattern = "^\\d{2,5}$";

/** Columns of a new PBX; secrets sealed for the row `id`. */
export function columnsOf(input: z.output<typeof PbxInput>, id: string, key: Buffer): Columns {
	return {
		name: input.name,
		host: input.host,
		port: input.port,
		eventsUsername: input.events.username,
		eventsSecretSealed: seal(key, input.events.secret, `${id}.events`),
		extensionPattern: standardExtensionPattern,
		...patchedColumns(input, id, key),
	};
}

/** Only the columns that a patch names; `history` is that column as it was. */
export function patchedColumns(
	patch: z.output<typeof PbxPatch>,
	id: string,
	key: Buffer,
	history: unknown = null,
): Partial<Columns> {
	return {
		...(patch.name === undefined ? {} : { name: patch.name }),
		...(patch.host === undefined ? {} : { host: patch.host }),
		...(patch.port === undefined ? {} : { port: patch.port }),
		...(patch.tls === undefined ? {} : { tls: tlsColumn(patch.tls) }),
		...(patch.events === undefined
			? {}
			: {
					eventsUsername: patch.events.username,
					eventsSecretSealed: seal(key, patch.events.secret, `${id}.events`),
				}),
		...(patch.control === undefined ? {} : controlColumns(patch.control, id, key)),
		...(patch.extensionPattern === undefined ? {} : { extensionPattern: patch.extensionPattern }),
		...(patch.recordings === undefined ? {} : { recordingsRoot: patch.recordings?.root ?? null }),
		...(patch.history === undefined ? {} : { history: historyColumn(patch.history, id, key, history) }),
		...(patch.dial === undefined ? {} : { dial: patch.dial }),
	};
}

function controlColumns(control: z.output<typeof PbxPatch>["control"], id: string, key: Buffer) {
	if (!control) return { controlUsername: null, controlSecretSealed: null };
	return { controlUsername: control.username, controlSecretSealed: seal(key, control.secret, `${id}.control`) };
}

function tlsColumn(tls: z.output<typeof PbxTls>): unknown {
	return typeof tls === "boolean" ? { enabled: tls } : { enabled: true, ...tls };
}

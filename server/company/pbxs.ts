import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { constraintOf } from "../../db/constraint.ts";
import { newId } from "../../db/id.ts";
import { refusedLogins, pbxs as table } from "../../db/schema/company.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { PbxAccess } from "../pbx-access.ts";
import type { Pbx, PbxInput, PbxPatch, PbxState } from "../protocol/pbx.ts";
import type { Said } from "../protocol/said.ts";
import { say } from "../protocol/sentences.ts";
import { columnsOf, patchedColumns } from "./pbx-columns.ts";
import { historyAccess, historyShown } from "./pbx-history.ts";
import { requirePbxSense, requireSecretsAgain } from "./pbx-sense.ts";
import { unseal } from "./seal.ts";

type Row = typeof table.$inferSelect;

export interface PbxsDeps {
	readonly database: Database;
	readonly bus: EventBus;
	readonly secretKey: Buffer;
	/** How the connection is; null while nobody tried. */
	readonly stateOf: (
		id: string,
	) => { state: PbxState; problem: string | null; said?: Said | null | undefined; since: number } | null;
	/** Lines to paste into the PBX's configuration. Gets no secret. */
	readonly stanzas: (pbx: StanzaInput) => Pbx["stanzas"];
}

export interface StanzaInput {
	readonly name: string;
	readonly events: { readonly username: string };
	readonly control: { readonly username: string } | null;
}

export type Pbxs = ReturnType<typeof createPbxs>;

/** PBXs that the company listens to. Changes are told by "pbx.changed"; the fleet connects by itself. */
export function createPbxs(deps: PbxsDeps) {
	const { database, bus, secretKey } = deps;
	const db = database.ui;

	const shown = (row: Row): Pbx => {
		const live = deps.stateOf(row.id);
		const control = row.controlUsername === null ? null : { username: row.controlUsername };
		const events = { username: row.eventsUsername };
		const { context = null, channel = null } = Dial.parse(row.dial);
		return {
			id: row.id,
			name: row.name,
			host: row.host,
			port: row.port,
			tls: Tls.parse(row.tls).enabled,
			events,
			control,
			extensionPattern: row.extensionPattern,
			recordings: row.recordingsRoot === null ? null : { root: row.recordingsRoot },
			dial: { context, channel },
			history: historyShown(row.history),
			demo: row.demo,
			state: live?.state ?? "connecting",
			problem: live?.problem ?? null,
			said: live?.said ?? null,
			since: new Date(live?.since ?? row.updatedAt).toISOString(),
			stanzas: deps.stanzas({ name: row.name, events, control }),
		};
	};

	const access = (row: Row): PbxAccess => ({
		id: row.id,
		name: row.name,
		host: row.host,
		port: row.port,
		tls: definedOnly(Tls.parse(row.tls)),
		events: { username: row.eventsUsername, secret: unseal(secretKey, row.eventsSecretSealed, `${row.id}.events`) },
		control:
			row.controlUsername === null || row.controlSecretSealed === null
				? null
				: { username: row.controlUsername, secret: unseal(secretKey, row.controlSecretSealed, `${row.id}.control`) },
		extensionPattern: row.extensionPattern,
		recordingsRoot: row.recordingsRoot,
		history: historyAccess(row.history, row.id, secretKey),
		dial: definedOnly(Dial.parse(row.dial)),
	});

	const active = async (id: string): Promise<Row> => {
		const [row] = await db
			.select()
			.from(table)
			.where(and(eq(table.id, id), eq(table.active, true)));
		if (row === undefined) throw new DzvinError("not-found", say("refused.no-such-pbx"));
		return row;
	};

	const changed = (pbxId: string) => bus.emit("pbx.changed", { pbxId });

	return {
		async list(): Promise<Pbx[]> {
			const rows = await db.select().from(table).where(eq(table.active, true)).orderBy(asc(table.name));
			return rows.map(shown);
		},

		/** Answers at once; the connection is made behind. `demo` marks the PBX that goes with the demo data. */
		async create(input: z.output<typeof PbxInput>, options: { id?: string; demo?: boolean } = {}): Promise<Pbx> {
			requirePbxSense(input);
			const id = options.id ?? newId();
			const [row] = await explained(() =>
				db
					.insert(table)
					.values({ id, demo: options.demo ?? false, ...columnsOf(input, id, secretKey) })
					.returning(),
			);
			if (row === undefined) throw new Error("An insert with returning gave no row");
			changed(id);
			return shown(row);
		},

		/** Fields left out stay as they are, secrets too, unless somebody else may answer from now on. */
		async patch(id: string, patch: z.output<typeof PbxPatch>): Promise<Pbx> {
			requirePbxSense(patch);
			const row = await explained(() =>
				db.transaction(async (tx) => {
					const [before] = await tx
						.select()
						.from(table)
						.where(and(eq(table.id, id), eq(table.active, true)))
						.for("update");
					if (before === undefined) throw new DzvinError("not-found", say("refused.no-such-pbx"));
					requireSecretsAgain(patch, {
						host: before.host,
						tls: Tls.parse(before.tls),
						control: before.controlUsername !== null,
					});
					const [after] = await tx
						.update(table)
						.set({
							...patchedColumns(patch, id, secretKey, before.history),
							// Whoever only says "with TLS" does not see, and must not lose, what proves the PBX.
							...(patch.tls === true ? { tls: stillProven } : {}),
							updatedAt: new Date(),
						})
						.where(eq(table.id, id))
						.returning();
					// What was refused with other settings says nothing of these.
					await tx.delete(refusedLogins).where(eq(refusedLogins.pbxId, id));
					return after ?? before;
				}),
			);
			changed(id);
			return shown(row);
		},

		/** Stops listening and hides it; its calls stay. Its secrets go. */
		async hide(id: string): Promise<void> {
			const rows = await db
				.update(table)
				.set({ active: false, eventsSecretSealed: "", controlSecretSealed: null, history: null, updatedAt: new Date() })
				.where(and(eq(table.id, id), eq(table.active, true)))
				.returning({ id: table.id });
			if (rows.length === 0) throw new DzvinError("not-found", say("refused.no-such-pbx"));
			changed(id);
		},

		/** Null when there is no such PBX. */
		async find(id: string): Promise<Pbx | null> {
			const [row] = await db
				.select()
				.from(table)
				.where(and(eq(table.id, id), eq(table.active, true)));
			return row === undefined ? null : shown(row);
		},

		/** For one connection test. Throws `conflict` when the secrets do not open. */
		async access(id: string): Promise<PbxAccess> {
			const row = await active(id);
			try {
				return access(row);
			} catch (error) {
				const told = new DzvinError("conflict", secretsClosed);
				told.cause = error;
				throw told;
			}
		},

		/** For the fleet: every PBX to listen to. One whose secrets do not open is left out and told to `onBroken`. */
		async accessList(onBroken: (pbx: string, error: unknown, id: string) => void): Promise<PbxAccess[]> {
			const rows = await database.ingest.select().from(table).where(eq(table.active, true));
			return rows.flatMap((row) => {
				try {
					return [access(row)];
				} catch (error) {
					onBroken(row.name, error, row.id);
					return [];
				}
			});
		},
	};
}

/** What to tell an admin whose key is another one than that with which the secrets of a PBX were sealed. */
export const secretsClosed = say("pbx.secrets-closed");

const stillProven = sql`case when (${table.tls} ->> 'enabled')::boolean then ${table.tls} else '{"enabled":true}'::jsonb end`;

const Tls = z.object({ enabled: z.boolean(), ca: z.string().optional(), fingerprint: z.string().optional() });
const Dial = z.object({ context: z.string().optional(), channel: z.string().optional() });

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves fields without a value out, as exact optional types want it. */
function definedOnly<T extends object>(value: T): Defined<T> {
	return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (constraintOf(error) !== "pbxs_name") throw error;
		throw new DzvinError("conflict", say("refused.pbx-name-taken"), { name: "taken" });
	}
}

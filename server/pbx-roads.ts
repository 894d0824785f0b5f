import type { FastifyBaseLogger } from "fastify";
import type { z } from "zod";
import type { Ingest } from "./calls/ingest.ts";
import type { PbxAccess, Pbxs } from "./company/pbxs.ts";
import { DzvinError } from "./errors.ts";
import type { EventBus } from "./events.ts";
import type { PbxLive } from "./protocol/live.ts";
import type { Finding, PbxState } from "./protocol/pbx.ts";

interface Deps {
	readonly pbxs: Pbxs;
	readonly ingest: Ingest;
	readonly bus: EventBus;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
}

/** Keeps the connections as the company's list of PBXs says, and tells everybody how they are. */
export function createPbxRoads({ pbxs, ingest, bus, log, now }: Deps) {
	let active: readonly PbxAccess[] = [];
	let reading: Promise<void> = Promise.resolve();
	const states = new Map<string, { state: PbxState; problem: string | null; since: number }>();

	const read = async () => {
		active = await pbxs.accessList((pbx, error) => log.error({ pbx, err: error }, "the secrets of a PBX do not open"));
		ingest.setPbxs(active);
	};
	/** One after the other: the last list read is the one that stays. */
	const reload = (): Promise<void> => {
		reading = reading.then(read).catch((error: unknown) => log.error({ err: error }, "the list of PBXs is not read"));
		return reading;
	};
	const stopListening = bus.on("pbx.changed", "connections to PBXs", reload);

	return {
		start: reload,
		async stop(): Promise<void> {
			stopListening();
			await reading;
		},
		stateOf: (id: string) => states.get(id) ?? null,
		live: (): PbxLive[] =>
			active.map(({ id, name }) => {
				const { state, problem, since } = states.get(id) ?? {
					state: "connecting" as const,
					problem: null,
					since: now(),
				};
				return { id, name, state, problem, since: new Date(since).toISOString() };
			}),
		dialable: () =>
			active.map(({ id, name, control }) => ({
				id,
				name,
				connected: states.get(id)?.state === "connected",
				control: control !== null,
			})),
		check: async (_access: PbxAccess): Promise<readonly z.infer<typeof Finding>[]> => [],
		async originate(): Promise<void> {
			throw new DzvinError("unavailable", "not wired");
		},
	};
}

import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import type { Registry } from "prom-client";
import { messagePermissions } from "./access/permissions.ts";
import type { Users } from "./access/users.ts";
import { liveCalls, readCalls } from "./calls/queries.ts";
import type { CallsPart } from "./calls-part.ts";
import type { EventBus } from "./events.ts";
import { floorFigures } from "./floor-figures.ts";
import { memoryFanOut } from "./live/fan-out.ts";
import { createHub, type HubDeps } from "./live/hub.ts";
import { createLiveMetrics } from "./live/metrics.ts";
import { createPaintTimes } from "./live/paint-times.ts";
import { createUnseenStore } from "./live/unseen-store.ts";
import { dayIn } from "./local-day.ts";
import { countObligations, listObligations } from "./obligations/list.ts";
import { readObligations } from "./obligations/read.ts";
import type { PbxPart } from "./pbx-part.ts";
import type { Settings } from "./protocol/settings.ts";

/** What tests put in the place of the reads behind pop-ups and pictures, and of their times. */
export type LiveOverrides = Partial<
	Pick<HubDeps, "popFor" | "popOfCall" | "liveCallsOf" | "obligations" | "counts" | "unseen" | "times">
>;

interface Deps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly users: Pick<Users, "colleagues">;
	readonly calls: Pick<CallsPart, "pops" | "pictured">;
	readonly pbx: Pick<PbxPart, "windows" | "roads">;
	readonly settings: () => Settings;
	readonly register: Registry;
	readonly version: string;
	readonly over: LiveOverrides;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

/** What browsers are told: pop-ups, pictures, the supervisors' floor, and who has not seen what. */
export function createLivePart({ pool, bus, users, calls, pbx, settings, register, version, over, now, log }: Deps) {
	const metrics = createLiveMetrics(register);
	const unseen = createUnseenStore(pool);
	const timeZone = () => settings().timeZone;
	const paintTimes = createPaintTimes({
		pool,
		dayOf: (at) => dayIn(timeZone(), at),
		now,
		onFailure: (error) => log.warn({ err: error }, "times of pop-ups are not kept yet"),
	});
	const hub = createHub({
		fanOut: memoryFanOut(bus),
		people: users.colleagues,
		popFor: calls.pops.popFor,
		popOfCall: calls.pops.popOfCall,
		liveCallsOf: calls.pictured.liveCallsOf,
		async obligations(person) {
			const query = { assignee: "me" as const, limit: 50 };
			return await readObligations(pool, readCalls, (await listObligations(pool, person, query)).ids);
		},
		counts: (person) => countObligations(pool, person),
		liveCalls: () => liveCalls(pool),
		floorFigures: floorFigures({
			...{ pool, unseen, paintTimes, timeZone, now },
			windows: pbx.windows,
			pbxs: pbx.roads.live,
		}),
		unseen,
		announce: (kind, pop) => bus.emit(kind, pop),
		onPainted: paintTimes.add,
		pbxs: pbx.roads.live,
		maySend: (type, role) => messagePermissions[type].includes(role),
		version,
		metrics,
		log,
		now,
		...over,
	});
	return { hub, unseen, paintTimes, metrics };
}

export type LivePart = ReturnType<typeof createLivePart>;

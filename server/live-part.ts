import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import type { Registry } from "prom-client";
import { messagePermissions } from "./access/permissions.ts";
import type { Users } from "./access/users.ts";
import { liveCalls, readCalls } from "./calls/queries.ts";
import { failureOf } from "./calls/retry.ts";
import type { CallsPart } from "./calls-part.ts";
import type { EventBus } from "./events.ts";
import { floorFigures } from "./floor-figures.ts";
import { gathered } from "./gathered.ts";
import { memoryFanOut } from "./live/fan-out.ts";
import { createHub, type HubDeps } from "./live/hub.ts";
import { createLiveMetrics } from "./live/metrics.ts";
import { createPaintTimes } from "./live/paint-times.ts";
import type { LivePerson } from "./live/person.ts";
import { createUnseenStore } from "./live/unseen-store.ts";
import { dayIn } from "./local-day.ts";
import { countsOfPeople, nothingOwed } from "./obligations/counts.ts";
import { ownObligations } from "./obligations/list.ts";
import { readObligations } from "./obligations/read.ts";
import type { PbxPart } from "./pbx-part.ts";
import type { Settings } from "./protocol/settings.ts";
import type { StorageWatch } from "./storage/watch.ts";

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
	readonly storage: Pick<StorageWatch, "live">;
	readonly settings: () => Settings;
	readonly register: Registry;
	readonly version: string;
	readonly over: LiveOverrides;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

/** What browsers are told: pop-ups, pictures, the supervisors' floor, and who has not seen what. */
export function createLivePart(deps: Deps) {
	const { pool, bus, users, calls, pbx, storage, settings, register, version, over, now, log } = deps;
	const metrics = createLiveMetrics(register);
	const unseen = createUnseenStore(pool);
	const timeZone = () => settings().timeZone;
	const paintTimes = createPaintTimes({
		pool,
		dayOf: (at) => dayIn(timeZone(), at),
		now,
		onFailure: (error) => log.warn({ err: error }, "times of pop-ups are not kept yet"),
	});
	// Ten thousand browsers that return at once are read by the dozen.
	const owedBy = gathered(async (userIds: readonly string[]) => {
		const owed = await ownObligations(pool, userIds, 50);
		const read = await readObligations(pool, readCalls, [...owed.values()].flat());
		const byId = new Map(read.map((obligation) => [obligation.id, obligation]));
		return new Map([...owed].map(([userId, ids]) => [userId, ids.flatMap((id) => byId.get(id) ?? [])]));
	}, []);
	const counts = gathered(async (people: readonly LivePerson[]) => {
		const found = await countsOfPeople(pool, people);
		return new Map(people.map((person) => [person, found.get(person.id) ?? nothingOwed]));
	}, nothingOwed);
	const hub = createHub({
		fanOut: memoryFanOut(bus),
		people: users.colleagues,
		popFor: calls.pops.popFor,
		popOfCall: calls.pops.popOfCall,
		liveCallsOf: calls.pictured.liveCallsOf,
		obligations: ({ id }) => owedBy(id),
		counts,
		liveCalls: () => liveCalls(pool),
		floorFigures: floorFigures({
			...{ pool, unseen, paintTimes, timeZone, now },
			windows: pbx.windows,
			pbxs: pbx.roads.live,
		}),
		unseen,
		mayPass: (error) => failureOf(error) === "passing",
		announce: (kind, pop) => bus.emit(kind, pop),
		onPainted: paintTimes.add,
		pbxs: pbx.roads.live,
		storage: storage.live,
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

import type { FastifyBaseLogger } from "fastify";
import { createFleet } from "./asterisk/fleet.ts";
import { journalOf } from "./asterisk/history/history.ts";
import type { Ingest } from "./calls/ingest.ts";
import type { Journal } from "./calls/journal/journal.ts";
import type { SingleWriter } from "./calls/single-writer.ts";
import { type Pbxs, secretsClosed } from "./company/pbxs.ts";
import type { EventBus } from "./events.ts";
import type { Observer } from "./observed/observe.ts";
import type { PbxAccess, RefusedLogins } from "./pbx-access.ts";
import type { PbxEvent } from "./pbx-event.ts";
import type { PbxLive } from "./protocol/live.ts";
import type { PbxState } from "./protocol/pbx.ts";
import { say } from "./protocol/sentences.ts";

interface Deps {
	readonly pbxs: () => Pbxs;
	readonly ingest: Ingest;
	readonly journal: Pick<Journal, "newLink">;
	readonly writer: () => SingleWriter;
	/** Keeps account of what was seen and what was not. */
	readonly observer: Observer;
	/** Hears who is a member of which queue. */
	readonly members: {
		onEvents(pbxId: string, events: readonly PbxEvent[]): void;
		onState(pbxId: string, state: PbxState): void;
		/** The last moment in which this PBX takes orders of ours. */
		leave(pbxId: string): Promise<void>;
	};
	readonly refusedLogins: (pbxId: string) => RefusedLogins;
	readonly bus: EventBus;
	readonly log: FastifyBaseLogger;
}

/** Milliseconds after which the list is read again: another server may have changed it. */
const rereadEvery = 10_000;

/** Keeps the connections to PBXs as the company's list says, and tells everybody how they are. */
export function createPbxRoads(deps: Deps) {
	const { pbxs, ingest, journal, writer, observer, members, refusedLogins, bus, log } = deps;
	let active: readonly PbxAccess[] = [];
	/** Those whose secrets do not open: nobody can connect to them, and people must see that. */
	let closed: ReadonlyMap<string, PbxLive> = new Map();
	let reading: Promise<void> = Promise.resolve();
	/** What the roads were laid by last: the same list changes nothing, unless somebody asked for it. */
	let laid = "";

	const liveOf = ({ id, name }: PbxAccess, since?: number): PbxLive => {
		const { state, problem, said, since: stood } = standing(id);
		const lost = observer.lostOf(id);
		return {
			...{ id, name, state, problem, said, since: new Date(since ?? stood).toISOString() },
			lost: lost && { at: new Date(lost.at).toISOString(), events: lost.events, state: lost.state },
		};
	};
	const tell = (id: string, at: number, since?: number) => {
		const pbx = active.find((one) => one.id === id);
		if (pbx !== undefined) bus.emit("pbx.state", { ...liveOf(pbx, since), at: new Date(at).toISOString() });
	};
	const fleet = createFleet({
		onEvents(pbxId, events, receivedAt) {
			// First the calls: nothing may hold a pop-up up.
			ingest.push(pbxId, events, receivedAt);
			observer.onEvents(pbxId, events, receivedAt);
			members.onEvents(pbxId, events);
		},
		onState(id, state, _problem, at) {
			journal.newLink(id);
			if (active.some((pbx) => pbx.id === id)) observer.onState(id, state, at);
			members.onState(id, state);
			tell(id, at, at);
		},
		refusedLogins,
		log,
	});
	/** A connection that only stands by says so. */
	const standing = (id: string) => {
		const now = fleet.state(id);
		if (now.state !== "connected" || writer().leads(id)) return now;
		const { message: problem, said } = say("pbx.standby");
		return { state: "standby" as const, problem, said, since: now.since };
	};
	const read = async (asked: boolean) => {
		const unopened = new Map<string, PbxLive>();
		const before = active;
		active = await pbxs().accessList((name, error, id) => {
			log.error({ pbx: name, err: error }, "the secrets of a PBX do not open");
			const since = closed.get(id)?.since ?? new Date().toISOString();
			unopened.set(id, { id, name, state: "stopped", problem: secretsClosed.message, said: secretsClosed.said, since });
		});
		for (const [id, live] of unopened) if (!closed.has(id)) bus.emit("pbx.state", { ...live, at: live.since });
		closed = unopened;
		// First who may speak, then their connections: no event of a PBX that the ingest does not know.
		const wanted = JSON.stringify(active);
		if (wanted === laid && !asked) return;
		laid = wanted;
		const ordered = ({ id }: PbxAccess) => active.some((pbx) => pbx.id === id && pbx.control !== null);
		await Promise.all(before.filter((pbx) => pbx.control !== null && !ordered(pbx)).map(({ id }) => members.leave(id)));
		ingest.setPbxs(active);
		writer().setPbxs(active.map(({ id }) => id));
		observer.set(
			active.map(({ id, extensionPattern, history }) => ({
				id,
				extensionPattern,
				journal: history && journalOf(history),
			})),
		);
		fleet.set(active);
	};
	/** One after the other: the last list read is the one that stays. */
	const reload = (asked = true): Promise<void> => {
		reading = reading
			.then(() => read(asked))
			.catch((error: unknown) => log.error({ err: error }, "the list of PBXs is not read"));
		return reading;
	};
	const rereading = setInterval(() => void reload(false), rereadEvery).unref();
	const stopListening = bus.on("pbx.changed", "connections to PBXs", () => reload());

	return {
		start: () => reload(),
		/** Resolves when the list that was last asked for is in use. */
		settled: () => reading,
		async stop(): Promise<void> {
			stopListening();
			clearInterval(rereading);
			await reading;
			await fleet.stop();
		},
		/** Null while nobody tried to connect. */
		stateOf(id: string): (Pick<PbxLive, "state" | "problem" | "said"> & { since: number }) | null {
			const unopened = closed.get(id);
			if (unopened !== undefined) return { ...unopened, since: Date.parse(unopened.since) };
			return active.some((pbx) => pbx.id === id) ? standing(id) : null;
		},
		/** Whether we write the calls of this PBX has changed. */
		leadingChanged(id: string): void {
			if (writer().leads(id)) observer.lead(id);
			if (fleet.state(id).state === "connected") tell(id, Date.now(), Date.now());
		},
		/** Events of this PBX were lost, or it is known what became of them. */
		lostChanged: (id: string): void => tell(id, Date.now()),
		live: (): PbxLive[] => [...active.map((pbx) => liveOf(pbx)), ...closed.values()],
		dialable: () =>
			active.map(({ id, name, control }) => ({
				id,
				name,
				connected: fleet.state(id).state === "connected",
				control: control !== null,
			})),
		check: fleet.check,
		originate: fleet.originate,
		pause: fleet.pause,
	};
}

export type PbxRoads = ReturnType<typeof createPbxRoads>;

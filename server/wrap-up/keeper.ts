import type { Pool } from "pg";
import type { EventBus } from "../events.ts";
import type { PbxEvent, QueueMember } from "../pbx-event.ts";
import type { Break } from "../protocol/break.ts";
import type { PbxState } from "../protocol/pbx.ts";
import type { WrapUp, WrapUpRules } from "../protocol/wrap-up.ts";
import { type Effect, effectOn, worst } from "./effect.ts";
import { breakPause, type PauseChange, pauseChanges, wrapUpReason } from "./pauses.ts";
import { type Held, lookAtWrapUps } from "./store.ts";

export interface KeeperDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly rules: () => WrapUpRules;
	/** How often a person may add time to a box. */
	readonly extensions: () => number;
	/** Who chose a break that goes on. */
	readonly breaks: () => Promise<readonly OnBreak[]>;
	/** Whether this server writes for the PBX: only that one orders. */
	readonly leads: (pbxId: string) => boolean;
	readonly hasControl: (pbxId: string) => boolean;
	readonly pause: (pbxId: string, order: PauseChange) => Promise<void>;
	/** Something about these obligations changed: people's pictures should say so. */
	readonly tell: (obligationIds: readonly string[]) => Promise<void>;
	readonly now: () => number;
	readonly log: { warn(context: object, message: string): void; error(context: object, message: string): void };
}

/** A person who takes no calls from the queues of any PBX, by own choice. */
interface OnBreak {
	readonly userId: string;
	readonly userName: string;
	readonly extension: string | null;
	readonly reason: string;
	readonly since: Date;
}

/** Keeps the pauses of the queues as the rows say, and the rows of wrap-ups as calls and dispositions say. */
export interface Keeper {
	start(): void;
	onEvents(pbxId: string, events: readonly PbxEvent[]): void;
	onState(pbxId: string, state: PbxState): void;
	/** Gives everybody of this PBX back whom we hold: it, or our right to pause there, is about to be taken from us. */
	leave(pbxId: string): Promise<void>;
	/** Whom a wrap-up holds at this moment. */
	list(): Promise<WrapUp[]>;
	/** Who is on a break at this moment. */
	breaks(): Promise<Break[]>;
	/** A row was written: looks at once. */
	nudge(): void;
	/** Gives everybody back whom we hold: without us nobody could. */
	stop(): Promise<void>;
}

/** What one PBX told of its queues, and how our orders fare. */
interface Queues {
	readonly members: Map<string, QueueMember>;
	connected: boolean;
	problem: string | null;
	/** After a refusal the next order waits. */
	notBefore: number;
	working: Promise<void> | null;
}

/** Milliseconds between two looks when nothing happens: boxes end, other servers write. */
const lookEvery = 1_000;
const afterRefusal = 5_000;
/** How long (ms) the end of the server, or of a PBX's account, may wait for the queues to be given back. */
const goodbye = 4_000;

export function createKeeper(deps: KeeperDeps): Keeper {
	const { bus, log, now } = deps;
	const pbxs = new Map<string, Queues>();
	/** Null until the first look: an order on a guess could give somebody back. */
	let held: readonly Held[] | null = null;
	let breaks: readonly OnBreak[] = [];
	/** Who was told last to be away, as text. */
	let told = "[]";
	let looking: Promise<void> | null = null;
	let again = false;
	let trouble = false;
	let ended = false;
	let timer: ReturnType<typeof setInterval> | null = null;
	const listening: (() => void)[] = [];

	const queuesOf = (pbxId: string): Queues => {
		const known = pbxs.get(pbxId);
		if (known) return known;
		const made: Queues = { members: new Map(), connected: false, problem: null, notBefore: 0, working: null };
		pbxs.set(pbxId, made);
		return made;
	};
	const holds = ({ until }: Held) => until === null || until.getTime() > now();
	/** A break comes over a wrap-up: it is what the person chose, and it mostly lasts longer. */
	const holding = (pbxId: string) => {
		const reasons = new Map<string, string>();
		for (const one of held ?? [])
			if (one.pbxId === pbxId && one.extension && holds(one)) reasons.set(one.extension, wrapUpReason);
		for (const { extension, reason } of breaks) if (extension) reasons.set(extension, breakPause(reason));
		return reasons;
	};
	function tellAway(): void {
		const wrapping = (held ?? []).map(({ userId, since }) => ({
			userId,
			why: "wrap-up" as const,
			reason: null,
			since,
		}));
		const chosen = breaks.map(({ userId, reason, since }) => ({ userId, why: "break" as const, reason, since }));
		const away = [...wrapping, ...chosen].map((one) => ({ ...one, since: one.since.getTime() }));
		const text = JSON.stringify(away);
		if (text === told) return;
		told = text;
		bus.emit("people.away", { away });
	}

	async function look(): Promise<void> {
		do {
			again = false;
			const [seen, chosen] = await Promise.all([lookAtWrapUps(deps.pool, deps.rules()), deps.breaks()]);
			held = seen.held;
			breaks = chosen;
			tellAway();
			for (const pbxId of pbxs.keys()) order(pbxId);
			if (seen.changed.length > 0) await deps.tell(seen.changed);
		} while (again && !ended);
	}
	/** One look at a time; who asks while one goes on gets the next. */
	function ask(): Promise<void> {
		again = looking !== null;
		looking ??= look().finally(() => {
			looking = null;
		});
		return looking;
	}
	const nudge = () => {
		if (ended) return;
		ask().then(
			() => {
				trouble = false;
			},
			(error: unknown) => {
				if (!trouble) log.warn({ err: error }, "What holds people from the queues could not be read.");
				trouble = true;
			},
		);
	};

	function order(pbxId: string): void {
		const queues = queuesOf(pbxId);
		if (ended || held === null || !queues.connected || !deps.leads(pbxId) || !deps.hasControl(pbxId)) return;
		if (queues.working !== null || now() < queues.notBefore) return;
		const changes = pauseChanges(queues.members.values(), holding(pbxId));
		if (changes.length === 0) return;
		queues.working = carryOut(pbxId, queues, changes).finally(() => {
			queues.working = null;
			order(pbxId);
		});
	}

	async function carryOut(pbxId: string, queues: Queues, changes: readonly PauseChange[]): Promise<void> {
		for (const change of changes) {
			try {
				await deps.pause(pbxId, change);
				queues.problem = null;
				const key = keyOf(change);
				const member = queues.members.get(key);
				// The PBX tells it too; until then this is what we know.
				if (member) {
					const pausedReason = change.paused ? change.reason : "";
					queues.members.set(key, { ...member, paused: change.paused, pausedReason });
				}
			} catch (error) {
				const problem = error instanceof Error ? error.message : String(error);
				const known = queues.problem === problem;
				queues.problem = problem;
				queues.notBefore = now() + afterRefusal;
				if (!known) log.warn({ pbxId, ...change, err: error }, "The PBX did not take the pause of a queue.");
				return;
			}
		}
	}

	/** Ends what we paused there, and waits no longer than is decent. */
	async function giveBack(pbxId: string): Promise<void> {
		const queues = queuesOf(pbxId);
		const work = async () => {
			await queues.working;
			if (!queues.connected || !deps.leads(pbxId)) return;
			await carryOut(pbxId, queues, pauseChanges(queues.members.values(), new Map()));
		};
		await Promise.race([
			work(),
			new Promise((resolve) => {
				setTimeout(resolve, goodbye).unref();
			}),
		]);
	}

	const effectAt = (pbxId: string, extension: string | null): Effect =>
		effectOn({ ...queuesOf(pbxId), hasControl: deps.hasControl(pbxId) }, extension);

	return {
		start() {
			for (const kind of ["obligation.opened", "obligation.settled", "user.changed", "settings.changed"] as const) {
				listening.push(bus.on(kind, "wrap-up: who is held", nudge));
			}
			timer = setInterval(nudge, lookEvery).unref();
			nudge();
		},
		onEvents(pbxId, events) {
			let heard = false;
			for (const event of events) {
				if (event.kind !== "queue.member") continue;
				heard = true;
				const { members } = queuesOf(pbxId);
				if (event.member.present) members.set(keyOf(event.member), event.member);
				else members.delete(keyOf(event.member));
			}
			if (heard) order(pbxId);
		},
		onState(pbxId, state) {
			const queues = queuesOf(pbxId);
			queues.connected = state === "connected";
			// What was told before a cut may not be so any more; a new link lists all members again.
			if (!queues.connected) queues.members.clear();
		},
		leave: giveBack,
		async list() {
			await ask();
			return (held ?? []).map((one) => ({
				id: one.obligationId,
				callId: one.callId,
				user: { id: one.userId, name: one.userName },
				queue: one.queue,
				mode: one.mode,
				since: one.since.toISOString(),
				until: one.until?.toISOString() ?? null,
				saved: one.saved,
				extended: one.extended,
				extendable: one.until !== null && !one.saved && one.extended < deps.extensions(),
				...effectAt(one.pbxId, one.extension),
			}));
		},
		async breaks() {
			await ask();
			return breaks.map(({ userId, userName, extension, reason, since }) => ({
				user: { id: userId, name: userName },
				...{ reason, since: since.toISOString() },
				...worst([...pbxs.keys()].map((pbxId) => effectAt(pbxId, extension))),
			}));
		},
		nudge,
		async stop() {
			ended = true;
			if (timer) clearInterval(timer);
			for (const off of listening) off();
			await looking?.catch(() => {});
			await Promise.all([...pbxs.keys()].filter(deps.hasControl).map(giveBack));
		},
	};
}

const keyOf = ({ queue, interface: port }: { queue: string; interface: string }) => `${queue}\n${port}`;

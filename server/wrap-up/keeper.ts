import type { Pool } from "pg";
import type { EventBus } from "../events.ts";
import type { PbxEvent, QueueMember } from "../pbx-event.ts";
import type { PbxState } from "../protocol/pbx.ts";
import type { WrapUp, WrapUpEffect, WrapUpRules } from "../protocol/wrap-up.ts";
import { extensionOf, type PauseChange, pauseChanges, wrapUpReason } from "./pauses.ts";
import { type Held, lookAtWrapUps } from "./store.ts";

export interface KeeperDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly rules: () => WrapUpRules;
	/** Whether this server writes for the PBX: only that one orders. */
	readonly leads: (pbxId: string) => boolean;
	readonly hasControl: (pbxId: string) => boolean;
	readonly pause: (pbxId: string, order: PauseChange & { readonly reason: string }) => Promise<void>;
	/** Something about these obligations changed: people's pictures should say so. */
	readonly tell: (obligationIds: readonly string[]) => Promise<void>;
	readonly now: () => number;
	readonly log: { warn(context: object, message: string): void; error(context: object, message: string): void };
}

/** Keeps the pauses of the queues as the rows say, and the rows as calls and dispositions say. */
export interface Keeper {
	start(): void;
	onEvents(pbxId: string, events: readonly PbxEvent[]): void;
	onState(pbxId: string, state: PbxState): void;
	/** Gives everybody of this PBX back whom we hold: it, or our right to pause there, is about to be taken from us. */
	leave(pbxId: string): Promise<void>;
	/** Whom something holds at this moment. */
	list(): Promise<WrapUp[]>;
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
	const holding = (pbxId: string) =>
		new Set(
			(held ?? []).flatMap((one) =>
				one.pbxId === pbxId && one.extension && (one.until === null || one.until.getTime() > now())
					? [one.extension]
					: [],
			),
		);

	async function look(): Promise<void> {
		do {
			again = false;
			const seen = await lookAtWrapUps(deps.pool, deps.rules());
			held = seen.held;
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
				await deps.pause(pbxId, { ...change, reason: wrapUpReason });
				queues.problem = null;
				const key = keyOf(change);
				const member = queues.members.get(key);
				// The PBX tells it too; until then this is what we know.
				if (member) {
					const pausedReason = change.paused ? wrapUpReason : "";
					queues.members.set(key, { ...member, paused: change.paused, pausedReason });
				}
			} catch (error) {
				queues.problem = error instanceof Error ? error.message : String(error);
				queues.notBefore = now() + afterRefusal;
				log.warn({ pbxId, ...change, err: error }, "The PBX did not take the pause of a queue.");
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
			await carryOut(pbxId, queues, pauseChanges(queues.members.values(), new Set()));
		};
		await Promise.race([
			work(),
			new Promise((resolve) => {
				setTimeout(resolve, goodbye).unref();
			}),
		]);
	}

	function effectOf({ pbxId, extension }: Held): { effect: WrapUpEffect; problem: string | null } {
		const { members, connected, problem } = queuesOf(pbxId);
		if (!connected) return { effect: "offline", problem: null };
		const own = [...members.values()].filter((one) => extensionOf(one.interface) === extension);
		if (own.length === 0) return { effect: "not-in-queue", problem: null };
		if (own.every(({ paused }) => paused)) return { effect: "paused", problem: null };
		if (!deps.hasControl(pbxId)) return { effect: "no-control", problem: null };
		return problem === null ? { effect: "pending", problem } : { effect: "refused", problem };
	}

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
				...effectOf(one),
			}));
		},
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

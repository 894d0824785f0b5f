import type { Away } from "../events.ts";
import type { AgentState } from "../protocol/live.ts";
import type { Part, partsOf } from "./ring.ts";

type State = AgentState["state"];

export interface PresenceDeps {
	readonly now: () => number;
	/** Milliseconds without any socket until a person counts as gone. */
	readonly offlineAfter: number;
	onChange(userId: string): void;
}

/**
 * What each person is doing, from three facts: the legs of live calls, what keeps them from the queues, and sockets. A
 * talking phone says more than a closed browser, and so does a break, which lasts until its person ends it: in-call,
 * then ringing, then break, then wrap-up or available while any socket is open (or was, a moment ago), else offline.
 */
export function createPresence({ now, offlineAfter, onChange }: PresenceDeps) {
	const states = new Map<string, { state: State; since: number }>();
	/** Live calls of a person: call id → part. */
	const calls = new Map<string, Map<string, Part>>();
	const people = new Map<string, ReadonlySet<string>>();
	const present = new Set<string>();
	const leaving = new Map<string, NodeJS.Timeout>();

	/** Breaks and wrap-ups; of several of one person the break, else the first. */
	let held = new Map<string, Away>();

	const derive = (userId: string): State => {
		const parts = [...(calls.get(userId)?.values() ?? [])];
		if (parts.includes("talking") || parts.includes("dialling")) return "in-call";
		if (parts.includes("ringing")) return "ringing";
		const why = held.get(userId)?.why;
		if (why === "break") return why;
		return present.has(userId) ? (why ?? "available") : "offline";
	};
	/** True when it is told. */
	const refresh = (userId: string): boolean => {
		const state = derive(userId);
		const away = state === "break" || state === "wrap-up" ? held.get(userId) : undefined;
		const known = states.get(userId);
		// A break counts from its choice, whatever came between and whichever server counts.
		if (state === (known?.state ?? "offline") && (!away || away.since === known?.since)) return false;
		if (state === "offline") states.delete(userId);
		else states.set(userId, { state, since: away?.since ?? now() });
		onChange(userId);
		return true;
	};
	const startedAt = now();

	return {
		of(userId: string): { state: State; since: number } {
			return states.get(userId) ?? { state: "offline", since: startedAt };
		},
		/** The break of this person, also while a call goes on. */
		breakOf(userId: string): Away | null {
			const away = held.get(userId);
			return away?.why === "break" ? away : null;
		},
		/** Everybody whom a break or a wrap-up keeps from the queues now. */
		away(all: readonly Away[]): void {
			const before = held;
			held = new Map();
			for (const one of all) {
				const known = held.get(one.userId);
				const first = known === undefined || one.since < known.since;
				if (known?.why === one.why || known === undefined ? first : one.why === "break") held.set(one.userId, one);
			}
			const breakIn = (map: typeof held, userId: string) =>
				map.get(userId)?.why === "break" ? map.get(userId)?.since : 0;
			for (const userId of new Set([...before.keys(), ...held.keys()])) {
				// Chosen in mid-call: the state stays, what comes after it does not.
				if (!refresh(userId) && breakIn(before, userId) !== breakIn(held, userId)) onChange(userId);
			}
		},
		/** Who rings and who talks in this call now; nobody once it is over. */
		call(callId: string, parts: ReturnType<typeof partsOf>): void {
			const touched = new Set([...(people.get(callId) ?? []), ...parts.keys()]);
			if (parts.size === 0) people.delete(callId);
			else people.set(callId, new Set(parts.keys()));
			for (const userId of touched) {
				const own = calls.get(userId) ?? new Map<string, Part>();
				const part = parts.get(userId);
				if (part === undefined) own.delete(callId);
				else own.set(callId, part);
				if (own.size === 0) calls.delete(userId);
				else calls.set(userId, own);
				refresh(userId);
			}
		},
		arrived(userId: string): void {
			clearTimeout(leaving.get(userId));
			leaving.delete(userId);
			present.add(userId);
			refresh(userId);
		},
		/** The last socket closed; on purpose (signed out) or not. */
		left(userId: string, onPurpose: boolean): void {
			clearTimeout(leaving.get(userId));
			const gone = () => {
				leaving.delete(userId);
				present.delete(userId);
				refresh(userId);
			};
			if (onPurpose) gone();
			else leaving.set(userId, setTimeout(gone, offlineAfter).unref());
		},
		stop(): void {
			for (const timer of leaving.values()) clearTimeout(timer);
		},
	};
}
export type Presence = ReturnType<typeof createPresence>;

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
 * What each person is doing, from two facts: the legs of live calls, and sockets. A talking phone
 * says more than a closed browser: in-call, then ringing, then available while any socket is open
 * (or was, a moment ago), else offline.
 */
export function createPresence({ now, offlineAfter, onChange }: PresenceDeps) {
	const states = new Map<string, { state: State; since: number }>();
	/** Live calls of a person: call id → part. */
	const calls = new Map<string, Map<string, Part>>();
	const people = new Map<string, ReadonlySet<string>>();
	const present = new Set<string>();
	const leaving = new Map<string, NodeJS.Timeout>();

	const derive = (userId: string): State => {
		const parts = [...(calls.get(userId)?.values() ?? [])];
		if (parts.includes("talking") || parts.includes("dialling")) return "in-call";
		if (parts.includes("ringing")) return "ringing";
		return present.has(userId) ? "available" : "offline";
	};
	const refresh = (userId: string) => {
		const state = derive(userId);
		if (state === (states.get(userId)?.state ?? "offline")) return;
		if (state === "offline") states.delete(userId);
		else states.set(userId, { state, since: now() });
		onChange(userId);
	};
	const startedAt = now();

	return {
		of(userId: string): { state: State; since: number } {
			return states.get(userId) ?? { state: "offline", since: startedAt };
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

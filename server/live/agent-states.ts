import type { AgentState } from "../protocol/live.ts";
import type { Audience } from "./audience.ts";
import { encode, type Frame } from "./connection.ts";
import type { LivePerson } from "./person.ts";
import type { Presence } from "./presence.ts";

interface Deps {
	readonly audience: Audience;
	readonly presence: Presence;
	readonly at: () => string;
}

const iso = (moment: number) => new Date(moment).toISOString();

/** What each person is doing, as it is told. */
export function createAgentStates({ audience, presence, at }: Deps) {
	const of = (person: LivePerson): AgentState => {
		const { state, since } = presence.of(person.id);
		const { id, name, extension } = person;
		const chosen = presence.breakOf(person.id);
		const onBreak = chosen && { reason: chosen.reason ?? "", since: iso(chosen.since) };
		return { user: { id, name }, extension, state, since: iso(since), onBreak };
	};
	/** Null when there is no such person. */
	const frame = (userId: string): Frame | null => {
		const person = audience.person(userId);
		return person === undefined ? null : encode({ type: "agent.state", at: at(), agent: of(person) });
	};
	return {
		of,
		frame,
		/** To those who show it: supervisors, the person, and `watchers`, who have a card of this person's client. */
		tell(userId: string, watchers: Iterable<string>): void {
			const told = frame(userId);
			if (told === null) return;
			for (const watcher of new Set([userId, ...audience.leads(), ...watchers])) audience.tell(watcher, told);
		},
	};
}

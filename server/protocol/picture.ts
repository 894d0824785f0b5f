import type { UnseenPop } from "./floor.ts";
import type { AgentState, PbxLive, Pop, QueueState } from "./live.ts";
import type { Obligation } from "./obligation.ts";

/** What a browser shows, as far as server and browser can compare it. */
export interface Pictured {
	readonly ringing: readonly Pick<Pop, "call" | "owner">[];
	readonly talking: readonly Pick<Pop, "call" | "owner">[];
	readonly obligations: readonly Obligation[];
	readonly agents: readonly AgentState[];
	readonly queues: readonly QueueState[];
	readonly pbxs: readonly PbxLive[];
	readonly unseen: readonly UnseenPop[];
}
/** Whose picture it is; `leads`: supervisors and admins are shown everybody. */
export interface Viewer {
	readonly id: string;
	readonly leads: boolean;
}

/** A snapshot lists so many obligations at most; how many more there are, neither side says. */
const mostObligations = 50;

/**
 * The same text for the same picture, whatever the order in which it came about. It leaves out what is no fact of the
 * server's (farewells, forms that are open), the figures that change by the clock alone, and what nobody is told of:
 * an agent hears of the states of the people on his cards only.
 */
export function canonical(picture: Pictured, viewer: Viewer): string {
	const card = (kind: string) => (pop: Pick<Pop, "call">) => `${kind} ${pop.call.id} ${pop.call.contact?.id ?? ""}`;
	const shown = new Set([viewer.id, ...[...picture.ringing, ...picture.talking].map(({ owner }) => owner?.id)]);
	const agents = picture.agents.filter(
		({ user, state }) => state !== "offline" && (viewer.leads || shown.has(user.id)),
	);
	const lines = [
		...picture.ringing.map(card("rings")),
		...picture.talking.map(card("talks")),
		...owed(picture.obligations),
		...agents.map(({ user, state, since, onBreak }) =>
			`agent ${user.id} ${state} ${since} ${onBreak?.since ?? ""}`.trimEnd(),
		),
		...(viewer.leads ? picture.queues : []).map(({ pbx, queue, waiting }) => `queue ${pbx} ${queue} ${waiting}`),
		...picture.pbxs.filter(({ state }) => state !== "stopped").map(({ id, state }) => `pbx ${id} ${state}`),
		...picture.unseen.map(({ id }) => `unseen ${id}`),
	];
	return [...new Set(lines)].sort().join("\n");
}

/** Missed calls of one client are one entry, whichever of them stands for it. */
function owed(obligations: readonly Obligation[]): string[] {
	if (obligations.length >= mostObligations) return ["owes many"];
	return obligations.map(({ id, kind, contact, number }) =>
		kind === "missed" ? `calls back ${contact?.id ?? number ?? id}` : `owes ${id}`,
	);
}

/** 64 bits of a text (two rounds of FNV-1a with different primes), as 16 hexadecimal digits. Not for secrets. */
export function hashOf(text: string): string {
	let one = 0x811c9dc5;
	let two = 0xcbf29ce4;
	for (let index = 0; index < text.length; index += 1) {
		const unit = text.charCodeAt(index);
		one = Math.imul(one ^ unit, 0x01000193);
		two = Math.imul(two ^ unit, 0x5bd1e995);
		two ^= two >>> 15;
	}
	return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

export const pictureHash = (picture: Pictured, viewer: Viewer): string => hashOf(canonical(picture, viewer));

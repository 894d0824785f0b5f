import type { Match } from "../protocol/contact.ts";
import type { CallFacts } from "./call-change.ts";

/** Who the client of a call may be. */
export interface Client {
	/** E.164 of the client, null when withheld, internal or no telephone number. */
	readonly e164: string | null;
	readonly match: Match;
}

export type ResolveClient = (caller: { raw: string; withheld: boolean }, at: Date) => Promise<Client>;

const remembered = 2_000;
const nobody: Client = { e164: null, match: { state: "unknown", candidates: [] } };

/**
 * Asks once for each call and number; a call changes ten times while it lives, its client seldom. `forget` on every
 * change of a contact, since then any answer may be another.
 */
export function createClients(resolve: ResolveClient): {
	of(id: string, call: CallFacts): Promise<Client>;
	forget(): void;
} {
	const known = new Map<string, { raw: string; client: Client }>();
	let generation = 0;
	return {
		async of(id, call) {
			if (call.direction === "internal") return nobody;
			const raw = call.withheld ? "" : call.rawNumber;
			const before = known.get(id);
			if (before?.raw === raw) return before.client;
			const asked = generation;
			const client = await resolve({ raw: call.rawNumber, withheld: call.withheld }, new Date(call.startedAt));
			known.delete(id);
			if (asked === generation) known.set(id, { raw, client });
			const oldest = known.keys().next();
			if (known.size > remembered && !oldest.done) known.delete(oldest.value);
			return client;
		},
		forget() {
			generation++;
			known.clear();
		},
	};
}

import type { Call, Leg } from "../protocol/call.ts";
import type { CallFacts, CallLeg } from "./call-change.ts";
import type { Client } from "./clients.ts";
import { onlyContact } from "./match-of.ts";
import type { Written } from "./record-sql.ts";

/** What is known of a call that goes on: as it was told last, and the facts that were stored with it. */
export interface Told {
	readonly call: Call;
	readonly facts: CallFacts;
}

/**
 * The calls that go on, as they were told last. A ringing phone changes few columns of its call: with these neither is
 * the rest written again, nor is the call read back before people hear of it. Whatever else touches a call (a person's
 * choice, a word about it, a contact that changed) makes it forgotten here, and it is read from the database again.
 */
export interface ToldCalls {
	get(id: string): Told | undefined;
	set(id: string, told: Told): void;
	forget(id: string): void;
	forgetAll(): void;
}

const remembered = 5_000;

export function createToldCalls(): ToldCalls {
	const calls = new Map<string, Told>();
	return {
		get: (id) => calls.get(id),
		set(id, told) {
			calls.delete(id);
			if (told.facts.endedAt !== null) return;
			calls.set(id, told);
			const oldest = calls.keys().next();
			if (calls.size > remembered && !oldest.done) calls.delete(oldest.value);
		},
		forget: (id) => void calls.delete(id),
		forgetAll: () => calls.clear(),
	};
}

const sameLeg = (a: CallLeg | undefined, b: CallLeg) =>
	a !== undefined &&
	a.extension === b.extension &&
	a.outside === b.outside &&
	a.placed === b.placed &&
	a.rangAt === b.rangAt &&
	a.answeredAt === b.answeredAt &&
	a.leftAt === b.leftAt &&
	a.result === b.result;

/** What has to be written of a call, given what was written before; without that everything. */
export interface ToWrite {
	readonly legs: readonly CallLeg[];
	readonly recordings: readonly { readonly index: number; readonly recording: CallFacts["recordings"][number] }[];
	/** Kind, deadline, number or assignee of the obligation may change. */
	readonly owe: boolean;
}

export function toWrite(facts: CallFacts, e164: string | null, before: Told | undefined): ToWrite {
	const recordings = facts.recordings.map((recording, index) => ({ index, recording }));
	if (!before) return { legs: facts.legs, recordings, owe: true };
	const known = new Map(before.facts.legs.map((leg) => [leg.index, leg]));
	const changed = facts.legs.filter((leg) => !sameLeg(known.get(leg.index), leg));
	const owe =
		facts.endedAt !== null ||
		facts.direction !== before.facts.direction ||
		facts.outcome === "missed" ||
		e164 !== before.call.number ||
		// Who answers gets it.
		changed.some((leg) => leg.answeredAt !== null || facts.direction === "outbound");
	return {
		legs: owe ? facts.legs : changed,
		recordings: recordings.filter(({ index, recording }) => {
			const old = before.facts.recordings[index];
			return old?.path !== recording.path || old.closed !== recording.closed;
		}),
		owe,
	};
}

/**
 * The call as reading it back would give it, or null when that is not certain: the call ended, its row was there before
 * this server saw it, or the contact in its row is not the one that the number says.
 */
export function compose(
	id: string,
	facts: CallFacts,
	client: Client,
	written: Written,
	before: Told | undefined,
	pbx: string | undefined,
): Call | null {
	if (facts.endedAt !== null || pbx === undefined) return null;
	const base = before?.call ?? (written.opened ? newCall(id, client, pbx) : null);
	if (base === null || written.contactId !== (base.contact?.id ?? null)) return null;
	const users = new Map((written.users ?? []).map(({ index, id: userId, name }) => [index, { id: userId, name }]));
	const legs: Leg[] = [];
	for (const leg of facts.legs) {
		const old = base.legs[legs.length];
		const user = users.get(leg.index) ?? (old?.extension === leg.extension ? old.user : null);
		legs.push({
			extension: leg.extension,
			outside: leg.outside,
			placed: leg.placed,
			user,
			rangAt: iso(leg.rangAt),
			answeredAt: isoOrNull(leg.answeredAt),
			leftAt: isoOrNull(leg.leftAt),
			result: leg.result,
		});
	}
	return {
		...base,
		linkedId: facts.family,
		direction: facts.direction,
		outcome: facts.outcome,
		number: client.e164,
		rawNumber: facts.rawNumber,
		callerName: facts.callerName,
		did: facts.did,
		queue: facts.queue,
		ivr: facts.ivr,
		startedAt: iso(facts.startedAt),
		answeredAt: isoOrNull(facts.answeredAt),
		endedAt: null,
		ringSeconds: Math.round(facts.ringMs / 1000),
		talkSeconds: Math.round(facts.talkMs / 1000),
		legs,
		recordings: facts.recordings.map((_, n) => {
			const url = `/api/calls/${id}/recordings/${n}`;
			return base.recordings[n] ?? { state: "expected", seconds: null, bytes: null, url };
		}),
		obligation:
			written.obligationId && written.dueAt
				? { id: written.obligationId, dueAt: written.dueAt.toISOString(), settledAt: null, settlement: null }
				: base.obligation,
		recovered: facts.recovered,
		interrupted: facts.interrupted,
	};
}

/** A call that nobody has had a chance to do anything with. */
function newCall(id: string, { match }: Client, pbx: string): Call {
	const only = onlyContact(match) === null ? undefined : match.candidates[0];
	return {
		id,
		pbx,
		contact: only ? { id: only.contact.id, name: only.contact.name } : null,
		owner: only?.owner ? { id: only.owner.id, name: only.owner.name } : null,
		disposition: null,
		obligation: null,
		legs: [],
		recordings: [],
		linkedId: "",
		direction: "inbound",
		outcome: "ringing",
		number: null,
		rawNumber: "",
		callerName: "",
		did: "",
		queue: null,
		ivr: "",
		startedAt: "",
		answeredAt: null,
		endedAt: null,
		ringSeconds: 0,
		talkSeconds: 0,
		recovered: false,
		interrupted: false,
	};
}

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

import { callId } from "../../db/id.ts";
import type { EventBus, SavedCall } from "../events.ts";
import type { CallFacts } from "./call-change.ts";
import type { Client } from "./clients.ts";
import { onlyContact } from "./match-of.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";
import type { Staff } from "./staff.ts";
import { compose } from "./told.ts";

export interface UnsavedDeps {
	readonly bus: EventBus;
	readonly staff: Pick<Staff, "at">;
	/** E.164 of what the PBX wrote; null when it is no telephone number. */
	readonly numberOf: (raw: string) => string | null;
}

/** A call of one PBX that waits for the database. */
export interface UnsavedCall {
	readonly pbxId: string;
	/** Name of the PBX. */
	readonly pbx: string;
	readonly facts: CallFacts;
	/** Epoch milliseconds. */
	readonly receivedAt: number;
}

const remembered = 2_000;

/**
 * Tells of calls out of memory while the database takes nothing: without an obligation, and with a contact only where
 * that number called not long ago.
 */
export function createUnsaved({ bus, staff, numberOf }: UnsavedDeps) {
	const clients = new Map<string, Client>();
	bus.on("call.saved", "calls: who called lately", ({ call, match }) => {
		if (call.rawNumber === "" || call.direction === "internal") return;
		clients.delete(call.rawNumber);
		clients.set(call.rawNumber, { e164: call.number, match });
		const oldest = clients.keys().next();
		if (clients.size > remembered && !oldest.done) clients.delete(oldest.value);
	});
	bus.on("contact.changed", "calls: who called lately", () => clients.clear());
	bus.on("call.contact", "calls: who called lately", () => clients.clear());

	function clientOf(facts: CallFacts): Client {
		if (facts.withheld) return { e164: null, match: { state: "withheld", candidates: [] } };
		const unknown: Client["match"] = { state: "unknown", candidates: [] };
		if (facts.direction === "internal") return { e164: null, match: unknown };
		return clients.get(facts.rawNumber) ?? { e164: numberOf(facts.rawNumber), match: unknown };
	}

	return {
		tell(one: UnsavedCall): void {
			const saved = fromMemory(one, clientOf(one.facts), staff);
			if (saved !== null) bus.emit("call.unsaved", saved);
		},
	};
}

function fromMemory(one: UnsavedCall, client: Client, staff: Pick<Staff, "at">): SavedCall | null {
	const { pbxId, pbx, facts, receivedAt } = one;
	const id = callId(pbxId, facts.family, facts.startedAt);
	const users = facts.legs.flatMap((leg) => {
		const user = leg.outside ? undefined : staff.at(leg.extension);
		return user ? [{ index: leg.index, ...user }] : [];
	});
	const row = {
		...{ id, users, contactId: onlyContact(client.match), chosen: false, opened: true },
		...{ obligationId: null, dueAt: null, assigneeId: null },
		...{ waivedId: null, waivedFrom: null, waivedEscalated: false },
	};
	const live = compose(id, { ...facts, endedAt: null }, client, row, undefined, pbx);
	if (live === null) return null;
	const call = { ...live, endedAt: facts.endedAt === null ? null : new Date(facts.endedAt).toISOString() };
	return { call, pbxId, match: client.match, ringing: ringingUsers(call), talking: talkingUsers(call), receivedAt };
}

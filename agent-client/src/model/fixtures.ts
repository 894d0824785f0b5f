import type { Call, Leg } from "../../../server/protocol/call.ts";
import type { Candidate, Contact, Match } from "../../../server/protocol/contact.ts";
import type { Pop } from "../../../server/protocol/live.ts";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import type { Me } from "../../../server/protocol/user.ts";

/** Builders of what crosses the wire, for tests of the client. Ids are made from small numbers. */
export const idOf = (n: number) => `0197b0c0-0000-7000-8000-${String(n).padStart(12, "0")}`;

export const olena = { id: idOf(1), name: "Олена Ткаченко" };
export const petro = { id: idOf(2), name: "Петро Гудзь" };
export const oleh = { id: idOf(3), name: "Олег Мельник" };
export const admin = { id: idOf(9), name: "Адміністратор" };

export const iso = (at: number) => new Date(at).toISOString();

export function me(part: Partial<Me> = {}): Me {
	return {
		...olena,
		email: "olena@example.com",
		role: "agent",
		extension: "101",
		active: true,
		createdAt: iso(Date.now() - 1e9),
		preferences: {},
		...part,
	};
}

export const leg = (part: Partial<Leg> = {}): Leg => ({
	extension: "101",
	outside: false,
	placed: false,
	user: olena,
	rangAt: iso(Date.now()),
	answeredAt: null,
	leftAt: null,
	result: null,
	...part,
});

export function call(n: number, part: Partial<Call> = {}): Call {
	return {
		id: idOf(1000 + n),
		pbx: "Office",
		linkedId: `1763800000.${n}`,
		direction: "inbound",
		outcome: "ringing",
		number: "+380671234567",
		rawNumber: "0671234567",
		callerName: "",
		did: "+380443334455",
		queue: "Продажі",
		ivr: "2",
		startedAt: iso(Date.now()),
		answeredAt: null,
		endedAt: null,
		ringSeconds: 0,
		talkSeconds: 0,
		contact: null,
		owner: null,
		legs: [leg()],
		recordings: [],
		disposition: null,
		obligation: null,
		recovered: false,
		interrupted: false,
		...part,
	};
}

export function contact(n: number, part: Partial<Contact> = {}): Contact {
	return {
		id: idOf(2000 + n),
		kind: "person",
		name: "Іваненко Олена Петрівна",
		company: { id: idOf(2999), name: "ТОВ «Степ»" },
		status: "in_work",
		owner: petro,
		source: "сайт",
		region: "Київ",
		birthday: "1988-11-25",
		tags: ["VIP"],
		numbers: [
			{
				id: idOf(3000 + n),
				e164: "+380671234567",
				raw: "067 123 45 67",
				extension: "",
				label: "",
				validFrom: null,
				validTo: null,
			},
		],
		createdAt: iso(Date.now() - 9e9),
		updatedAt: iso(Date.now() - 9e8),
		...part,
	};
}

export function candidate(of: Contact, part: Partial<Candidate> = {}): Candidate {
	return {
		contact: {
			id: of.id,
			name: of.name,
			company: of.company?.name ?? "",
			status: of.status,
			tags: of.tags,
			birthday: of.birthday,
		},
		owner: of.owner ? { ...of.owner, extension: "102" } : null,
		reason: "exact",
		lastSpokenAt: iso(Date.now() - 86_400_000),
		...part,
	};
}

export function matchOf(contacts: readonly Contact[]): Match {
	if (contacts.length === 0) return { state: "unknown", candidates: [] };
	const shared = contacts.length > 1;
	return {
		state: shared ? "several" : "one",
		candidates: contacts.map((one) => candidate(one, shared ? { reason: "shared" } : {})),
	};
}

export function pop(of: Call, contacts: readonly Contact[], viewer: string, part: Partial<Pop> = {}): Pop {
	const match = matchOf(contacts);
	const only = contacts.length === 1 ? contacts[0] : undefined;
	const owner = only?.owner;
	return {
		call: of,
		match,
		contact: only ? { id: only.id, name: only.name } : null,
		owner: owner ? { ...owner, extension: "102", you: owner.id === viewer } : null,
		lastContacts: [],
		openObligations: [],
		numberCountry: "UA",
		...part,
	};
}

export function obligation(n: number, part: Partial<Obligation> & { call: Call }): Obligation {
	const openedAt = part.call.startedAt;
	return {
		id: idOf(4000 + n),
		kind: "call",
		contact: part.call.contact,
		number: part.call.number,
		assignee: null,
		claimedBy: null,
		claimedAt: null,
		claimedUntil: null,
		attempts: 0,
		times: 1,
		openedAt,
		dueAt: iso(new Date(openedAt).getTime() + 1_200_000),
		overdue: false,
		leftSeconds: 1200,
		escalatedTo: null,
		escalatedAt: null,
		settledAt: null,
		settledBy: null,
		settledHow: null,
		settledChannel: null,
		settledComment: null,
		settledDirection: null,
		reachedSeconds: null,
		...part,
	};
}

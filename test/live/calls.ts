import { newId } from "../../db/id.ts";
import type { SavedCall } from "../../server/events.ts";
import type { Call } from "../../server/protocol/call.ts";
import type { Pop } from "../../server/protocol/live.ts";

export interface Agent {
	readonly id: string;
	readonly extension: string;
	readonly name: string;
}

const at = "2026-11-22T10:00:00.000Z";
const pbxId = newId();

/** A call that came in, as the recorder tells it. */
export function incoming(fields: Partial<Call> = {}): Call {
	return {
		id: newId(),
		pbx: "office",
		linkedId: "1763800000.1",
		direction: "inbound",
		outcome: "ringing",
		number: "+380501234567",
		rawNumber: "0501234567",
		callerName: "",
		did: "0442345678",
		queue: null,
		ivr: "",
		startedAt: at,
		answeredAt: null,
		endedAt: null,
		ringSeconds: 0,
		talkSeconds: 0,
		contact: null,
		owner: null,
		legs: [],
		recordings: [],
		disposition: null,
		obligation: null,
		recovered: false,
		interrupted: false,
		...fields,
	};
}

/** The moment in which these phones ring and these people talk; who only rang before is in `past`. */
export function moment(
	call: Call,
	who: { ringing?: Agent[]; dialling?: Agent[]; talking?: Agent[]; past?: Agent[]; ended?: boolean },
): SavedCall {
	const { ringing = [], dialling = [], talking = [], past = [], ended = false } = who;
	const leg = (agent: Agent, state: Pick<Call["legs"][number], "answeredAt" | "leftAt" | "result">) => ({
		extension: agent.extension,
		outside: false,
		placed: false,
		user: { id: agent.id, name: agent.name },
		rangAt: at,
		...state,
	});
	return {
		call: {
			...call,
			outcome: ended ? "missed" : talking.length > 0 ? "talking" : "ringing",
			answeredAt: talking.length > 0 ? at : null,
			endedAt: ended ? at : null,
			legs: [
				...past.map((agent) => leg(agent, { answeredAt: null, leftAt: at, result: "elsewhere" as const })),
				...dialling.map((agent) => ({
					...leg(agent, { answeredAt: null, leftAt: null, result: null }),
					placed: true,
				})),
				...ringing.map((agent) => leg(agent, { answeredAt: null, leftAt: null, result: null })),
				...talking.map((agent) => leg(agent, { answeredAt: at, leftAt: null, result: null })),
			],
		},
		pbxId,
		match: { state: "unknown", candidates: [] },
		ringing: ringing.map(({ id }) => id),
		talking: [...dialling, ...talking].map(({ id }) => id),
		receivedAt: Date.now(),
	};
}

export function popOf({ call, match }: SavedCall, fields: Partial<Pop> = {}): Pop {
	return {
		call,
		match,
		contact: null,
		owner: null,
		lastContacts: [],
		openObligations: [],
		numberCountry: "UA",
		...fields,
	};
}

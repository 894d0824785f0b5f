import { z } from "zod";
import { Id, Named, Time } from "./basics.ts";
import { Call } from "./call.ts";
import { Match } from "./contact.ts";
import { floorMessages, UnseenPop } from "./floor.ts";
import { Obligation, ObligationCounts } from "./obligation.ts";
import { PbxState } from "./pbx.ts";
import { Said } from "./said.ts";

/** What happened last with this contact, newest first, at most three. */
export const LastContact = z.object({
	callId: Id,
	at: Time,
	direction: z.enum(["inbound", "outbound", "internal"]),
	outcome: z.string(),
	by: Named.nullable(),
	comment: z.string().nullable(),
	status: z.string().nullable(),
});
/** The screen pop. */
export const Pop = z.object({
	call: Call,
	match: Match,
	/** The one contact when there is exactly one, else null. */
	contact: Named.nullable(),
	owner: z.object({ id: Id, name: z.string(), extension: z.string(), you: z.boolean() }).nullable(),
	lastContacts: z.array(LastContact),
	openObligations: z.array(z.object({ id: Id, kind: z.string(), callId: Id, openedAt: Time })),
	/** Country and kind of the number, for unknown callers: ISO code or null. */
	numberCountry: z.string().nullable(),
	/** False: shown out of memory, the database does not take the call yet. The same pop-up comes again when it did. */
	saved: z.boolean().optional(),
});
export type Pop = z.infer<typeof Pop>;

export const AgentState = z.object({
	user: Named,
	extension: z.string().nullable(),
	state: z.enum(["available", "ringing", "in-call", "wrap-up", "break", "offline"]),
	since: Time,
	/** The break that the person chose, also while a call goes on; then `state` says the call. */
	onBreak: z.object({ reason: z.string(), since: Time }).nullable().optional(),
});
export type AgentState = z.infer<typeof AgentState>;
export const QueueState = z.object({ pbx: z.string(), queue: z.string(), waiting: z.number() });
export type QueueState = z.infer<typeof QueueState>;
/** Events of a PBX that never came, while the link stood. */
export const LostEvents = z.object({
	/** When it was noticed. */
	at: Time,
	/** How many; null: nobody can say. */
	events: z.number().nullable(),
	/** What became of them: the PBX's journal is being read, was read, or cannot tell. */
	state: z.enum(["reading", "read", "unknown"]),
});
export const PbxLive = z.object({
	id: Id,
	name: z.string(),
	state: PbxState,
	problem: z.string().nullable(),
	/** The problem for a client that speaks another language. */
	said: Said.nullable().optional(),
	since: Time,
	/** For supervisors, until a minute after the PBX's journal was read; null or left out: none. */
	lost: LostEvents.nullable().optional(),
});
export type PbxLive = z.infer<typeof PbxLive>;

/** Room to store in: what a full disk keeps from being stored is shown, and lives in memory. */
export const StorageLive = z.object({
	state: z.enum(["enough", "fills", "full"]),
	/** Whose disk. */
	where: z.enum(["server", "database"]),
	/** Of the server's disk; null: nobody could say. */
	usedPercent: z.number().nullable(),
	since: Time,
});
export type StorageLive = z.infer<typeof StorageLive>;

const seq = z.number();
export const ServerMessage = z.discriminatedUnion("type", [
	z.object({ type: z.literal("hello"), version: z.string() }),
	z.object({
		type: z.literal("snapshot"),
		seq,
		at: Time,
		/** Pop-ups of the person's own ringing phone. */
		ringing: z.array(Pop),
		/** Calls that the person speaks in. */
		talking: z.array(Pop),
		/** The person's own open obligations, oldest first, at most 50. */
		obligations: z.array(Obligation),
		counts: ObligationCounts,
		agents: z.array(AgentState),
		queues: z.array(QueueState),
		pbxs: z.array(PbxLive),
		/** Phones that ring now while nobody sees it, as far as this person should know. */
		unseen: z.array(UnseenPop),
		/** Left out by a server that does not watch its disk. */
		storage: StorageLive.optional(),
	}),
	z.object({ type: z.literal("call.ringing"), seq, at: Time }).extend(Pop.shape),
	z.object({
		type: z.literal("call.talking"),
		seq,
		at: Time,
		call: Call,
		/** Who has the phone in the hand now: answered, or dialled and waits. */
		by: Named.nullable(),
		pop: Pop.nullable(),
	}),
	/** `elsewhere`: this person's phone stopped ringing, while the call goes on with `by`. */
	z.object({ type: z.literal("call.ended"), seq, at: Time, call: Call, elsewhere: z.boolean(), by: Named.nullable() }),
	z.object({ type: z.literal("call.changed"), seq, at: Time, call: Call, match: Match }),
	z.object({ type: z.literal("obligation.opened"), seq, at: Time, obligation: Obligation, counts: ObligationCounts }),
	z.object({ type: z.literal("obligation.settled"), seq, at: Time, id: Id, callId: Id, counts: ObligationCounts }),
	z.object({ type: z.literal("agent.state"), seq, at: Time, agent: AgentState }),
	z.object({ type: z.literal("queue.state"), seq, at: Time, queue: QueueState }),
	z.object({ type: z.literal("pbx.state"), seq, at: Time, pbx: PbxLive }),
	z.object({ type: z.literal("storage.state"), seq, at: Time, storage: StorageLive }),
	/** A phone rings and nobody has seen the pop-up; `rings` false: it has stopped. */
	z.object({ type: z.literal("pop.unseen"), seq, at: Time, unseen: UnseenPop, rings: z.boolean() }),
	z.object({ type: z.literal("pop.seen"), seq, at: Time, unseen: UnseenPop }),
	/** What the server holds this person's picture to be (server/protocol/picture.ts), with its figures. */
	z.object({ type: z.literal("heartbeat"), seq, at: Time, hash: z.string(), counts: ObligationCounts }),
	...floorMessages,
	/** Answer to `ping`; carries no `seq`, it is no change. `last`: the number of the last change that was sent. */
	z.object({ type: z.literal("pong"), last: z.number() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

export const ClientMessage = z.discriminatedUnion("type", [
	/** The pop-up for this call is on the screen. `seq` of the message that brought it. */
	z.strictObject({ type: z.literal("painted"), callId: Id, seq }),
	z.strictObject({ type: z.literal("ping") }),
	/** A jump in `seq` was seen, or the picture differs from the server's. */
	z.strictObject({ type: z.literal("resync"), because: z.enum(["gap", "picture"]).optional() }),
	/** "I see it": a colleague's unseen pop-up. */
	z.strictObject({ type: z.literal("seen"), id: Id }),
	/** The floor is on the screen from now on, or no more. Supervisors and admins only. */
	z.strictObject({ type: z.literal("watch"), floor: z.boolean() }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

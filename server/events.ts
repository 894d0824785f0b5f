import type { Call } from "./protocol/call.ts";
import type { Match } from "./protocol/contact.ts";
import type { UnseenPop } from "./protocol/floor.ts";
import type { PbxLive, StorageLive } from "./protocol/live.ts";
import type { Obligation } from "./protocol/obligation.ts";

/**
 * What happened in the business, told after its transaction is committed. Features listen to
 * these instead of importing each other. Nothing here is the only place where a fact lives.
 */
export interface DomainEvents {
	/** A call was recorded: began, rings somebody else, is talked, ended, or changed in any way. */
	"call.saved": SavedCall;
	/** The same out of memory, while the database does not take it: a phone rings, and people see who it is. */
	"call.unsaved": SavedCall;
	/** This row went: the family turned out to be part of the call `into`. */
	"call.superseded": { readonly callId: string; readonly into: string };
	/** An agent chose a contact for the call, took it back, or the call got a contact later. */
	"call.contact": { readonly callId: string };
	/** What became of a file of this call's recordings: ready, empty, missing… */
	"recording.changed": { readonly callId: string };
	/** It opened or changed. Not told while the call goes on and nobody has it: then there is nothing to process yet. */
	"obligation.opened": { readonly obligation: Obligation };
	/** `escalated`: it was everybody's to see. */
	"obligation.settled": {
		readonly id: string;
		readonly callId: string;
		readonly assigneeId: string | null;
		readonly escalated: boolean;
	};
	"contact.changed": { readonly contactId: string };
	"user.changed": { readonly userId: string };
	/** Sockets of this person or session must close. `sessionId` null = all of them. */
	"session.ended": { readonly userId: string; readonly sessionId: string | null };
	"pbx.changed": { readonly pbxId: string };
	"pbx.state": PbxLive & { readonly at: string };
	/** The disk, ours or the database's, fills up, is full, or has room again. */
	"storage.state": StorageLive;
	"queue.state": { readonly pbx: string; readonly queue: string; readonly waiting: number };
	"settings.changed": Record<string, never>;
	/** Everybody whom a break or a wrap-up keeps from the queues, as this server saw it last. */
	"people.away": { readonly away: readonly Away[] };
	/** A phone rings and nobody has seen the pop-up; its row is written. Every further channel listens to this. */
	"pop.unseen": UnseenPop;
	/** Somebody saw it after all. */
	"pop.seen": UnseenPop;
}

export interface Away {
	readonly userId: string;
	readonly why: "break" | "wrap-up";
	/** Of a break, in the company's words. */
	readonly reason: string | null;
	/** Milliseconds (epoch). */
	readonly since: number;
}

export interface SavedCall {
	readonly call: Call;
	readonly pbxId: string;
	/** Who the client may be, at the moment of the save. */
	readonly match: Match;
	/** Users whose phone rings now. */
	readonly ringing: readonly string[];
	/** Users who speak now. */
	readonly talking: readonly string[];
	/** Milliseconds (epoch) at which the event that caused this reached the server. */
	readonly receivedAt: number;
	/** People were told newer facts out of memory meanwhile; those are on their way into the database. */
	readonly outdated?: boolean;
}

type Listener<T> = (event: T) => void | Promise<void>;

export interface EventBus {
	/** `name` says who listens, for the log. Returns the way to stop listening. */
	on<K extends keyof DomainEvents>(kind: K, name: string, listener: Listener<DomainEvents[K]>): () => void;
	emit<K extends keyof DomainEvents>(kind: K, event: DomainEvents[K]): void;
}

interface Entry {
	readonly name: string;
	readonly listener: (event: never) => void | Promise<void>;
}

/** Listeners are fenced: one that fails is reported and stops no other. */
export function createEventBus(
	onFailure: (listener: string, kind: keyof DomainEvents, error: unknown) => void,
): EventBus {
	const entries = new Map<keyof DomainEvents, Entry[]>();
	return {
		on(kind, name, listener) {
			const entry: Entry = { name, listener };
			entries.set(kind, [...(entries.get(kind) ?? []), entry]);
			return () => {
				entries.set(
					kind,
					(entries.get(kind) ?? []).filter((other) => other !== entry),
				);
			};
		},
		emit(kind, event) {
			for (const { name, listener } of entries.get(kind) ?? []) {
				try {
					const done = listener(event as never);
					if (done instanceof Promise) done.catch((error: unknown) => onFailure(name, kind, error));
				} catch (error) {
					onFailure(name, kind, error);
				}
			}
		},
	};
}

import type { DomainEvents, EventBus } from "../events.ts";

/** What sockets need to hear of, wherever in the company's servers it happened. */
export const liveKinds = [
	"call.saved",
	"call.unsaved",
	"call.superseded",
	"call.contact",
	"recording.changed",
	"obligation.opened",
	"obligation.settled",
	"user.changed",
	"people.away",
	"session.ended",
	"pbx.state",
	"queue.state",
	"storage.state",
	"pop.unseen",
	"pop.seen",
] as const satisfies readonly (keyof DomainEvents)[];
export type LiveKind = (typeof liveKinds)[number];

/**
 * The way of a change to the nodes that have sockets. One node: straight through memory. Many nodes:
 * an implementation that publishes to and hears from NATS; all of these events are plain data.
 */
export interface FanOut {
	on<K extends LiveKind>(kind: K, name: string, listener: (event: DomainEvents[K]) => void | Promise<void>): () => void;
}

/** On one machine the bus is the fan-out. */
export function memoryFanOut(bus: EventBus): FanOut {
	return { on: (kind, name, listener) => bus.on(kind, name, listener) };
}

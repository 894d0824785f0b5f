import { ClientMessage } from "../protocol/live.ts";
import type { Audience } from "./audience.ts";
import { type Connection, closing } from "./connection.ts";
import type { LiveMetrics } from "./metrics.ts";
import type { LivePerson } from "./person.ts";

type Handlers = {
	readonly [K in ClientMessage["type"]]: (
		message: Extract<ClientMessage, { type: K }>,
		connection: Connection,
		person: LivePerson,
	) => void;
};

interface Deps {
	readonly audience: Audience;
	/** May this person's role send this message? The table is in access. */
	maySend(type: ClientMessage["type"], role: LivePerson["role"]): boolean;
	readonly metrics: LiveMetrics;
	readonly handlers: Handlers;
}

/** What browsers say: read strictly, authorised anew each time; whoever says something else is cut off. */
export function createReceiver({ audience, maySend, metrics, handlers }: Deps) {
	return (connection: Connection, text: string): void => {
		const message = parse(text);
		const person = audience.person(connection.userId);
		if (message === null || person?.active !== true || !maySend(message.type, person.role)) {
			metrics.refused.inc({ reason: message === null ? "message" : "role" });
			connection.close(closing.policy, message === null ? "not a message" : "not allowed");
			return;
		}
		switch (message.type) {
			case "ping":
				handlers.ping(message, connection, person);
				return;
			case "resync":
				handlers.resync(message, connection, person);
				return;
			case "painted":
				handlers.painted(message, connection, person);
				return;
			case "seen":
				handlers.seen(message, connection, person);
				return;
			case "watch":
				handlers.watch(message, connection, person);
				return;
			default:
				message satisfies never;
		}
	};
}

function parse(text: string): ClientMessage | null {
	try {
		return ClientMessage.safeParse(JSON.parse(text)).data ?? null;
	} catch {
		return null;
	}
}

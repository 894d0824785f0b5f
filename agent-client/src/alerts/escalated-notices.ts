import type { ServerMessage } from "../../../server/protocol/live.ts";
import type { EscalatedTo, Obligation } from "../../../server/protocol/obligation.ts";

interface Deps {
	readonly hear: (listener: (message: ServerMessage) => void) => void;
	readonly leads: () => boolean;
	/** Milliseconds, by the server's clock. */
	readonly now: () => number;
	readonly say: (to: EscalatedTo, obligation: Obligation) => void;
}

/** What went further longer ago is no news any more: the list shows it. */
const fresh = 60_000;

/**
 * Says once that a client was not called back in time: agents hear what went to the team, supervisors what came to them.
 * Later changes of the same entry come as the same message, and say nothing.
 */
export function createEscalatedNotices({ hear, leads, now, say }: Deps): void {
	const said = new Set<string>();
	hear((message) => {
		if (message.type !== "obligation.opened") return;
		const { id, contact, number, escalatedTo: to, escalatedAt } = message.obligation;
		if (to === null || escalatedAt === null || now() - Date.parse(escalatedAt) > fresh) return;
		// Several missed calls of one client are one entry.
		const entry = `${to} ${contact?.id ?? number ?? id}`;
		if (said.has(entry) || (to === "supervisor") !== leads()) return;
		said.add(entry);
		say(to, message.obligation);
	});
}

import type { Pool } from "pg";
import type { DomainEvents } from "../events.ts";

interface Person {
	readonly id: string;
	readonly name: string;
	readonly role: string;
	readonly extension: string | null;
	readonly active: boolean;
}

export interface MissedDeps {
	readonly pool: Pool;
	people(): Promise<readonly Person[]>;
	/** Whose sockets are open here. */
	sockets(): Iterable<{ readonly userId: string; readonly sessionId: string }>;
	emit<K extends "user.changed" | "session.ended">(kind: K, event: DomainEvents[K]): void;
}

/** Finds what another server did and could not tell: people who changed, and sessions that ended while their sockets are open. */
export function createMissed({ pool, people, sockets, emit }: MissedDeps) {
	let known: ReadonlyMap<string, string> | null = null;
	return {
		async look(): Promise<void> {
			const present = new Map((await people()).map((person) => [person.id, fingerprint(person)]));
			const before = known;
			known = present;
			for (const [userId, print] of present) {
				if (before !== null && before.get(userId) !== print) emit("user.changed", { userId });
			}
			const open = new Map([...sockets()].map(({ userId, sessionId }) => [sessionId, userId]));
			if (open.size === 0) return;
			const { rows } = await pool.query<{ id: string }>({
				name: "sessions-that-ended",
				text: "select id from unnest($1::uuid[]) id where not exists (select from sessions s where s.id = id.id)",
				values: [[...open.keys()]],
			});
			for (const { id } of rows) emit("session.ended", { userId: open.get(id) ?? "", sessionId: id });
		},
	};
}

const fingerprint = ({ name, role, extension, active }: Person) => JSON.stringify([name, role, extension, active]);

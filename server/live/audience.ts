import type { Connection, Frame } from "./connection.ts";
import { type LivePerson, leads } from "./person.ts";

/** A person with so many tabs is a mistake or an attack. */
const mostSockets = 50;

/** Who there is, and who has which browsers open. */
export function createAudience(readPeople: () => Promise<readonly LivePerson[]>) {
	const sockets = new Map<string, Set<Connection>>();
	/** People with sockets who watch everything: they are few, and asked for at every change of presence. */
	const onlineLeads = new Set<string>();
	let people = new Map<string, LivePerson>();
	/** Reads that were begun, and the newest of those whose answer was taken. */
	let begun = 0;
	let taken = 0;

	const noteLead = (userId: string) => {
		const person = people.get(userId);
		if (person !== undefined && leads(person) && sockets.has(userId)) onlineLeads.add(userId);
		else onlineLeads.delete(userId);
	};
	const tell = (userId: string, frame: Frame) => {
		for (const connection of sockets.get(userId) ?? []) connection.send(frame);
	};

	return {
		/** Reads who there is. Before it nobody is let in. */
		async refresh(): Promise<void> {
			const turn = ++begun;
			const read = await readPeople();
			// Of two reads at a time the one that began earlier may answer last: it must not give back a role that was taken.
			if (turn < taken) return;
			taken = turn;
			people = new Map(read.map((person) => [person.id, person]));
			for (const userId of sockets.keys()) noteLead(userId);
		},
		person: (userId: string): LivePerson | undefined => people.get(userId),
		/** Throws for a stranger: nobody without a row has a socket. */
		known(userId: string): LivePerson {
			const person = people.get(userId);
			if (person === undefined) throw new Error("A socket of nobody");
			return person;
		},
		active: (): LivePerson[] => [...people.values()].filter((person) => person.active),

		isOnline: (userId: string): boolean => sockets.has(userId),
		isCrowded: (userId: string): boolean => (sockets.get(userId)?.size ?? 0) >= mostSockets,
		online: (): LivePerson[] => [...sockets.keys()].flatMap((userId) => people.get(userId) ?? []),
		leads: (): ReadonlySet<string> => onlineLeads,
		connectionsOf: (userId: string): Iterable<Connection> => sockets.get(userId) ?? [],
		*connections(): Generator<Connection> {
			for (const own of sockets.values()) yield* own;
		},

		tell,
		/** To those who watch everything, but for whom `except` names: they have heard it already. */
		tellLeads(frame: Frame, except?: ReadonlySet<string>): void {
			for (const userId of onlineLeads) if (except?.has(userId) !== true) tell(userId, frame);
		},

		join(connection: Connection): void {
			const { userId } = connection;
			sockets.set(userId, (sockets.get(userId) ?? new Set()).add(connection));
			noteLead(userId);
		},
		/** True when it was the person's last one. */
		leave(connection: Connection): boolean {
			const own = sockets.get(connection.userId);
			own?.delete(connection);
			if (own?.size !== 0) return false;
			sockets.delete(connection.userId);
			onlineLeads.delete(connection.userId);
			return true;
		},
	};
}
export type Audience = ReturnType<typeof createAudience>;

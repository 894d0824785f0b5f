import { type Connection, closing } from "./connection.ts";

interface Deps {
	/** Milliseconds between two looks at slow connections; each connection's ping has its moment in the round. */
	readonly checkEvery: number;
	readonly pingEvery: number;
	readonly compareEvery: number;
	readonly now: () => number;
	/** Everything is out again, but changes were left out before. */
	onNeedsSnapshot(connection: Connection): void;
	/** It is this connection's turn to have its picture compared. */
	onCompare(connection: Connection): void;
	onDropped(reason: string): void;
}

/** Looks after open connections by the clock: who takes nothing, who does not answer, whose session is over. */
export function createRounds(deps: Deps) {
	const { now } = deps;
	/** Connections to which bytes went that may not have left yet. */
	const sending = new Set<Connection>();
	// Each connection has its second of the round: ten thousand pings at once would hold up a pop-up.
	const pings = ring(deps.pingEvery / deps.checkEvery);
	const comparisons = ring(deps.compareEvery / deps.checkEvery);

	const drop = (connection: Connection, reason: string) => {
		deps.onDropped(reason);
		connection.terminate();
	};
	const look = () => {
		for (const connection of sending) {
			const state = connection.check(now());
			if (state === "stalled") drop(connection, "no progress");
			if (state === "needs-snapshot") deps.onNeedsSnapshot(connection);
			if (state === "idle" || state === "stalled") sending.delete(connection);
		}
	};
	const ping = (connection: Connection) => {
		if (now() >= connection.expiresAt) connection.close(closing.sessionEnded, "session ended");
		else if (!connection.ping()) drop(connection, "no pong");
	};
	const timer = setInterval(() => {
		look();
		for (const connection of pings.next()) ping(connection);
		for (const connection of comparisons.next()) deps.onCompare(connection);
	}, deps.checkEvery).unref();

	return {
		join(connection: Connection): void {
			pings.add(connection);
			comparisons.add(connection);
		},
		leave(connection: Connection): void {
			pings.delete(connection);
			comparisons.delete(connection);
			sending.delete(connection);
		},
		/** Bytes went to it. */
		watch: (connection: Connection): void => void sending.add(connection),
		stop: (): void => clearInterval(timer),
	};
}

/** Members spread evenly over so many turns; each turn has its members. */
function ring(length: number) {
	const turns: Set<Connection>[] = Array.from({ length: Math.max(1, Math.round(length)) }, () => new Set());
	const homes = new WeakMap<Connection, Set<Connection>>();
	let arrivals = 0;
	let turn = 0;
	return {
		add(connection: Connection): void {
			const home = turns[arrivals++ % turns.length];
			if (home === undefined) return;
			home.add(connection);
			homes.set(connection, home);
		},
		delete: (connection: Connection): void => void homes.get(connection)?.delete(connection),
		next(): Iterable<Connection> {
			turn = (turn + 1) % turns.length;
			return turns[turn] ?? [];
		},
	};
}

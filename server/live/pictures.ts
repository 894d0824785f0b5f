import type { Pop } from "../protocol/live.ts";
import type { Obligation, ObligationCounts } from "../protocol/obligation.ts";
import { pictureHash } from "../protocol/picture.ts";
import { type Connection, closing, encode, type Unnumbered } from "./connection.ts";
import { createGate } from "./gate.ts";
import type { LiveMetrics } from "./metrics.ts";
import { type LivePerson, leads } from "./person.ts";

/** What a person's picture is read from, in the database. */
export interface PictureReads {
	/** Calls in which this person's phone rings, or in which the person talks. */
	liveCallsOf(userId: string): Promise<{ ringing: Pop[]; talking: Pop[] }>;
	/** The person's own open ones, oldest first, at most 50. */
	obligations(person: LivePerson): Promise<Obligation[]>;
	counts(person: LivePerson): Promise<ObligationCounts>;
}

type Snapshot = Unnumbered & { readonly type: "snapshot" };
type Known = Pick<Snapshot, "agents" | "queues" | "pbxs" | "unseen" | "storage">;

interface Deps extends PictureReads {
	known(userId: string): LivePerson;
	/** The part that is in memory; `shown`: the owners on the person's cards. */
	inMemory(person: LivePerson, shown: readonly string[]): Known;
	readonly metrics: LiveMetrics;
	readonly at: () => string;
	onFailure(error: unknown): void;
}

/** So many pictures are read at once; what they need is gathered, so that they take half of the connections at most. */
const readAtOnce = 32;
/** Comparing is never urgent. */
const compareAtOnce = 2;

/** What each person may see, made anew from the database: as a snapshot, or as its hash to compare with. */
export function createPictures(deps: Deps) {
	const { metrics, at } = deps;
	const gate = createGate(readAtOnce);
	/** Comparisons wait in a line of their own: in one with snapshots those who came first would always go first. */
	const comparing = createGate(compareAtOnce);
	const inLine = new WeakSet<Connection>();

	const read = async (userId: string): Promise<Snapshot> => {
		const person = deps.known(userId);
		const [calls, obligations, counts] = await Promise.all([
			deps.liveCallsOf(person.id),
			deps.obligations(person),
			deps.counts(person),
		]);
		const owners = [...calls.ringing, ...calls.talking].flatMap(({ owner }) => owner?.id ?? []);
		return { type: "snapshot", at: at(), ...calls, obligations, counts, ...deps.inMemory(person, owners) };
	};

	const heartbeat = async (connection: Connection): Promise<void> => {
		if (!connection.isOpen() || !connection.flows() || gate.waiting() > 0) return;
		const before = connection.last();
		const person = deps.known(connection.userId);
		const picture = await read(person.id);
		if (!connection.isOpen() || !connection.flows() || connection.last() !== before) return;
		const hash = pictureHash(picture, { id: person.id, leads: leads(person) });
		metrics.comparisons.inc();
		connection.send(encode({ type: "heartbeat", at: at(), hash, counts: picture.counts }));
	};

	return {
		/** Sends a snapshot, unless one is on its way already. The connection closes when it cannot be read. */
		async send(connection: Connection): Promise<void> {
			if (!connection.expectSnapshot()) return;
			try {
				await gate.through(async () => {
					if (connection.isOpen()) connection.snapshot(await read(connection.userId));
				});
			} catch (error) {
				deps.onFailure(error);
				connection.close(closing.unavailable, "no snapshot, try again later");
			}
		},
		/**
		 * Tells a browser what its picture should be. Not while others wait for theirs, and not when something was told
		 * meanwhile: it may or may not be in what was read. Then its turn comes again in the next round.
		 */
		async compare(connection: Connection): Promise<void> {
			if (inLine.has(connection)) return;
			inLine.add(connection);
			try {
				await comparing.through(() => heartbeat(connection));
			} catch (error) {
				deps.onFailure(error);
			} finally {
				inLine.delete(connection);
			}
		},
	};
}

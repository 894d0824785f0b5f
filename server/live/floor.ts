import type { Call } from "../protocol/call.ts";
import type { FloorFigures } from "../protocol/floor.ts";
import { type Connection, encode } from "./connection.ts";
import { type LivePerson, leads } from "./person.ts";

interface Deps {
	/** Every call that goes on, from the database. */
	liveCalls(): Promise<readonly Call[]>;
	/** What the floor says beside them; bounded, whatever the history. */
	figures(): Promise<FloorFigures>;
	person(userId: string): LivePerson | undefined;
	/** Milliseconds between two readings of the figures while somebody looks. */
	readonly every: number;
	/** Milliseconds in which changes of calls are gathered: a busy minute is a few messages, not a thousand. */
	readonly gather: number;
	readonly at: () => string;
	onFailure(error: unknown): void;
}

/**
 * The supervisors' floor: one picture for everybody who shows it, and changes to them only. While nobody does, it costs
 * nothing. The figures are read once for all who look, and come also when nothing changed: silence means stale.
 */
export function createFloor(deps: Deps) {
	const { at } = deps;
	/** Who asked for it and has not left; `watchers` have their first picture. */
	const wanted = new Set<Connection>();
	const watchers = new Set<Connection>();
	/** Changes for those whose first picture is being read. */
	const held = new Set<Map<string, Call>>();
	let changed = new Map<string, Call>();
	let gathering: NodeJS.Timeout | null = null;
	let reading: Promise<FloorFigures> | null = null;
	let timer: NodeJS.Timeout | null = null;

	/** Role checked each time: who is no supervisor any more is told no more. */
	const each = (work: (connection: Connection, person: LivePerson) => void) => {
		for (const connection of watchers) {
			const person = deps.person(connection.userId);
			if (person?.active !== true || !leads(person)) watchers.delete(connection);
			else work(connection, person);
		}
	};
	const callsFrame = (calls: ReadonlyMap<string, Call>) => {
		const all = [...calls.values()];
		const going = all.filter(({ endedAt }) => endedAt === null);
		const gone = all.flatMap(({ id, endedAt }) => (endedAt === null ? [] : [id]));
		return encode({ type: "floor.calls", at: at(), calls: going, gone });
	};
	const flush = () => {
		gathering = null;
		if (changed.size === 0) return;
		const frame = callsFrame(changed);
		changed = new Map();
		each((connection) => connection.send(frame));
	};
	/** One reading at a time, shared by all who ask meanwhile. */
	const figures = (): Promise<FloorFigures> => {
		reading ??= deps.figures().finally(() => {
			reading = null;
		});
		return reading;
	};
	const tellFigures = async () => {
		try {
			const read = await figures();
			const frames = new Map<boolean, string>();
			each((connection, person) => {
				const admin = person.role === "admin";
				const frame = frames.get(admin) ?? encode({ type: "floor.figures", at: at(), figures: forRole(read, person) });
				frames.set(admin, frame);
				connection.send(frame);
			});
		} catch (error) {
			// The browsers see that what they show grows old.
			deps.onFailure(error);
		}
		rest();
	};
	const rest = () => {
		if (timer !== null) clearTimeout(timer);
		timer = watchers.size === 0 ? null : setTimeout(() => void tellFigures(), deps.every).unref();
	};

	return {
		async watch(connection: Connection): Promise<void> {
			const meanwhile = new Map<string, Call>();
			wanted.add(connection);
			held.add(meanwhile);
			try {
				const [calls, read] = await Promise.all([deps.liveCalls(), figures()]);
				const person = deps.person(connection.userId);
				if (!connection.isOpen() || !wanted.has(connection) || person === undefined || !leads(person)) return;
				connection.send(encode({ type: "floor", at: at(), calls: [...calls], figures: forRole(read, person) }));
				if (meanwhile.size > 0) connection.send(callsFrame(meanwhile));
				watchers.add(connection);
				if (timer === null) rest();
			} catch (error) {
				deps.onFailure(error);
			} finally {
				held.delete(meanwhile);
			}
		},
		leave(connection: Connection): void {
			wanted.delete(connection);
			watchers.delete(connection);
		},
		/** The call began, changed, or is over. */
		saved(call: Call): void {
			for (const calls of held) calls.set(call.id, call);
			if (watchers.size === 0) return;
			changed.set(call.id, call);
			gathering ??= setTimeout(flush, deps.gather).unref();
		},
		/** Something that the figures count has happened, and it cannot wait for its turn. */
		hurry(): void {
			if (watchers.size > 0 && reading === null) void tellFigures();
		},
		stop(): void {
			if (timer !== null) clearTimeout(timer);
			if (gathering !== null) clearTimeout(gathering);
			watchers.clear();
		},
	};
}
export type Floor = ReturnType<typeof createFloor>;

/** What is wrong with a PBX and how to mend it is the admin's. */
function forRole(figures: FloorFigures, person: LivePerson): FloorFigures {
	if (person.role === "admin") return figures;
	return { ...figures, links: figures.links.map((link) => ({ ...link, problem: null, said: null })) };
}

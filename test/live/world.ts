import type { Overrides } from "../../server/app.ts";
import type { SavedCall } from "../../server/events.ts";
import type { Obligation } from "../../server/protocol/obligation.ts";
import { type Running, runServer } from "../access/running.ts";
import { popOf } from "./calls.ts";

/**
 * What is true, in the place of the database: a call is put here first and told then. It outlives the servers that tell
 * of it, so that one can go and another come.
 */
export function createWorld() {
	const calls = new Map<string, SavedCall>();
	const owed = new Map<string, Obligation>();
	let server: Running | null = null;
	let told = true;

	const live: NonNullable<Overrides["live"]> = {
		popFor: async (saved) => popOf(saved),
		async liveCallsOf(userId) {
			const of = (kind: "ringing" | "talking") =>
				[...calls.values()].filter((saved) => saved[kind].includes(userId)).map((saved) => popOf(saved));
			return { ringing: of("ringing"), talking: of("talking") };
		},
		obligations: async ({ id }) => [...owed.values()].filter(({ assignee }) => assignee?.id === id),
		counts: async ({ id }) => {
			const mine = [...owed.values()].filter(({ assignee }) => assignee?.id === id).length;
			return { mine, team: owed.size, missed: 0, overdue: 0, escalated: 0 };
		},
	};

	return {
		live,
		use(running: Running): void {
			server = running;
		},
		/** Things happen, and nobody is told: what a fault in the server would look like. */
		keepSilent(silent: boolean): void {
			told = !silent;
		},
		saved(event: SavedCall): void {
			if (event.call.endedAt === null) calls.set(event.call.id, event);
			else calls.delete(event.call.id);
			if (told) server?.dzvin.bus.emit("call.saved", event);
		},
		owes(obligation: Obligation): void {
			owed.set(obligation.id, obligation);
			if (told) server?.dzvin.bus.emit("obligation.opened", { obligation });
		},
		settles({ id, call, assignee }: Obligation): void {
			owed.delete(id);
			if (told)
				server?.dzvin.bus.emit("obligation.settled", {
					id,
					callId: call.id,
					assigneeId: assignee?.id ?? null,
					escalated: false,
				});
		},
	};
}

export const fast = { checkEvery: 50, compareEvery: 100, pingEvery: 2_000, gatherCounts: 5 };

export async function worldServer() {
	const world = createWorld();
	const house = await runServer({}, { live: { ...world.live, times: fast } });
	world.use(house);
	return { world, house };
}

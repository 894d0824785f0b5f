import type { Registry } from "prom-client";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";
import { StorageLive } from "../protocol/live.ts";

interface HealthDeps {
	/** Throws when the database does not answer. */
	askDatabase(): Promise<unknown>;
	readonly register: Registry;
	storage(): StorageLive;
	/** How many people may have a browser open. */
	people(): number;
	readonly now: () => number;
}

/** Milliseconds for which the database's answer holds for all browsers that ask, and in which it must come. */
const askEvery = 250;
const answerWithin = 1_000;
/** Browsers of so many people are welcomed in a millisecond: sessions and pictures of ten thousand take some seconds. */
const peoplePerMillisecond = 2;
/** In such steps (milliseconds), because anybody may ask, and it is nobody's business how many people a company has. */
const spreadStep = 500;

/**
 * `/health/live` says that the process runs, to anybody, and `/health/open` that a browser may come. What tells of the inside (`/health/ready`,
 * `/metrics`) is for this machine and for admins: see `local` in access/permissions.ts.
 */
export function registerHealth(app: App, deps: HealthDeps): void {
	const { askDatabase, register, storage } = deps;
	const isOpen = sharedAnswer(askDatabase, deps.now);
	const Status = z.object({ status: z.string() });
	// A full disk is no reason to send people away: pop-ups go on, and elsewhere there is no more room.
	const Ready = Status.extend({ storage: StorageLive });
	app.get("/health/live", { schema: { summary: "The process runs", response: { 200: Status } } }, async () => ({
		status: "live",
	}));
	app.get("/health/ready", {
		schema: { summary: "The server can do its work", response: { 200: Ready } },
		async handler() {
			await askDatabase().catch(() => {
				throw new DzvinError("unavailable", "The database does not answer.");
			});
			return { status: "ready", storage: storage() };
		},
	});
	app.get("/health/open", {
		schema: {
			summary: "Browsers that lost their way may come, spread over so many milliseconds",
			response: { 200: Status.extend({ spread: z.number() }) },
		},
		async handler() {
			if (!(await isOpen())) throw new DzvinError("unavailable", "The database does not answer.");
			return { status: "open", spread: Math.ceil(deps.people() / peoplePerMillisecond / spreadStep) * spreadStep };
		},
	});
	app.get("/metrics", { schema: { summary: "Figures for Prometheus" } }, async (_request, reply) => {
		return await reply.type(register.contentType).send(await register.metrics());
	});
}

/** One question to the database answers all who ask within a moment, however many they are. */
function sharedAnswer(ask: () => Promise<unknown>, now: () => number): () => Promise<boolean> {
	let answer = Promise.resolve(false);
	let askedAt = Number.NEGATIVE_INFINITY;
	return () => {
		if (now() - askedAt < askEvery) return answer;
		askedAt = now();
		answer = new Promise((resolve) => {
			setTimeout(() => resolve(false), answerWithin).unref();
			ask().then(
				() => resolve(true),
				() => resolve(false),
			);
		});
		return answer;
	};
}

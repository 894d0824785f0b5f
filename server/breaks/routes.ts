import type { Pool } from "pg";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";
import { type Break, BreakInput, BreakPage } from "../protocol/break.ts";
import { say } from "../protocol/sentences.ts";
import type { Settings } from "../protocol/settings.ts";
import { beginBreak, endBreak } from "./store.ts";

export interface BreakRouteDeps {
	readonly pool: Pool;
	readonly settings: () => Settings;
	/** Breaks that go on, and what the PBXs made of them. */
	readonly list: () => Promise<readonly Break[]>;
	/** Somebody's break began or ended: the queues and everybody's pictures should follow. */
	readonly changed: () => void;
}

/** A person's own choice to take calls from the queues, or a break. */
export function registerBreakRoutes(app: App, { pool, settings, list, changed }: BreakRouteDeps): void {
	app.get("/api/breaks", {
		schema: { summary: "Who is on a break; agents: themselves", response: { 200: BreakPage } },
		async handler({ person }) {
			const all = await list();
			return { items: all.filter(({ user }) => person.role !== "agent" || user.id === person.id), next: null };
		},
	});

	app.post("/api/me/break", {
		schema: { summary: "Begin a break, or change its reason; calls on hand go on", body: BreakInput },
		async handler({ person, body: { reason } }, reply) {
			if (!settings().breakReasons.includes(reason)) {
				throw new DzvinError("validation", say("refused.fields"), { reason: "not in the company's list" });
			}
			await beginBreak(pool, person.id, reason);
			changed();
			return await reply.code(204).send();
		},
	});

	app.delete("/api/me/break", {
		schema: { summary: "End one's own break" },
		async handler({ person }, reply) {
			await endBreak(pool, person.id);
			changed();
			return await reply.code(204).send();
		},
	});
}

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
}

/**
 * `/health/live` says that the process runs, to anybody. What tells of the inside (`/health/ready`,
 * `/metrics`) is for this machine and for admins: see `local` in access/permissions.ts.
 */
export function registerHealth(app: App, { askDatabase, register, storage }: HealthDeps): void {
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
	app.get("/metrics", { schema: { summary: "Figures for Prometheus" } }, async (_request, reply) => {
		return await reply.type(register.contentType).send(await register.metrics());
	});
}

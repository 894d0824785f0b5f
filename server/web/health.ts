import type { Registry } from "prom-client";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";

interface HealthDeps {
	/** Throws when the database does not answer. */
	askDatabase(): Promise<unknown>;
	readonly register: Registry;
}

/**
 * `/health/live` says that the process runs, to anybody. What tells of the inside (`/health/ready`,
 * `/metrics`) is for this machine and for admins: see `local` in access/permissions.ts.
 */
export function registerHealth(app: App, { askDatabase, register }: HealthDeps): void {
	const Status = z.object({ status: z.string() });
	app.get("/health/live", { schema: { summary: "The process runs", response: { 200: Status } } }, async () => ({
		status: "live",
	}));
	app.get("/health/ready", {
		schema: { summary: "The server can do its work", response: { 200: Status } },
		async handler() {
			await askDatabase().catch(() => {
				throw new DzvinError("unavailable", "The database does not answer.");
			});
			return { status: "ready" };
		},
	});
	app.get("/metrics", { schema: { summary: "Figures for Prometheus" } }, async (_request, reply) => {
		return await reply.type(register.contentType).send(await register.metrics());
	});
}

import type { Pool } from "pg";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { say } from "../protocol/sentences.ts";
import { MoreTimeInput, moreSeconds, ReleaseInput, WrapUpPage } from "../protocol/wrap-up.ts";
import type { Keeper } from "./keeper.ts";
import { extendWrapUp, releaseWrapUp } from "./store.ts";

export interface WrapUpRouteDeps {
	readonly pool: Pool;
	readonly keeper: Pick<Keeper, "list" | "nudge">;
	/** How often a person may add time to a box. */
	readonly extensions: () => number;
	readonly audit: (entry: {
		userId: string;
		action: string;
		subject: string;
		detail: Readonly<Record<string, unknown>>;
		ipAddress: string;
	}) => Promise<void>;
	readonly tell: (obligationIds: readonly string[]) => Promise<void>;
}

/** Who is kept from the queues until a call is processed, and the supervisor's way to let somebody go. */
export function registerWrapUpRoutes(app: App, { pool, keeper, extensions, audit, tell }: WrapUpRouteDeps): void {
	app.get("/api/wrap-ups", {
		schema: {
			summary: "Who takes no calls from the queues for a wrap-up; agents: themselves",
			response: { 200: WrapUpPage },
		},
		async handler({ person }) {
			const all = await keeper.list();
			return { items: person.role === "agent" ? all.filter(({ user }) => user.id === person.id) : all, next: null };
		},
	});

	app.post("/api/wrap-ups/:id/extend", {
		schema: {
			summary: "Add 30 seconds to one's own box, as often as the company allows",
			params: z.strictObject({ id: Id }),
			body: MoreTimeInput,
		},
		async handler(request, reply) {
			const { id } = request.params;
			const wish = { id, userId: request.person.id, seen: request.body.extended };
			const became = await extendWrapUp(pool, { ...wish, limit: extensions(), seconds: moreSeconds });
			if (became !== "added") throw new DzvinError("conflict", say(`refused.more-time-${became}`));
			keeper.nudge();
			await tell([id]);
			return await reply.code(204).send();
		},
	});

	app.post("/api/wrap-ups/:id/release", {
		schema: {
			summary: "Let a person take calls again though the call is not processed; it stays owed",
			params: z.strictObject({ id: Id }),
			body: ReleaseInput,
		},
		async handler(request, reply) {
			const { id } = request.params;
			const { reason } = request.body;
			if (!(await releaseWrapUp(pool, id, request.person.id, reason))) {
				throw new DzvinError("not-found", "Nobody is held for this call.");
			}
			const { id: userId } = request.person;
			await audit({ userId, action: "wrap-up.release", subject: id, detail: { reason }, ipAddress: request.ip });
			await tell([id]);
			return await reply.code(204).send();
		},
	});
}

import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { Observed } from "../protocol/observed.ts";
import type { Pbx } from "../protocol/pbx.ts";
import { say } from "../protocol/sentences.ts";
import { dailyOf, saidOf, type Windows } from "./windows.ts";

export interface ObservedRouteDeps {
	readonly windows: Windows;
	/** Null when there is no such PBX. */
	readonly pbx: (id: string) => Promise<Pick<Pbx, "id" | "name" | "history"> | null>;
}

/** "What we saw" of each PBX. */
export function registerObservedRoutes(app: App, { windows, pbx }: ObservedRouteDeps): void {
	app.get("/api/pbx/:id/observed", {
		schema: {
			summary: "What we saw of a PBX: gaps, what was recovered, and the daily figure",
			params: z.strictObject({ id: Id }),
			response: { 200: Observed },
		},
		async handler(request) {
			const found = await pbx(request.params.id);
			if (found === null) throw new DzvinError("not-found", say("refused.no-such-pbx"));
			const [seen, list] = await Promise.all([windows.observation(found.id), windows.list(found.id)]);
			return {
				pbx: { id: found.id, name: found.name },
				since: iso(seen?.since),
				until: iso(seen?.until),
				journal: found.history && journalOf(found.history.kind, seen),
				daily: dailyOf(seen),
				windows: list,
			};
		},
	});
}

type Seen = Awaited<ReturnType<Windows["observation"]>>;

const iso = (date: Date | null | undefined) => date?.toISOString() ?? null;

function journalOf(kind: string, seen: Seen): Observed["journal"] {
	return {
		kind,
		readAt: iso(seen?.journalReadAt),
		newest: iso(seen?.journalNewest),
		problem: seen?.journalProblem ?? null,
		said: saidOf(seen?.journalSaid),
	};
}

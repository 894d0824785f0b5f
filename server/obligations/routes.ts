import type { Pool } from "pg";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { Disposition, DispositionInput } from "../protocol/disposition.ts";
import {
	AnsweredInput,
	CallBackTabs,
	CallBackTabsQuery,
	DismissInput,
	Obligation,
	ObligationCounts,
	ObligationListQuery,
	ObligationPage,
	SeveralInput,
	SeveralResults,
} from "../protocol/obligation.ts";
import { say } from "../protocol/sentences.ts";
import type { Settings } from "../protocol/settings.ts";
import { answerElsewhere, claim, dismiss, release } from "./claim.ts";
import { countObligations } from "./counts.ts";
import { dispose } from "./dispose.ts";
import { listObligations } from "./list.ts";
import { type ReadCalls, readObligations } from "./read.ts";
import { processSeveral } from "./several.ts";
import { countTabs } from "./tabs.ts";

export interface ObligationRoutesDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly settings: () => Settings;
	readonly readCalls: ReadCalls;
}

const Params = z.strictObject({ id: Id });

/** What we owe to clients: lists, claims, dismissals, and the disposition of a call. */
export function registerObligationRoutes(app: App, deps: ObligationRoutesDeps): void {
	const { pool, bus, readCalls } = deps;

	async function one(id: string): Promise<Obligation> {
		const [obligation] = await readObligations(pool, readCalls, [id]);
		if (!obligation) throw new DzvinError("not-found", say("refused.no-such-obligation"));
		return obligation;
	}
	/** After a claim or its end everybody's lists should say so. */
	async function told(id: string): Promise<Obligation> {
		const obligation = await one(id);
		bus.emit("obligation.opened", { obligation });
		return obligation;
	}

	app.get(
		"/api/obligations",
		{ schema: { querystring: ObligationListQuery, response: { 200: ObligationPage } } },
		async (request) => {
			const { ids, next } = await listObligations(pool, request.person, request.query);
			return { items: await readObligations(pool, readCalls, ids), next };
		},
	);
	app.get("/api/obligations/counts", { schema: { response: { 200: ObligationCounts } } }, (request) =>
		countObligations(pool, request.person),
	);
	app.get(
		"/api/obligations/call-back",
		{ schema: { querystring: CallBackTabsQuery, response: { 200: CallBackTabs } } },
		(request) => countTabs(pool, request.person, request.query),
	);
	app.post(
		"/api/obligations/:id/claim",
		{ schema: { params: Params, response: { 200: Obligation } } },
		async (request) => {
			await claim(pool, request.person, request.params.id);
			return told(request.params.id);
		},
	);
	app.delete(
		"/api/obligations/:id/claim",
		{ schema: { params: Params, response: { 200: Obligation } } },
		async (request) => {
			await release(pool, request.person, request.params.id);
			return told(request.params.id);
		},
	);
	app.post(
		"/api/obligations/process",
		{ schema: { body: SeveralInput, response: { 200: SeveralResults } } },
		async (request) => ({ items: await processSeveral(deps, request.person, request.body) }),
	);
	app.post(
		"/api/obligations/:id/dismiss",
		{ schema: { params: Params, body: DismissInput, response: { 200: Obligation } } },
		async (request) => {
			await dismiss(pool, bus, request.person, request.params.id, request.body.comment);
			return one(request.params.id);
		},
	);
	app.post(
		"/api/obligations/:id/answered",
		{ schema: { params: Params, body: AnsweredInput, response: { 200: Obligation } } },
		async (request) => {
			await answerElsewhere(pool, bus, request.person, request.params.id, request.body);
			return one(request.params.id);
		},
	);
	app.post(
		"/api/calls/:id/disposition",
		{ schema: { params: Params, body: DispositionInput, response: { 200: Disposition } } },
		(request) => dispose(deps, request.person, request.params.id, request.body),
	);
}

import type { Pool } from "pg";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { App, Person } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { Call, CallListQuery, CallPage, ChooseContactInput, DialInput } from "../protocol/call.ts";
import { say } from "../protocol/sentences.ts";
import type { StoredCall } from "./call-rows.ts";
import { chooseContact } from "./choose-contact.ts";
import type { ResolveClient } from "./clients.ts";
import { type DialDeps, dial } from "./dial.ts";
import { listCalls, type ParseNumber, readOne } from "./queries.ts";
import { maySeeCall } from "./visibility.ts";

export interface CallRoutesDeps extends DialDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly resolve: ResolveClient;
	readonly parseNumber: ParseNumber;
}

const Params = z.strictObject({ id: Id });
const Dialled = z.object({ pbx: z.string(), extension: z.string(), to: z.string() });

/** Calls: the list, one call, whose it is, and click to call. */
export function registerCallRoutes(app: App, deps: CallRoutesDeps): void {
	const { pool, bus, resolve, parseNumber } = deps;
	/** People whose own phone is rung for click to call now. */
	const dialling = new Set<string>();

	app.get("/api/calls", { schema: { querystring: CallListQuery, response: { 200: CallPage } } }, (request) =>
		listCalls(pool, request.person, request.query, parseNumber),
	);
	app.get("/api/calls/:id", { schema: { params: Params, response: { 200: Call } } }, async (request) => {
		const { call } = await visibleCall(pool, request.person, request.params.id);
		return call;
	});
	app.post("/api/calls", { schema: { body: DialInput, response: { 202: Dialled } } }, async (request, reply) => {
		const { id } = request.person;
		// Each order is a connection to the PBX and half a minute of ringing: one at a time is all that a person can answer.
		if (dialling.has(id)) throw new DzvinError("too-many-requests", say("refused.ringing-already"));
		dialling.add(id);
		try {
			const dialled = await dial(deps, request.person, request.body.to);
			reply.code(202);
			return dialled;
		} finally {
			dialling.delete(id);
		}
	});
	app.post(
		"/api/calls/:id/contact",
		{ schema: { params: Params, body: ChooseContactInput, response: { 200: Call } } },
		async (request) => {
			const stored = await visibleCall(pool, request.person, request.params.id);
			await chooseContact(pool, resolve, stored, request.body.contactId);
			bus.emit("call.contact", { callId: stored.call.id });
			const { call } = await visibleCall(pool, request.person, stored.call.id);
			return call;
		},
	);
}

/** The call when this person may see it; throws `not-found` and `forbidden`. */
export async function visibleCall(pool: Pool, person: Person, id: string): Promise<StoredCall> {
	const stored = await readOne(pool, id);
	if (!stored) throw new DzvinError("not-found", say("refused.no-such-call"));
	if (!maySeeCall(person, { direction: stored.call.direction, userIds: stored.userIds })) {
		throw new DzvinError("forbidden", say("refused.between-colleagues"));
	}
	return stored;
}

import type { Pool } from "pg";
import type { ZodType } from "zod";
import type { DialDeps } from "../../server/calls/dial.ts";
import { readCalls } from "../../server/calls/queries.ts";
import { registerRecordingRoutes } from "../../server/calls/recordings/serve.ts";
import { registerCallRoutes } from "../../server/calls/routes.ts";
import { registerTodayRoute } from "../../server/calls/today.ts";
import { registerWaysRoute } from "../../server/calls/ways.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import { parse } from "../../server/contacts/number.ts";
import { DzvinError } from "../../server/errors.ts";
import type { App, Person } from "../../server/http.ts";
import { registerObligationRoutes } from "../../server/obligations/routes.ts";
import { registerTaskRoutes } from "../../server/tasks/routes.ts";
import { createLog } from "../../server/web/log.ts";
import { createHttpServer } from "../../server/web/server.ts";
import type { Company } from "./company.ts";

export interface Office {
	readonly app: App;
	readonly base: string;
	readonly audited: Record<string, unknown>[];
	/** Statements sent to the database by people's requests. */
	readonly statements: string[];
	/** Asks as this person, over HTTP. */
	ask(
		person: Person,
		method: string,
		path: string,
		body?: unknown,
		headers?: Record<string, string>,
	): Promise<Response>;
	/** Reads what must be there, in the shape that is promised. */
	read<T>(person: Person, path: string, shape: ZodType<T>): Promise<T>;
	end(): Promise<void>;
}

/** The routes of calls, recordings, obligations and tasks on a real HTTP server; a header says who asks. */
export async function openOffice(company: Company, dial: Partial<DialDeps> = {}): Promise<Office> {
	const people = new Map<string, Person>();
	const audited: Record<string, unknown>[] = [];
	const statements: string[] = [];
	const pool = counting(company.database.pools.ui, statements);
	const app = await createHttpServer({ log: createLog("silent"), trustProxy: false, version: "0" });
	app.addHook("onRequest", async (request) => {
		const person = people.get(String(request.headers["x-person"]));
		if (!person) throw new DzvinError("unauthenticated", "Nobody.");
		request.person = person;
	});
	const { bus, settings } = company;
	const matcher = createMatcher({ settings });
	registerTodayRoute(app, { pool });
	registerWaysRoute(app, { pool });
	registerCallRoutes(app, {
		pool,
		bus,
		resolve: (caller, at) => matcher.resolve(company.database.ui, caller, at),
		parseNumber: (raw) => {
			const number = parse(raw, settings());
			return number.kind === "number" ? number.e164 : null;
		},
		pbxs: () => [],
		originate: async () => {},
		...dial,
	});
	registerRecordingRoutes(app, { pool, audit: async (entry) => void audited.push(entry), now: Date.now });
	registerObligationRoutes(app, { pool, bus, settings, readCalls });
	registerTaskRoutes(app, { pool });
	const base = await app.listen({ port: 0, host: "127.0.0.1" });
	const ask: Office["ask"] = (person, method, path, body, headers = {}) => {
		people.set(person.id, person);
		const json = body === undefined ? {} : { "content-type": "application/json" };
		return fetch(`${base}${path}`, {
			method,
			headers: { "x-person": person.id, ...json, ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	};
	return {
		app,
		base,
		audited,
		statements,
		ask,
		async read(person, path, shape) {
			const answer = await ask(person, "GET", path);
			const body = await answer.text();
			if (answer.status !== 200) throw new Error(`${answer.status} ${body}`);
			return shape.parse(JSON.parse(body));
		},
		end: () => app.close(),
	};
}

/** The same pool, which writes down what is asked of it. */
function counting(pool: Pool, statements: string[]): Pool {
	return new Proxy(pool, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name, target);
			if (name !== "query" || typeof value !== "function") {
				return typeof value === "function" ? value.bind(target) : value;
			}
			return (...given: unknown[]) => {
				const [first] = given;
				statements.push(typeof first === "string" ? first : String(Reflect.get(Object(first), "text")));
				return value.apply(target, given);
			};
		},
	});
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import { DzvinError } from "../errors.ts";
import type { Person } from "../http.ts";
import { say } from "../protocol/sentences.ts";
import { requestAllowed } from "./origin.ts";
import { ruleOf } from "./permissions.ts";

export interface GuardOptions {
	/** Who sends this request; null when nobody is signed in. */
	authenticate(request: FastifyRequest): Promise<Person | null>;
	/** Origins that may write; empty: the host that was asked. */
	readonly origins: readonly string[];
}

/**
 * The one door: every request passes here before anything else reads it. What the table does not
 * name is refused, and a route that the table does not name cannot be registered.
 */
export function guard(app: FastifyInstance, { authenticate, origins }: GuardOptions): void {
	const people = new WeakMap<FastifyRequest, Person>();
	app.decorateRequest("person", {
		getter() {
			const person = people.get(this);
			if (person === undefined) throw new DzvinError("unauthenticated", say("refused.sign-in"));
			return person;
		},
	});

	app.addHook("onRoute", ({ method, url }) => {
		for (const name of [method].flat()) {
			if (ruleOf(name, url) === undefined)
				throw new Error(`${name} ${url} has no row in server/access/permissions.ts: say there who may use it.`);
		}
	});

	app.addHook("onRequest", async (request) => {
		if (!requestAllowed(request.method, request.headers, origins))
			throw new DzvinError("forbidden", say("refused.other-site"));
		if (request.is404) return;
		const rule = ruleOf(request.method, request.routeOptions.url ?? "");
		if (rule === "public") return;
		if (rule === "local" && fromThisMachine(request)) return;
		const person = await authenticate(request);
		if (person === null) throw new DzvinError("unauthenticated", say("refused.sign-in"));
		const roles = rule === undefined ? [] : rule === "local" ? (["admin"] as const) : rule;
		if (!roles.some((role) => role === person.role)) throw new DzvinError("forbidden", say("refused.role"));
		people.set(request, person);
	});
}

const forwarding = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/** A proxy on this machine also connects from the loopback, for the whole world: its headers give it away. */
function fromThisMachine(request: FastifyRequest): boolean {
	const address = request.socket.remoteAddress ?? "";
	const loopback = address === "::1" || /^(::ffff:)?127\./.test(address);
	return loopback && forwarding.every((name) => request.headers[name] === undefined);
}

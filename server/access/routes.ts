import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Db } from "../../db/connect.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { say } from "../protocol/sentences.ts";
import {
	ColleaguePage,
	FirstRun,
	Me,
	MePatch,
	PasswordInput,
	SignInAnswer,
	SignInInput,
	User,
	UserInput,
	UserListQuery,
	UserPage,
	UserPatch,
} from "../protocol/user.ts";
import { writeAudit } from "./audit.ts";
import type { Auth } from "./auth.ts";
import { createDoorkeeper } from "./doorkeeper.ts";
import type { Users } from "./users.ts";

export interface AccessRouteDeps {
	readonly db: Db;
	readonly bus: EventBus;
	readonly auth: Auth;
	readonly users: Users;
	readonly now: () => number;
}

const ById = z.strictObject({ id: Id });
const wrong = () => new DzvinError("unauthenticated", say("refused.wrong-password"));
const actorOf = (request: FastifyRequest) => ({ id: request.person.id, ipAddress: request.ip });

/** Signing in and out, the person's own page, and the admin's list of people. */
export function registerAccessRoutes(app: App, deps: AccessRouteDeps): void {
	registerSessionRoutes(app, deps);
	registerMeRoutes(app, deps);
	registerUserRoutes(app, deps);
}

function registerSessionRoutes(app: App, { db, bus, auth, users, now }: AccessRouteDeps): void {
	const door = createDoorkeeper(now);

	app.get("/api/setup/first", {
		schema: { summary: "Whether the first admin is still to be made", response: { 200: FirstRun } },
		handler: async () => ({ needed: !(await users.someone()) }),
	});

	app.post("/api/session", {
		schema: { summary: "Sign in", body: SignInInput, response: { 200: SignInAnswer } },
		async handler(request, reply) {
			const email = request.body.email.toLowerCase();
			const before = await auth.session(request.headers);
			const wait = door.wait(email, request.ip);
			if (wait > 0) throw tooMany(reply, wait);
			const agent = request.headers["user-agent"] ?? "";
			const signed = await door.within(email, request.ip, () =>
				auth.signIn(email, request.body.password, request.ip, agent),
			);
			const ipAddress = request.ip;
			if (signed === null) {
				await writeAudit(db, { userId: null, action: "session.refused", subject: email, ipAddress });
				throw wrong();
			}
			door.forgive(email, request.ip);
			// The session that this browser had before ends: a token from before the sign-in is worth nothing after it.
			if (before !== null) {
				await auth.signOut(request.headers);
				bus.emit("session.ended", { userId: before.person.id, sessionId: before.person.sessionId });
			}
			await writeAudit(db, { userId: signed.userId, action: "session.begin", subject: email, ipAddress });
			reply.header("set-cookie", [...signed.cookies]);
			return { user: await users.me(signed.userId) };
		},
	});

	app.delete("/api/session", {
		schema: { summary: "Sign out" },
		async handler(request, reply) {
			const session = await auth.session(request.headers);
			reply.header("set-cookie", [...(await auth.signOut(request.headers))]);
			if (session !== null) {
				const { id, sessionId } = session.person;
				bus.emit("session.ended", { userId: id, sessionId });
				await writeAudit(db, { userId: id, action: "session.end", subject: sessionId, ipAddress: request.ip });
			}
			return await reply.code(204).send();
		},
	});

	app.post("/api/me/password", {
		schema: { summary: "Change one's own password; ends every other session", body: PasswordInput },
		async handler(request, reply) {
			const { id } = request.person;
			// Counted like sign-ins: a browser left open must not be a place to guess in.
			const wait = door.wait(`me:${id}`, request.ip);
			if (wait > 0) throw tooMany(reply, wait);
			const { current, next } = request.body;
			const changed = await door.within(`me:${id}`, request.ip, () =>
				auth.changePassword(request.headers, current, next),
			);
			if (changed === null) throw new DzvinError("validation", say("refused.present-password"), { current: "wrong" });
			door.forgive(`me:${id}`, request.ip);
			bus.emit("session.ended", { userId: id, sessionId: null });
			await writeAudit(db, { userId: id, action: "user.password", subject: id, ipAddress: request.ip });
			reply.header("set-cookie", [...changed.cookies]);
			return await reply.code(204).send();
		},
	});
}

function registerMeRoutes(app: App, { users, bus }: AccessRouteDeps): void {
	app.get("/api/me", {
		schema: { summary: "The signed-in person", response: { 200: Me } },
		handler: (request) => users.me(request.person.id),
	});

	app.patch("/api/me", {
		schema: { summary: "Change one's own preferences", body: MePatch, response: { 200: Me } },
		async handler(request) {
			await users.prefer(request.person.id, request.body.preferences);
			bus.emit("user.changed", { userId: request.person.id });
			return await users.me(request.person.id);
		},
	});

	app.get("/api/colleagues", {
		schema: { summary: "Everybody's name and extension", response: { 200: ColleaguePage } },
		handler: async () => ({ items: await users.colleagues(), next: null }),
	});
}

function registerUserRoutes(app: App, { users }: AccessRouteDeps): void {
	app.get("/api/users", {
		schema: { summary: "People who may sign in", querystring: UserListQuery, response: { 200: UserPage } },
		async handler(request) {
			const { after, limit } = request.query;
			if (after !== undefined && !Id.safeParse(after).success)
				throw new DzvinError("validation", say("refused.cursor"), { after: "not a cursor" });
			return await users.list(after, limit);
		},
	});

	app.post("/api/users", {
		schema: { summary: "Add a person", body: UserInput, response: { 201: User } },
		async handler(request, reply) {
			return await reply.code(201).send(await users.create(request.body, actorOf(request)));
		},
	});

	app.patch("/api/users/:id", {
		schema: { summary: "Change a person", params: ById, body: UserPatch, response: { 200: User } },
		handler: (request) => users.change(request.params.id, request.body, actorOf(request)),
	});
}

function tooMany(reply: FastifyReply, waitMs: number): DzvinError {
	reply.header("retry-after", String(Math.ceil(waitMs / 1000)));
	return new DzvinError("too-many-requests", say("refused.too-many", { seconds: Math.ceil(waitMs / 1000) }));
}

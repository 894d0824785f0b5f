import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { eq, lt, sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import type { Db } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import * as tables from "../../db/schema/access.ts";
import { DzvinError } from "../errors.ts";
import { gathered } from "../gathered.ts";
import type { Person } from "../http.ts";
import { say } from "../protocol/sentences.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { tokenOf } from "./session-cookie.ts";

export interface AuthOptions {
	readonly db: Db;
	/** The installation's secret; the key that signs cookies is derived from it. */
	readonly secret: string | Buffer;
	/** The address that people type; https makes the cookie `__Host-` and `Secure`. */
	readonly publicUrl: string;
	readonly log: FastifyBaseLogger;
}

/** Absolute life of a session in seconds: two working weeks, then one signs in again. */
const lifetime = 14 * 24 * 60 * 60;
const addressHeader = "x-dzvin-address";

/** What a sign-in or a change of password answers: whom, and the cookie that replaces the present one. */
export interface SignedIn {
	readonly userId: string;
	readonly cookies: readonly string[];
}

/** A session read from a cookie, and the moment (epoch ms) at which it ends by itself. */
export interface Session {
	readonly person: Person;
	readonly expiresAt: number;
}

/** better-auth behind the few words that we need of it. Its own HTTP routes are not mounted. */
export function createAuth({ db, secret, publicUrl, log }: AuthOptions) {
	const https = publicUrl.startsWith("https://");
	const cookieName = https ? "__Host-dzvin" : "dzvin";
	const cookieSecret = createHmac("sha256", secret).update("dzvin session cookies").digest("base64");
	const auth = betterAuth({
		baseURL: publicUrl,
		secret: cookieSecret,
		database: drizzleAdapter(db, {
			provider: "pg",
			schema: {
				user: tables.users,
				session: tables.sessions,
				account: tables.accounts,
				verification: tables.verifications,
			},
		}),
		emailAndPassword: {
			enabled: true,
			disableSignUp: true,
			minPasswordLength: 10,
			maxPasswordLength: 1024,
			password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
		},
		user: {
			additionalFields: {
				role: { type: "string", input: false },
				extension: { type: "string", required: false, input: false },
				active: { type: "boolean", input: false },
			},
		},
		session: { expiresIn: lifetime, disableSessionRefresh: true },
		// Sessions of people who were made inactive are refused after the password was checked, in the same time.
		databaseHooks: { session: { create: { before: (session) => activeOnly(db, session.userId) } } },
		advanced: {
			database: { generateId: () => newId() },
			useSecureCookies: false,
			ipAddress: { ipAddressHeaders: [addressHeader] },
			cookies: {
				session_token: {
					name: cookieName,
					attributes: { httpOnly: true, sameSite: "lax", path: "/", secure: https },
				},
			},
		},
		// Back-off and origin checks are ours (back-off.ts, origin.ts): they also guard what better-auth never sees.
		rateLimit: { enabled: false },
		telemetry: { enabled: false },
		logger: {
			level: "error",
			log: (_level, message, ...details) => log.error({ err: details.find((item) => item instanceof Error) }, message),
		},
	});

	// Every request and every returning browser asks this: one prepared statement, where better-auth builds and plans two,
	// and one for all who ask at once.
	const { sessions, users } = tables;
	const byToken = db
		.select({
			token: sessions.token,
			...{ id: users.id, name: users.name, role: users.role, extension: users.extension, active: users.active },
			...{ sessionId: sessions.id, expiresAt: sessions.expiresAt },
		})
		.from(sessions)
		.innerJoin(users, eq(users.id, sessions.userId))
		.where(sql`${sessions.token} = any(${sql.placeholder("tokens")}::text[])`)
		.prepare("sessions-by-token");
	const found = gathered(
		async (tokens: readonly string[]) => {
			const rows = await byToken.execute({ tokens });
			return new Map(rows.map((row) => [row.token, row] as const));
		},
		undefined,
		{ atOnce: 4 },
	);
	const tokenIn = ({ cookie }: IncomingHttpHeaders) =>
		cookie === undefined ? null : tokenOf(cookie, cookieName, cookieSecret);

	return {
		/** Whether there is a cookie that we signed, whatever became of its session. */
		signed: (headers: IncomingHttpHeaders): boolean => tokenIn(headers) !== null,
		/** Reads the cookie. Null: no session, an ended one, or a person who was made inactive. */
		async session(headers: IncomingHttpHeaders): Promise<Session | null> {
			const token = tokenIn(headers);
			if (token === null) return null;
			const row = await told(found(token));
			if (!row?.active || row.expiresAt.getTime() <= Date.now()) return null;
			const { id, name, role, extension, sessionId, expiresAt } = row;
			return { person: { id, name, role, extension, sessionId }, expiresAt: expiresAt.getTime() };
		},
		/** Null: the address and the password do not belong together, for whatever reason. */
		async signIn(email: string, password: string, address: string, userAgent: string): Promise<SignedIn | null> {
			const headers = new Headers({ [addressHeader]: address, "user-agent": header(userAgent) });
			try {
				const done = await auth.api.signInEmail({ body: { email, password }, headers, returnHeaders: true });
				return { userId: done.response.user.id, cookies: done.headers.getSetCookie() };
			} catch (error) {
				if (error instanceof APIError && error.statusCode < 500) return null;
				throw unavailable(error);
			}
		},
		/** Forgets sessions that ended by their age. */
		async sweep(): Promise<void> {
			await db.delete(tables.sessions).where(lt(tables.sessions.expiresAt, new Date()));
		},
		/** Ends the session and answers the cookies that wipe it from the browser. */
		async signOut(headers: IncomingHttpHeaders): Promise<readonly string[]> {
			const cookie = new Headers({ cookie: headers.cookie ?? "" });
			return (await told(auth.api.signOut({ headers: cookie, returnHeaders: true }))).headers.getSetCookie();
		},
		/** Ends every session of the person and begins a new one. Null: the present password is wrong. */
		async changePassword(request: IncomingHttpHeaders, current: string, next: string): Promise<SignedIn | null> {
			const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true };
			const headers = new Headers({ cookie: request.cookie ?? "" });
			try {
				const done = await auth.api.changePassword({ body, headers, returnHeaders: true });
				return { userId: done.response.user.id, cookies: done.headers.getSetCookie() };
			} catch (error) {
				if (error instanceof APIError && error.statusCode < 500) return null;
				throw unavailable(error);
			}
		},
	};
}
export type Auth = ReturnType<typeof createAuth>;

async function activeOnly(db: Db, userId: string): Promise<false | undefined> {
	const [user] = await db.select({ active: tables.users.active }).from(tables.users).where(eq(tables.users.id, userId));
	return user?.active === true ? undefined : false;
}

/** better-auth hides a failing database behind a general error: tell it as what it is. */
async function told<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw unavailable(error);
	}
}

function unavailable(error: unknown): DzvinError {
	const wrapped = new DzvinError("unavailable", say("refused.database-away"));
	wrapped.cause = error;
	return wrapped;
}

/** A header value that `Headers` takes: bytes of Latin-1 without controls. */
function header(text: string): string {
	return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 400);
}

import type { Role } from "../protocol/basics.ts";
import type { ClientMessage } from "../protocol/live.ts";

/**
 * `public`: anybody. `local`: from this very machine without a proxy in between, or an admin's
 * session (figures and readiness of the inside). Else the roles that may come in.
 */
export type Rule = "public" | "local" | readonly Role[];

const everybody = ["agent", "supervisor", "admin"] as const;
const leads = ["supervisor", "admin"] as const;
const admins = ["admin"] as const;

/**
 * THE table: who may do what. A route that is registered without a row here stops the start.
 * Which rows of data a person sees beyond the door is decided by each feature with `request.person`.
 */
export const permissions: Readonly<Record<string, Rule>> = {
	"POST /api/session": "public",
	"DELETE /api/session": "public",
	"GET /api/me": everybody,
	"PATCH /api/me": everybody,
	"POST /api/me/password": everybody,
	"POST /api/me/break": everybody,
	"DELETE /api/me/break": everybody,
	"GET /api/breaks": everybody,
	"GET /api/users": admins,
	"POST /api/users": admins,
	"PATCH /api/users/:id": admins,
	"GET /api/colleagues": everybody,

	"GET /api/calls": everybody,
	"POST /api/calls": everybody,
	"GET /api/calls/today": everybody,
	"GET /api/calls/ways": everybody,
	"GET /api/calls/:id": everybody,
	"GET /api/calls/:id/recordings/:n": everybody,
	"POST /api/calls/:id/disposition": everybody,
	"POST /api/calls/:id/contact": everybody,

	"GET /api/obligations": everybody,
	"GET /api/obligations/counts": everybody,
	"GET /api/obligations/call-back": everybody,
	"POST /api/obligations/process": everybody,
	"POST /api/obligations/:id/dismiss": everybody,
	"POST /api/obligations/:id/answered": everybody,
	"POST /api/obligations/:id/claim": everybody,
	"DELETE /api/obligations/:id/claim": everybody,
	"GET /api/wrap-ups": everybody,
	"POST /api/wrap-ups/:id/extend": everybody,
	"POST /api/wrap-ups/:id/release": ["supervisor", "admin"],
	"GET /api/tasks": everybody,
	"POST /api/tasks/:id/done": everybody,

	"GET /api/contacts": everybody,
	"POST /api/contacts": everybody,
	"GET /api/contacts/similar": everybody,
	"GET /api/contacts/:id": everybody,
	"PATCH /api/contacts/:id": everybody,
	"GET /api/contacts/:id/timeline": everybody,
	"POST /api/contacts/:id/notes": everybody,

	"GET /api/settings": everybody,
	"PATCH /api/settings": admins,
	"GET /api/setup/first": "public",
	"GET /api/pbx": admins,
	"POST /api/pbx": admins,
	"PATCH /api/pbx/:id": admins,
	"DELETE /api/pbx/:id": admins,
	"POST /api/pbx/:id/check": admins,
	"GET /api/pbx/:id/observed": leads,
	"GET /api/demo": everybody,
	"POST /api/demo/simulate": everybody,
	"DELETE /api/demo": admins,

	"GET /api/live": everybody,
	"GET /api/unseen": leads,
	"GET /api/openapi.json": "public",
	"GET /api/docs": "public",
	"GET /health/live": "public",
	"GET /health/open": "public",
	"GET /health/ready": "local",
	"GET /metrics": "local",
	"GET /": "public",
	"GET /*": "public",
};

/** Who may send which message on the socket. The type makes a message without a row an error of the build. */
export const messagePermissions: Readonly<Record<ClientMessage["type"], readonly Role[]>> = {
	painted: everybody,
	ping: everybody,
	resync: everybody,
	seen: everybody,
	watch: leads,
};

/** The row of a route; a HEAD is as open as its GET. Undefined = nobody thought about it. */
export function ruleOf(method: string, path: string): Rule | undefined {
	return permissions[`${method === "HEAD" ? "GET" : method} ${path}`];
}

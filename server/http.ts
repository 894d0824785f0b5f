import type {
	FastifyBaseLogger,
	FastifyInstance,
	RawReplyDefaultExpression,
	RawRequestDefaultExpression,
	RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Role } from "./protocol/basics.ts";

/** The server that features register their routes on: bodies, queries and answers are zod schemas. */
export type App = FastifyInstance<
	RawServerDefault,
	RawRequestDefaultExpression<RawServerDefault>,
	RawReplyDefaultExpression<RawServerDefault>,
	FastifyBaseLogger,
	ZodTypeProvider
>;

/** Who is asking. Set on every request that the permission table lets in with a session. */
export interface Person {
	readonly id: string;
	readonly name: string;
	readonly role: Role;
	readonly extension: string | null;
	readonly sessionId: string;
}

declare module "fastify" {
	interface FastifyRequest {
		/** The signed-in person; reading it on a public route throws `unauthenticated`. */
		person: Person;
	}
}

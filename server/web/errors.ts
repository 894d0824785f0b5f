import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { DzvinError, type FieldErrors, statusOf } from "../errors.ts";
import type { ErrorBody } from "../protocol/basics.ts";
import type { Said } from "../protocol/said.ts";
import { say } from "../protocol/sentences.ts";

/** The one place where an error becomes an HTTP answer. What we did not throw on purpose tells the outside nothing. */
export function answerErrors(app: FastifyInstance): void {
	app.setErrorHandler(async (error: FastifyError | Error, request, reply) => {
		const known = explain(error);
		if (known.status >= 500) request.log.error({ err: error }, "a request failed");
		return await reply.code(known.status).send(bodyOf(known));
	});
}

/** The same for addresses that fastify cannot read: they never come to a route, so no error handler of the app sees them. */
export function answerUnreadable(error: FastifyError, reply: FastifyReply): void {
	const known = explain(error);
	void reply.code(known.status).send(bodyOf(known));
}

export function notFound(): DzvinError {
	return new DzvinError("not-found", say("refused.nothing-here"));
}

function bodyOf({ code, message, said, fields }: Explained): ErrorBody {
	return { error: { code, message, ...(said && { said }), ...(fields === undefined ? {} : { fields }) } };
}

interface Explained {
	readonly status: number;
	readonly code: string;
	readonly message: string;
	readonly said?: Said | null;
	readonly fields?: FieldErrors | undefined;
}

function explain(error: Error): Explained {
	if (error instanceof DzvinError) return error;
	if (hasZodFastifySchemaValidationErrors(error)) {
		const fields = Object.fromEntries(error.validation.flatMap((issue) => wrongFields(issue)));
		return new DzvinError("validation", say("refused.fields"), fields);
	}
	const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
	if (status >= 400 && status < 500) return { status, code: codeOf(status), message: error.message };
	if (databaseAway(error)) return new DzvinError("unavailable", say("refused.database-away"));
	return new DzvinError("internal", say("refused.internal"));
}

/** What fastify refuses by itself has a status of its own; ours where we have one with that status. */
function codeOf(status: number): string {
	const known = Object.entries(statusOf).find(([, one]) => one === status);
	return known?.[0] ?? "bad-request";
}

/** For a connection whose bytes are no HTTP at all: nothing of it reaches a route, the answer is ours all the same. */
export function answerMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
	if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
	const tooLong = error.code === "HPE_HEADER_OVERFLOW";
	const slow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
	const status = tooLong ? "431 Request Header Fields Too Large" : slow ? "408 Request Timeout" : "400 Bad Request";
	const body = JSON.stringify(bodyOf({ status: 400, code: "bad-request", message: status.slice(4) }));
	socket.once("finish", () => socket.destroy());
	socket.end(
		`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
	);
}

interface Issue {
	readonly instancePath: string;
	readonly keyword: string;
	readonly message?: string | undefined;
	readonly params: Readonly<Record<string, unknown>>;
}

function wrongFields(issue: Issue): [field: string, wrong: string][] {
	const path = issue.instancePath.split("/").filter((part) => part !== "");
	if (issue.keyword === "unrecognized_keys" && Array.isArray(issue.params.keys))
		return issue.params.keys.map((key) => [[...path, String(key)].join("."), "unknown field"]);
	return [[path.join(".") || "body", issue.message ?? "not valid"]];
}

/** SQLSTATE classes 08 (connection) and 53 (resources), 57 (the server stops, or a statement took too long), and what the driver says itself. */
function databaseAway(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = "code" in error && typeof error.code === "string" ? error.code : "";
	if (/^(08|53|57)[0-9A-Z]{3}$|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/.test(code)) return true;
	if (/^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(error.message))
		return true;
	return databaseAway(error.cause);
}

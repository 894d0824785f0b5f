import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { DzvinError, type FieldErrors, statusOf } from "../errors.ts";
import type { ErrorBody } from "../protocol/basics.ts";
import type { Said } from "../protocol/said.ts";
import { say } from "../protocol/sentences.ts";
import { wrongFields } from "./wrong-field.ts";

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

function bodyOf({ code, message, said, fields, wrong }: Explained): ErrorBody {
	return { error: { code, message, ...(said && { said }), ...(fields && { fields }), ...(wrong && { wrong }) } };
}

interface Explained {
	readonly status: number;
	readonly code: string;
	readonly message: string;
	readonly said?: Said | null;
	readonly fields?: FieldErrors | undefined;
	readonly wrong?: Readonly<Record<string, Said>>;
}

const explained = ({ status, code, message, said, fields }: DzvinError): Explained => ({
	...{ status, code, message, said, fields },
});

function explain(error: Error): Explained {
	if (error instanceof DzvinError) return explained(error);
	if (hasZodFastifySchemaValidationErrors(error)) {
		const found = error.validation.flatMap((issue) => wrongFields(issue));
		const fields = found.map(([field, wrong]) => [field, typeof wrong === "string" ? wrong : wrong.message]);
		const said = found.flatMap(([field, wrong]) => (typeof wrong === "string" ? [] : [[field, wrong.said]]));
		const told = new DzvinError("validation", say("refused.fields"), Object.fromEntries(fields));
		return { ...explained(told), wrong: Object.fromEntries(said) };
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

/** SQLSTATE classes 08 (connection) and 53 (resources), 57 (the server stops, or a statement took too long), and what the driver says itself. */
function databaseAway(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = "code" in error && typeof error.code === "string" ? error.code : "";
	if (/^(08|53|57)[0-9A-Z]{3}$|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/.test(code)) return true;
	if (/^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(error.message))
		return true;
	return databaseAway(error.cause);
}

import type { FastifyError, FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { DzvinError, type FieldErrors } from "../errors.ts";
import type { ErrorBody } from "../protocol/basics.ts";

/** The one place where an error becomes an HTTP answer. What we did not throw on purpose tells the outside nothing. */
export function answerErrors(app: FastifyInstance): void {
	app.setErrorHandler(async (error: FastifyError | Error, request, reply) => {
		const known = explain(error);
		if (known.status >= 500) request.log.error({ err: error }, "a request failed");
		return await reply.code(known.status).send(bodyOf(known));
	});
}

export function notFound(): DzvinError {
	return new DzvinError("not-found", "There is nothing at this address.");
}

function bodyOf({ code, message, fields }: Explained): ErrorBody {
	return { error: { code, message, ...(fields === undefined ? {} : { fields }) } };
}

interface Explained {
	readonly status: number;
	readonly code: string;
	readonly message: string;
	readonly fields?: FieldErrors | undefined;
}

function explain(error: Error): Explained {
	if (error instanceof DzvinError) return error;
	if (hasZodFastifySchemaValidationErrors(error)) {
		const fields = Object.fromEntries(error.validation.flatMap((issue) => wrongFields(issue)));
		return new DzvinError("validation", "Some fields are not right.", fields);
	}
	const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
	if (status >= 400 && status < 500) return { status, code: "bad-request", message: error.message };
	if (databaseAway(error)) return new DzvinError("unavailable", "The database does not answer. Please try again.");
	return new DzvinError("internal", "Something went wrong on the server. It is in its log.");
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

import type { Said } from "../../../server/protocol/said.ts";
import { retryDelay, worthRetrying } from "./retry.ts";

/** Codes of the server's errors; what it may add later is handled as `unknown` by the views. */
type ErrorCode =
	| "bad-request"
	| "validation"
	| "unauthenticated"
	| "forbidden"
	| "not-found"
	| "conflict"
	| "range-not-satisfiable"
	| "too-many-requests"
	| "internal"
	| "pbx-refused"
	| "unavailable"
	| "pbx-timeout";

/** `offline`: the server was not reached. `timeout`: it did not answer. `broken`: it answered something else. */
export type FailureCode = ErrorCode | "offline" | "timeout" | "broken";

/** What every failed request throws. `fields`: dotted path of the input → what is wrong with it. */
export class ApiError extends Error {
	readonly code: FailureCode;
	readonly status: number;
	readonly fields: Readonly<Record<string, string>>;
	/** What to say in the person's language; null: only `code` and the English message are known. */
	readonly said: Said | null;

	constructor(
		code: FailureCode,
		message: string,
		status = 0,
		fields: Readonly<Record<string, string>> = {},
		said: Said | null = null,
	) {
		super(message);
		this.said = said;
		this.name = "ApiError";
		this.code = code;
		this.status = status;
		this.fields = fields;
	}
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE";
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;
export interface RequestOptions {
	readonly query?: Query;
	readonly body?: unknown;
	readonly signal?: AbortSignal;
}
export type Request = <T>(method: Method, path: string, options?: RequestOptions) => Promise<T>;

interface Deps {
	readonly fetch: typeof fetch;
	readonly random: () => number;
	readonly wait: (milliseconds: number) => Promise<void>;
	/** The session is over: told once per refused request. */
	readonly onUnauthenticated: () => void;
	readonly timeoutMs?: number;
	/** Says a sentence of the server in the person's language; left out: in English. */
	readonly inWords?: (said: Said, english: string) => string;
}

/** The address with its query; empty and absent values are left out. */
export function addressOf(path: string, query: Query = {}): string {
	const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
	const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
	return text ? `${path}?${text}` : path;
}

/** Reads `{error: {code, message, fields, wrong}}`; anything else becomes `broken`. */
async function failureOf(response: Response, inWords: NonNullable<Deps["inWords"]>): Promise<ApiError> {
	const body = await response.json().catch(() => null);
	const error = body?.error;
	if (typeof error?.code === "string") {
		return new ApiError(
			error.code,
			String(error.message ?? ""),
			response.status,
			inWordsOf(error.fields ?? {}, error.wrong ?? {}, inWords),
			error.said ?? null,
		);
	}
	const code = response.status === 401 ? "unauthenticated" : response.status >= 502 ? "unavailable" : "broken";
	return new ApiError(code, `HTTP ${response.status}`, response.status);
}

/** Each field's text, in the person's language where the server gave its code. */
function inWordsOf(
	fields: Readonly<Record<string, string>>,
	wrong: Readonly<Record<string, Said>>,
	inWords: NonNullable<Deps["inWords"]>,
): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(fields).map(([path, english]) => {
			const said = wrong[path];
			return [path, said ? inWords(said, english) : english];
		}),
	);
}

/** The one way to the server's HTTP interface. */
export function createRequest(deps: Deps): Request {
	const inWords = deps.inWords ?? ((_: Said, english: string) => english);
	async function once<T>(method: Method, path: string, options: RequestOptions): Promise<T> {
		const deadline = AbortSignal.timeout(deps.timeoutMs ?? 15_000);
		const init: RequestInit = {
			method,
			credentials: "same-origin",
			headers: { accept: "application/json" },
			signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
		};
		if (options.body !== undefined) {
			init.body = JSON.stringify(options.body);
			init.headers = { accept: "application/json", "content-type": "application/json" };
		}
		let response: Response;
		try {
			response = await deps.fetch(addressOf(path, options.query), init);
		} catch (error) {
			if (options.signal?.aborted) throw error;
			if (deadline.aborted) throw new ApiError("timeout", "The server did not answer in time.");
			throw new ApiError("offline", "The server cannot be reached.");
		}
		if (!response.ok) throw await failureOf(response, inWords);
		const text = await response.text();
		// 202 and 204 say all with their number.
		if (text === "") return undefined as T;
		try {
			return JSON.parse(text);
		} catch {
			throw new ApiError("broken", "The server's answer is not JSON.", response.status);
		}
	}

	return async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
		for (let attempt = 0; ; attempt++) {
			try {
				return await once<T>(method, path, options);
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				if (error.code === "unauthenticated" && path !== "/api/session") deps.onUnauthenticated();
				if (!worthRetrying(method, error.code, attempt)) throw error;
				await deps.wait(retryDelay(attempt, deps.random));
			}
		}
	};
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { permissions } from "../../server/access/permissions.ts";
import { type Running, runServer } from "../access/running.ts";

/** What nobody means: of another type, without bounds, not a character, not a time. */
const hostile: readonly unknown[] = [
	...[null, true, -1, 0.5, 1e308, 2 ** 53, [], {}, [null], ["\0"]],
	...["", " ", "a\0b", "\ud800", "x".repeat(20_000), "\u202eevil", "'; drop table users; --", "1e309", "../../etc"],
	...["9999-12-31T23:59:59Z", "0000-01-01", "-999999-01-01T00:00:00Z", "9".repeat(300)],
];
const unreadable = ["", "{", "null", "[]", '"x"', '{"a":1e999}', "\0"];

/** The part of a schema in the OpenAPI document that an example is made of. */
interface Schema {
	readonly $ref?: string;
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly type?: string;
	readonly format?: string;
	readonly minimum?: number;
	readonly pattern?: string;
	readonly minLength?: number;
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
}
const SchemaShape: z.ZodType<Schema> = z.looseObject({});
const Document = z.looseObject({
	paths: z.record(
		z.string(),
		z.record(
			z.string(),
			z.looseObject({
				parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
				requestBody: z
					.looseObject({ content: z.record(z.string(), z.looseObject({ schema: SchemaShape })) })
					.optional(),
			}),
		),
	),
});

let house: Running;
let dataDir = "";
let document: z.infer<typeof Document>;
const cookies: Record<"agent" | "admin", string> = { agent: "", admin: "" };
/** An id of each kind that is really there. */
const real: Record<string, string> = {};

beforeAll(async () => {
	dataDir = await mkdtemp(join(tmpdir(), "dzvin-attack-"));
	house = await runServer({ demo: true, dataDir });
	cookies.admin = await house.admin();
	cookies.agent = (await house.hire("agent", "2999")).cookie;
	document = Document.parse((await house.call("GET", "/api/openapi.json")).json);
	for (const kind of ["calls", "contacts", "obligations"]) {
		const list = await house.call("GET", `/api/${kind}?limit=1`, { cookie: cookies.admin });
		real[kind] = list.json.items[0].id;
	}
	// Somebody whose loss the other requests do not feel.
	real.users = (await house.hire("agent", "2998")).id;
	real.pbx = (await house.call("GET", "/api/pbx", { cookie: cookies.admin })).json.items[0].id;
});
afterAll(async () => {
	await house.end();
	await rm(dataDir, { recursive: true, force: true });
});

/** Bodies that the schema allows: each alternative whole, with what it must have, and with one thing alone. */
function examples(schema: Schema): unknown[] {
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices) return choices.flatMap(examples);
	const whole = example(schema);
	const names = Object.keys(schema.properties ?? {});
	const required = names.filter((name) => schema.required?.includes(name));
	const only = (some: readonly string[]) =>
		Object.fromEntries(Object.entries(Object(whole)).filter(([name]) => some.includes(name)));
	if (required.length > 0) return [whole, only(required)];
	return [whole, ...names.map((name) => only([name]))];
}

/** Texts of the forms that our patterns ask for. */
const samples = ["a word", "abcdefghijkl", "a@example.com", "UA", "UAH", "123", "09:00", "0671234567", "2099-01-01"];

function example(schema: Schema): unknown {
	const choice = (schema.anyOf ?? schema.oneOf)?.[0];
	if (choice) return example(choice);
	if (schema.const !== undefined) return schema.const;
	if (schema.enum) return schema.enum[0];
	if (schema.properties) {
		return Object.fromEntries(Object.entries(schema.properties).map(([name, of]) => [name, example(of)]));
	}
	if (schema.type === "array") return schema.items ? [example(schema.items)] : [];
	if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
	if (schema.type === "boolean") return true;
	if (schema.format === "uuid") return real.contacts;
	if (schema.format === "date-time") return "2099-01-01T00:00:00Z";
	const { pattern = "", minLength = 0 } = schema;
	return samples.find((text) => text.length >= minLength && new RegExp(pattern, "u").test(text)) ?? "abc";
}

/** The body with one of its values, at any depth, put in the place of what was there. */
function* spoilt(body: unknown, value: unknown): Generator<unknown> {
	if (typeof body !== "object" || body === null) return;
	for (const [name, inner] of Object.entries(body)) {
		const copies = [value, ...spoilt(inner, value)];
		for (const one of copies) {
			yield Array.isArray(body) ? body.map((old, n) => (String(n) === name ? one : old)) : { ...body, [name]: one };
		}
	}
}

async function send(role: keyof typeof cookies, method: string, url: string, body?: string): Promise<number> {
	const answer = await house.dzvin.app.inject({
		method: method as "GET",
		url,
		headers: { cookie: cookies[role], ...(body === undefined ? {} : { "content-type": "application/json" }) },
		...(body === undefined ? {} : { payload: body }),
	});
	return answer.statusCode;
}

// Left out: what ends the session of whoever asks, takes away what the others ask for, is a socket or files.
const left = new Set(["DELETE /api/session", "POST /api/me/password", "DELETE /api/demo", "DELETE /api/pbx/:id"]);
const rows = Object.keys(permissions).filter(
	(row) => row.includes(" /api/") && !left.has(row) && !row.endsWith("/live"),
);

/** Routes that took something at least once: where every example is refused, nothing is tried. */
const served = new Set<string>();

describe.each(rows)("%s answers hostile values with no error of its own", (row) => {
	test.each(["agent", "admin"] as const)("of an %s", async (role) => {
		const [method = "", route = ""] = row.split(" ");
		const path = route.replaceAll(/:(\w+)/g, "{$1}");
		const operation = document.paths[path]?.[method.toLowerCase()];
		const own = route
			.replace(":id", real[route.split("/")[2] ?? ""] ?? "ffffffff-ffff-7fff-bfff-ffffffffffff")
			.replace(":n", "0");
		const broken: string[] = [];
		const ask = async (url: string, body?: string) => {
			const status = await send(role, method, url, body);
			if (status < 300) served.add(row);
			if (status >= 500) broken.push(`${status} ${url.slice(0, 200)} ${body?.slice(0, 200) ?? ""}`);
		};
		const texts = hostile
			.filter((value) => typeof value === "string")
			.map((value) => encodeURIComponent(value.toWellFormed()));
		if (route.includes(":"))
			for (const id of texts) await ask(route.replace(":id", id.slice(0, 300)).replace(":n", id.slice(0, 300)));
		for (const { name } of operation?.parameters.filter((one) => one.in === "query") ?? []) {
			for (const value of texts) await ask(`${own}?${name}=${value.slice(0, 3_000)}`);
			await ask(`${own}?${name}=a&${name}=b`);
		}
		const schema = operation?.requestBody?.content["application/json"]?.schema;
		if (schema) {
			for (const text of unreadable) await ask(own, text);
			for (const body of examples(schema))
				for (const value of hostile) for (const bad of spoilt(body, value)) await ask(own, JSON.stringify(bad));
		}
		expect(broken).toEqual([]);
	});
});

test("among them were requests that these routes took", () => {
	const written = ["POST /api/users", "PATCH /api/users/:id", "PATCH /api/settings", "PATCH /api/me"];
	const kept = [
		"POST /api/contacts",
		"PATCH /api/contacts/:id",
		"POST /api/contacts/:id/notes",
		"POST /api/pbx",
		"PATCH /api/pbx/:id",
	];
	const said = ["POST /api/calls/:id/disposition", "POST /api/calls/:id/contact", "POST /api/obligations/process"];
	const searched = ["GET /api/calls", "GET /api/contacts"];
	expect([...served]).toEqual(expect.arrayContaining([...written, ...kept, ...said, ...searched]));
});

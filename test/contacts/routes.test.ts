import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guard } from "../../server/access/guard.ts";
import { registerContactRoutes } from "../../server/contacts/routes.ts";
import type { App, Person } from "../../server/http.ts";
import { createHttpServer } from "../../server/web/server.ts";
import { type Company, openCompany, plainCalls } from "./company.ts";

let company: Company;
let app: App;
let oleh: Person;
beforeAll(async () => {
	company = await openCompany();
	oleh = await company.hire("Олег");
	const people = new Map<unknown, Person>([company.olena, oleh].map((person) => [person.name, person]));
	app = await createHttpServer({ log: pino({ level: "silent" }), trustProxy: false, version: "test" });
	guard(app, {
		origins: [],
		authenticate: async ({ headers }) => people.get(decodeURIComponent(String(headers.cookie))) ?? null,
	});
	registerContactRoutes(app, { db: company.database.ui, contacts: company.contacts, callsByIds: plainCalls });
	await app.ready();
});
afterAll(async () => {
	await app.close();
	await company.drop();
});

async function ask(method: "GET" | "POST" | "PATCH", url: string, body?: unknown, who: Person = company.olena) {
	const answer = await app.inject({
		method,
		url,
		headers: { cookie: encodeURIComponent(who.name), "sec-fetch-site": "same-origin" },
		...(body === undefined ? {} : { payload: body as object }),
	});
	return { status: answer.statusCode, body: answer.json() };
}

test("an unknown caller becomes a contact with his history from the card on the screen", async () => {
	const call = await company.ring("+380676000001", new Date(company.clock.now - 60_000));
	const made = await ask("POST", "/api/contacts", { name: "Іваненко Олена", numbers: [{ raw: "067 600 00 01" }] });
	expect(made).toMatchObject({
		status: 201,
		body: { name: "Іваненко Олена", kind: "person", status: "new", numbers: [{ e164: "+380676000001" }] },
	});
	const timeline = await ask("GET", `/api/contacts/${made.body.id}/timeline`);
	expect(
		timeline.body.items.map(({ kind, id }: { kind: string; id: string }) => (kind === "call" ? id : kind)),
	).toEqual(["change", call]);
	expect(await ask("GET", `/api/contacts/${made.body.id}`)).toEqual({ status: 200, body: made.body });
});

test("a contact is found by a name typed in another alphabet", async () => {
	await ask("POST", "/api/contacts", { name: "Шевченко Тарас" });
	const list = await ask("GET", "/api/contacts?q=shevchenko");
	expect(list).toMatchObject({ status: 200, body: { items: [{ name: "Шевченко Тарас" }], next: null } });
});

test("fields that we do not know are refused, in the body and in the query", async () => {
	expect(await ask("POST", "/api/contacts", { name: "x", admin: true })).toMatchObject({
		status: 400,
		body: { error: { code: "validation", fields: { admin: "unknown field" } } },
	});
	expect((await ask("POST", "/api/contacts", { name: "x", numbers: [{ raw: "1", e164: "+1" }] })).status).toBe(400);
	expect((await ask("GET", "/api/contacts?offset=5")).status).toBe(400);
	const { body } = await ask("POST", "/api/contacts", { name: "x" });
	expect((await ask("PATCH", `/api/contacts/${body.id}`, { status: "client" })).status).toBe(400);
	expect((await ask("POST", `/api/contacts/${body.id}/notes`, { text: "x", userId: body.id })).status).toBe(400);
});

test("a blank name, a blank note, a NUL and a text without end are refused, and nothing fails inside", async () => {
	const { body } = await ask("POST", "/api/contacts", { name: "Тиха" });
	for (const wrong of [
		{ name: "  " },
		{ name: "a\u0000b" },
		{ name: "x".repeat(301) },
		{ tags: ["\u0000"] },
		{ numbers: [{ raw: "\u0000" }] },
	]) {
		expect((await ask("PATCH", `/api/contacts/${body.id}`, wrong)).status).toBe(400);
	}
	for (const text of ["", " \n ", "\u0000", "x".repeat(10_001)]) {
		expect((await ask("POST", `/api/contacts/${body.id}/notes`, { text })).status).toBe(400);
	}
	expect((await ask("GET", "/api/contacts?q=%00")).status).toBe(400);
	expect((await ask("GET", "/api/contacts?after=%27%3B--")).status).toBe(400);
	expect((await ask("GET", "/api/contacts/1")).status).toBe(400);
});

test("a note is kept letter for letter and stands on the timeline with its author", async () => {
	const { body } = await ask("POST", "/api/contacts", { name: "Занотована" });
	const text = "<script>alert(1)</script> \u202e'; drop table notes; --";
	const note = await ask("POST", `/api/contacts/${body.id}/notes`, { text }, oleh);
	expect(note).toMatchObject({ status: 201, body: { kind: "note", text, by: { name: "Олег" } } });
	const timeline = await ask("GET", `/api/contacts/${body.id}/timeline?kinds=note`);
	expect(timeline.body.items).toEqual([note.body]);
});

test("a colleague's contact is not taken away from him", async () => {
	const { body } = await ask("POST", "/api/contacts", { name: "Чужа", ownerId: oleh.id });
	expect(await ask("PATCH", `/api/contacts/${body.id}`, { ownerId: company.olena.id })).toMatchObject({
		status: 403,
		body: { error: { code: "forbidden" } },
	});
	expect((await ask("PATCH", `/api/contacts/${body.id}`, { region: "Київ" })).status).toBe(200);
});

test("what is not there is not found, for its timeline and notes too", async () => {
	const id = company.olena.id;
	expect((await ask("GET", `/api/contacts/${id}`)).status).toBe(404);
	expect((await ask("GET", `/api/contacts/${id}/timeline`)).status).toBe(404);
	expect((await ask("POST", `/api/contacts/${id}/notes`, { text: "x" })).status).toBe(404);
	expect((await ask("PATCH", `/api/contacts/${id}`, { name: "x" })).status).toBe(404);
});

import { z } from "zod";
import type { Db } from "../../db/connect.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import {
	Contact,
	ContactInput,
	ContactListQuery,
	ContactPage,
	ContactPatch,
	NoteInput,
	SimilarContacts,
	SimilarQuery,
	TimelineItem,
	TimelinePage,
	TimelineQuery,
} from "../protocol/contact.ts";
import type { Contacts } from "./contacts.ts";
import { similarContacts } from "./similar.ts";
import { type CallsByIds, readTimeline } from "./timeline.ts";

export interface ContactRouteDeps {
	readonly db: Db;
	readonly contacts: Contacts;
	readonly callsByIds: CallsByIds;
}

const ById = z.strictObject({ id: Id });

/** Contacts and everything that happened with them. Every role reads and writes; an owner changes by the rule in `contacts.ts`. */
export function registerContactRoutes(app: App, { db, contacts, callsByIds }: ContactRouteDeps): void {
	app.get("/api/contacts", {
		schema: {
			summary: "Contacts, newest first; with `q` the best matches by name or number",
			querystring: ContactListQuery,
			response: { 200: ContactPage },
		},
		handler: (request) => contacts.list(request.query),
	});

	app.post("/api/contacts", {
		schema: {
			summary: "Add a contact; earlier calls of its numbers become its history",
			body: ContactInput,
			response: { 201: Contact },
		},
		async handler(request, reply) {
			return await reply.code(201).send(await contacts.create(request.body, request.person));
		},
	});

	app.get("/api/contacts/similar", {
		schema: {
			summary: "Contacts whose number looks like this one, nearest first; at most three",
			querystring: SimilarQuery,
			response: { 200: SimilarContacts },
		},
		handler: async (request) => ({ items: await similarContacts(db, request.query.number) }),
	});

	app.get("/api/contacts/:id", {
		schema: { summary: "A contact", params: ById, response: { 200: Contact } },
		handler: (request) => contacts.get(request.params.id),
	});

	app.patch("/api/contacts/:id", {
		schema: {
			summary: "Change a contact; `numbers` replaces the present ones, past calls stay",
			params: ById,
			body: ContactPatch,
			response: { 200: Contact },
		},
		handler: (request) => contacts.patch(request.params.id, request.body, request.person),
	});

	app.get("/api/contacts/:id/timeline", {
		schema: {
			summary: "Calls, notes, changes and tasks of a contact, newest first",
			params: ById,
			querystring: TimelineQuery,
			response: { 200: TimelinePage },
		},
		async handler(request) {
			await contacts.get(request.params.id);
			return readTimeline(db, request.params.id, request.query, callsByIds);
		},
	});

	app.post("/api/contacts/:id/notes", {
		schema: { summary: "Write a note", params: ById, body: NoteInput, response: { 201: TimelineItem } },
		async handler(request, reply) {
			const { person, params, body } = request;
			const { id, at } = await contacts.addNote(params.id, body.text, person);
			const by = { id: person.id, name: person.name };
			return await reply.code(201).send({ kind: "note", id, at: at.toISOString(), by, text: body.text });
		},
	});
}

import { z } from "zod";
import { CalendarDay, Id, Named, PageQuery, page, Time, text } from "./basics.ts";
import { Call } from "./call.ts";

export const ContactKind = z.enum(["person", "company"]);
export const ContactStatus = z.enum(["new", "in_work", "client", "refused", "not_client"]);
export type ContactStatus = z.infer<typeof ContactStatus>;

export const ContactNumber = z.object({
	id: Id,
	/** Null when the text is no telephone number (an internal extension, a short code). */
	e164: z.string().nullable(),
	raw: z.string(),
	/** Digits of an office extension behind the number. */
	extension: z.string(),
	label: z.string(),
	/** Null = since ever. */
	validFrom: Time.nullable(),
	validTo: Time.nullable(),
});
export type ContactNumber = z.infer<typeof ContactNumber>;

export const Contact = z.object({
	id: Id,
	kind: ContactKind,
	name: z.string(),
	company: Named.nullable(),
	status: ContactStatus,
	owner: Named.nullable(),
	source: z.string(),
	region: z.string(),
	/** YYYY-MM-DD */
	birthday: z.string().nullable(),
	tags: z.array(z.string()),
	numbers: z.array(ContactNumber),
	createdAt: Time,
	updatedAt: Time,
});
export type Contact = z.infer<typeof Contact>;

export const NumberInput = z.strictObject({ raw: text(60).min(1), label: text(40).optional() });
export const ContactInput = z.strictObject({
	kind: ContactKind.default("person"),
	name: text(300).min(1),
	companyId: Id.nullable().optional(),
	ownerId: Id.nullable().optional(),
	source: text(100).optional(),
	region: text(100).optional(),
	birthday: CalendarDay.nullable().optional(),
	tags: z.array(text(40).min(1)).max(30).optional(),
	numbers: z.array(NumberInput).max(50).default([]),
});
/** Every field is optional; `numbers` replaces the present set (a number left out gets an end of validity, its past calls stay). */
export const ContactPatch = ContactInput.partial()
	.extend({
		numbers: z.array(NumberInput).max(50).optional(),
		kind: ContactKind.optional(),
		/** Numbers taken away that were never this contact's: their calls go back. */
		mistaken: z.array(text(60).min(1)).max(50).optional(),
	})
	.strict();
export const ContactListQuery = PageQuery.extend({
	q: text(200).optional(),
	owner: Id.optional(),
	status: ContactStatus.optional(),
}).strict();
export const ContactPage = page(Contact);
export type ContactPage = z.infer<typeof ContactPage>;

export const SimilarQuery = z.strictObject({ number: z.string().regex(/^\+[1-9]\d{6,14}$/) });
/** Somebody whose number looks like another one. */
export const SimilarContact = z.object({ id: Id, name: z.string(), number: z.string() });
export type SimilarContact = z.infer<typeof SimilarContact>;
export const SimilarContacts = z.object({ items: z.array(SimilarContact) });

/** Why a number matched a contact. */
export const MatchReason = z.enum(["exact", "national", "extension-part", "shared", "chosen"]);
export const Candidate = z.object({
	contact: z.object({
		id: Id,
		name: z.string(),
		company: z.string(),
		status: ContactStatus,
		tags: z.array(z.string()),
		/** YYYY-MM-DD */
		birthday: z.string().nullable(),
	}),
	owner: z.object({ id: Id, name: z.string(), extension: z.string() }).nullable(),
	reason: MatchReason,
	lastSpokenAt: Time.nullable(),
});
export type Candidate = z.infer<typeof Candidate>;
/** `withheld`: the caller hides the number; `unknown`: nobody has it; `garbage`: what came is no telephone number. */
export const Match = z.object({
	state: z.enum(["one", "several", "unknown", "withheld", "garbage"]),
	candidates: z.array(Candidate),
});
export type Match = z.infer<typeof Match>;

export const TimelineKind = z.enum(["call", "note", "change", "task"]);
export const TimelineItem = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("call"), id: Id, at: Time, call: Call }),
	z.object({ kind: z.literal("note"), id: Id, at: Time, by: Named, text: z.string() }),
	z.object({
		kind: z.literal("change"),
		id: Id,
		at: Time,
		by: Named.nullable(),
		field: z.enum(["owner", "status", "created", "number", "mistaken"]),
		from: z.string().nullable(),
		to: z.string().nullable(),
	}),
	z.object({
		kind: z.literal("task"),
		id: Id,
		at: Time,
		by: Named.nullable(),
		title: z.string(),
		doneAt: Time.nullable(),
	}),
]);
export type TimelineItem = z.infer<typeof TimelineItem>;
export const TimelineQuery = PageQuery.extend({
	kinds: z.string().max(100).optional(),
	from: Time.optional(),
	/** Not included. */
	to: Time.optional(),
	/** Who spoke or dialled, wrote, changed, or is to do it. */
	by: Id.optional(),
	/** Words that all stand in a note, a plan, or the comment or the reason of a call's disposition. */
	q: text(200).optional(),
	/** Statuses with commas between whose name, in the language of the person, is what `q` looks for. */
	statuses: z.string().max(100).optional(),
}).strict();
export const TimelinePage = page(TimelineItem);
export type TimelinePage = z.infer<typeof TimelinePage>;
export const NoteInput = z.strictObject({ text: text(10_000).min(1) });

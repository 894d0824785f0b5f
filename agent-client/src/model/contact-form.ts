import { signal } from "@preact/signals";
import type { Contact } from "../../../server/protocol/contact.ts";
import type { ContactDraft } from "../connection/api.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { parseDate, writtenDate } from "./time.ts";

export interface NumberLine {
	/** Key of the line on the screen, not of the row in the database. */
	readonly key: number;
	readonly raw: string;
	readonly label: string;
}
export interface ContactFields {
	readonly kind: "person" | "company";
	readonly name: string;
	readonly ownerId: string;
	readonly source: string;
	readonly region: string;
	/** DD.MM.YYYY or empty. */
	readonly birthday: string;
	/** Words with commas between them. */
	readonly tags: string;
	readonly numbers: readonly NumberLine[];
}
export type ContactProblem = "name-missing" | "date-wrong";

let keys = 0;
export const numberLine = (raw = "", label = ""): NumberLine => ({ key: ++keys, raw, label });

export function fieldsOf(contact: Contact | null, number = ""): ContactFields {
	const present = (contact?.numbers ?? []).filter((line) => line.validTo === null);
	const lines = present.map((line) => numberLine(line.raw, line.label));
	return {
		kind: contact?.kind ?? "person",
		name: contact?.name ?? "",
		ownerId: contact?.owner?.id ?? "",
		source: contact?.source ?? "",
		region: contact?.region ?? "",
		birthday: contact?.birthday ? writtenDate(contact.birthday) : "",
		tags: contact?.tags.join(", ") ?? "",
		numbers: lines.length > 0 ? lines : [numberLine(number)],
	};
}

/** The body for the server: on an edit only what was changed, so that nobody else's change is undone. */
export function contactDraftOf(fields: ContactFields, before: ContactFields | null): ContactDraft {
	const tags = (text: string) => [
		...new Set(
			text
				.split(",")
				.map((tag) => tag.trim())
				.filter(Boolean),
		),
	];
	const numbers = (lines: readonly NumberLine[]) =>
		lines.filter((line) => line.raw.trim() !== "").map(({ raw, label }) => ({ raw: raw.trim(), label: label.trim() }));
	const whole = (from: ContactFields) => ({
		kind: from.kind,
		name: from.name.trim(),
		ownerId: from.ownerId || null,
		source: from.source.trim(),
		region: from.region.trim(),
		birthday: parseDate(from.birthday),
		tags: tags(from.tags),
		numbers: numbers(from.numbers),
	});
	const { ownerId, ...rest } = whole(fields);
	// Without a choice the server decides about the owner of a new contact.
	if (before === null) return ownerId === null ? rest : { ...rest, ownerId };
	const now = { ...rest, ownerId };
	const then = Object.entries(whole(before));
	const changed = Object.entries(now).filter(
		([key, value]) => JSON.stringify(value) !== JSON.stringify(then.find(([other]) => other === key)?.[1]),
	);
	return Object.fromEntries(changed);
}

interface Deps {
	readonly initial: ContactFields;
	readonly isNew: boolean;
	readonly save: (draft: ContactDraft) => Promise<Contact>;
}

/** The form for a new or a present contact. */
export function createContactForm({ initial, isNew, save }: Deps) {
	const fields = signal(initial);
	const touched = signal(false);
	const saving = signal(false);
	const failure = signal<FailureCode | null>(null);
	const serverFields = signal<Readonly<Record<string, string>>>({});
	/** Keys of lines taken away that never belonged here. */
	const mistaken = signal<ReadonlySet<number>>(new Set());
	const removed = () =>
		isNew
			? []
			: initial.numbers.filter(({ key, raw }) => raw && !fields.value.numbers.some((line) => line.key === key));

	return {
		fields,
		saving,
		failure,
		serverFields,
		get problems(): { name?: ContactProblem; birthday?: ContactProblem } {
			if (!touched.value) return {};
			const { name, birthday } = fields.value;
			return {
				...(name.trim() === "" && { name: "name-missing" as const }),
				...(birthday.trim() !== "" && parseDate(birthday) === null && { birthday: "date-wrong" as const }),
			};
		},
		/** Numbers that were taken away, and whether by mistake they were here at all. */
		get removed() {
			return removed().map((line) => ({ ...line, mistaken: mistaken.value.has(line.key) }));
		},
		setMistaken(key: number, on: boolean): void {
			mistaken.value = new Set([...mistaken.value].filter((one) => one !== key).concat(on ? [key] : []));
		},
		get changed() {
			return Object.keys(contactDraftOf(fields.value, initial)).length > 0;
		},
		change(patch: Partial<ContactFields>): void {
			fields.value = { ...fields.value, ...patch };
		},
		changeNumber(key: number, patch: Partial<NumberLine>): void {
			const numbers = fields.value.numbers.map((line) => (line.key === key ? { ...line, ...patch } : line));
			fields.value = { ...fields.value, numbers };
		},
		addNumber(): void {
			fields.value = { ...fields.value, numbers: [...fields.value.numbers, numberLine()] };
		},
		removeNumber(key: number): void {
			fields.value = { ...fields.value, numbers: fields.value.numbers.filter((line) => line.key !== key) };
		},
		/** The saved contact, or null when something stands in the way. */
		async submit(): Promise<Contact | null> {
			touched.value = true;
			if (Object.keys(this.problems).length > 0 || saving.value) return null;
			saving.value = true;
			failure.value = null;
			serverFields.value = {};
			try {
				const wrong = removed().flatMap(({ key, raw }) => (mistaken.value.has(key) ? [raw] : []));
				const draft = contactDraftOf(fields.value, isNew ? null : initial);
				return await save(wrong.length > 0 ? { ...draft, mistaken: wrong } : draft);
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				failure.value = error.code;
				serverFields.value = error.fields;
				return null;
			} finally {
				saving.value = false;
			}
		},
	};
}

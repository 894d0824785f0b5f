import { expect, test } from "vitest";
import { ApiError } from "../connection/http.ts";
import { contactDraftOf, createContactForm, fieldsOf, numberLine } from "./contact-form.ts";
import { contact } from "./fixtures.ts";

test("an edit sends only what was changed", () => {
	const before = fieldsOf(contact(1));
	expect(contactDraftOf(before, before)).toEqual({});
	expect(contactDraftOf({ ...before, name: "Нове ім'я ", tags: "VIP, опт,опт" }, before)).toEqual({
		name: "Нове ім'я",
		tags: ["VIP", "опт"],
	});
	expect(contactDraftOf({ ...before, birthday: "" }, before)).toEqual({ birthday: null });
	expect(
		contactDraftOf({ ...before, numbers: [...before.numbers, numberLine("044 333-44-55")] }, before).numbers,
	).toEqual([
		{ raw: "067 123 45 67", label: "" },
		{ raw: "044 333-44-55", label: "" },
	]);
});

test("a new contact sends no empty number and no owner that nobody chose", () => {
	const draft = contactDraftOf({ ...fieldsOf(null), name: "Хтось" }, null);
	expect(draft).toMatchObject({ name: "Хтось", numbers: [] });
	expect(draft).not.toHaveProperty("ownerId");
});

test("a name and a real day are wanted before the server is asked; what is typed stays", async () => {
	let asked = 0;
	const form = createContactForm({
		initial: { ...fieldsOf(null), birthday: "31.02.1990" },
		isNew: true,
		save: async () => {
			asked++;
			throw new ApiError("validation", "", 400, { "numbers.0.raw": "no number" });
		},
	});
	expect(form.problems).toEqual({});
	expect(await form.submit()).toBe(null);
	expect(form.problems).toEqual({ name: "name-missing", birthday: "date-wrong" });
	expect(asked).toBe(0);
	form.change({ name: "Хтось", birthday: "" });
	expect(await form.submit()).toBe(null);
	expect(form.serverFields.value).toEqual({ "numbers.0.raw": "no number" });
	expect(form.fields.value.name).toBe("Хтось");
});

test("a number that was a mistake is said to be one only when it is taken away", async () => {
	const sent: unknown[] = [];
	const form = createContactForm({
		initial: fieldsOf(contact(1)),
		isNew: false,
		save: async (draft) => {
			sent.push(draft);
			return contact(1);
		},
	});
	const [line] = form.fields.value.numbers;
	expect(form.removed).toEqual([]);
	form.removeNumber(line?.key ?? 0);
	expect(form.removed).toMatchObject([{ raw: "067 123 45 67", mistaken: false }]);
	form.setMistaken(line?.key ?? 0, true);
	await form.submit();
	expect(sent).toEqual([{ numbers: [], mistaken: ["067 123 45 67"] }]);
});

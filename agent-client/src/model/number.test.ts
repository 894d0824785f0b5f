import { expect, test } from "vitest";
import { looksLikeNumber, writtenNumber } from "./number.ts";

test("numbers are written the way their country writes them", () => {
	expect(writtenNumber("+380671234567")).toBe("+380 67 123-45-67");
	expect(writtenNumber("+74951234567")).toBe("+7 495 123-45-67");
	expect(writtenNumber("+48221234567")).toBe("+48 221 234 567");
	expect(writtenNumber("+12025550123")).toBe("+1 202 555-0123");
	expect(writtenNumber("+4930123456789")).toBe("+49 30 123 456 789");
	expect(writtenNumber("+4915112345678")).toBe("+49 151 123 456 78");
	expect(writtenNumber("+35312345678")).toBe("+353 123 456 78");
	expect(writtenNumber("+33123456789")).toBe("+33 123 456 789");
});

test("what is no E.164 stays as it came", () => {
	for (const text of ["101", "", "anonymous", "+380 67", "<b>"]) expect(writtenNumber(text)).toBe(text);
});

test("the search palette offers to dial only what can be dialled", () => {
	expect(looksLikeNumber("067 123-45-67")).toBe(true);
	expect(looksLikeNumber("+380 (67) 1234567")).toBe(true);
	expect(looksLikeNumber("101")).toBe(true);
	expect(looksLikeNumber("12")).toBe(false);
	expect(looksLikeNumber("Іван 067")).toBe(false);
	expect(looksLikeNumber("1234567890123456")).toBe(false);
});

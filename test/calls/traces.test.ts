import { describe, expect, it } from "vitest";
import { asExpected, traces } from "./expected.ts";
import { fold } from "./fold.ts";

describe("a recorded call comes out as what the business knows of it", () => {
	for (const trace of traces()) {
		it(`${trace.title} (${trace.name})`, () => {
			const book = fold(trace.events);
			const calls = book.facts.map((call) => {
				const told = asExpected(book, call);
				// Only scenarios about names say which one they expect.
				const named = trace.expected.some((one) => one.callerName !== undefined);
				return named ? told : { ...told, callerName: undefined };
			});
			expect(calls).toEqual(trace.expected);
		});
	}
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, provenHeaders } from "./allowed.ts";

const originate = (headers: Record<string, string>, variables: Record<string, string> = {}): Action => ({
	name: "Originate",
	headers,
	variables,
});

describe("actions that may leave this server", () => {
	it("are on a list, with the headers that they may carry", () => {
		expect(provenHeaders({ name: "Originate", headers: { Exten: "101" }, variables: { A: "1" } })).toEqual({
			action: "Originate",
			Exten: "101",
			variable: { A: "1" },
		});
		// What JavaScript callers could hand over all the same.
		for (const name of ["Command", "ModuleLoad", "toString", "__proto__", "Ping\r\nAction: Command"]) {
			expect(() => provenHeaders(Object.assign(originate({}), { name }))).toThrow(/not on the list/);
		}
		expect(() => provenHeaders(originate({ Application: "System" }))).toThrow(/may not carry/);
		expect(() => provenHeaders({ name: "QueuePause", headers: {}, variables: { A: "1" } })).toThrow(/variables/);
	});

	it("carry no value and no key that ends a line", () => {
		const hostile = fc
			.tuple(fc.string(), fc.constantFrom("\r", "\n", "\0", "\r\n"), fc.string())
			.map(([before, end, after]) => before + end + after);
		fc.assert(
			fc.property(hostile, (text) => {
				expect(() => provenHeaders(originate({ Exten: text }))).toThrow(/line break or NUL/);
				expect(() => provenHeaders(originate({ [text]: "1" }))).toThrow(/may not carry/);
				expect(() => provenHeaders(originate({}, { A: text }))).toThrow(/line break or NUL/);
				expect(() => provenHeaders(originate({}, { [text]: "1" }))).toThrow(/not the name/);
			}),
		);
	});
});

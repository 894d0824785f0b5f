import { expect, test } from "vitest";
import { cut, harmless, harmlessLines } from "./text.ts";

test("a caller's name cannot turn the line around, hide, or break it", () => {
	expect(harmless("Olena\u202egnp.exe")).toBe("Olenagnp.exe");
	expect(harmless("\u2068a\u2069\u200b b\ufeff")).toBe("a b");
	expect(harmless("first\r\nAction: Originate\u2028x")).toBe("first Action: Originate x");
	expect(harmless("\u001b[31mred\u0000")).toBe("␦[31mred␦");
	expect(harmless("<b onclick=x>Ні</b>")).toBe("<b onclick=x>Ні</b>");
});

test("a comment keeps its lines", () => {
	expect(harmlessLines("one\r\ntwo\n\u202ethree")).toBe("one\ntwo\nthree");
});

test("a very long name is cut between characters, not inside one", () => {
	expect(cut("Олена", 10)).toBe("Олена");
	expect(cut("👩‍👩‍👧".repeat(50), 4)).toBe(`${"👩‍👩‍👧".repeat(3)}…`);
	expect([...cut("x".repeat(10_000), 120)]).toHaveLength(120);
});

import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { tokenOf } from "./session-cookie.ts";

const secret = "a secret of the installation";
const signed = (token: string, by = secret) =>
	encodeURIComponent(`${token}.${createHmac("sha256", by).update(token).digest("base64")}`);

test("the token of a cookie that we signed is read, wherever it stands", () => {
	expect(tokenOf(`dzvin=${signed("abc")}`, "dzvin", secret)).toBe("abc");
	expect(tokenOf(`a=1; __Host-dzvin=${signed("a.b")} ; z`, "__Host-dzvin", secret)).toBe("a.b");
});

test("a cookie of the same name that somebody else put before ours does not hide it", () => {
	expect(tokenOf(`dzvin=${signed("theirs", "another")}; dzvin=${signed("ours")}`, "dzvin", secret)).toBe("ours");
});

test.each([
	["nothing", ""],
	["another name", `notdzvin=${signed("abc")}`],
	["another secret", `dzvin=${signed("abc", "another secret")}`],
	["a changed token", `dzvin=${signed("abc").replace("abc", "abd")}`],
	["no signature", "dzvin=abc"],
	["an empty signature", "dzvin=abc."],
	["an empty token", `dzvin=${signed("")}`],
	["broken escapes", "dzvin=%E0%A4%A"],
	["letters of several bytes as a signature", `dzvin=abc.${"і".repeat(44)}`],
])("%s opens nothing", (_what, header) => {
	expect(tokenOf(header, "dzvin", secret)).toBeNull();
});

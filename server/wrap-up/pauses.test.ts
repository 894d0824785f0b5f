import { expect, test } from "vitest";
import type { QueueMember } from "../pbx-event.ts";
import { breakPause, extensionOf, pauseChanges } from "./pauses.ts";

const member = (queue: string, extension: string, pausedReason: string | null = null): QueueMember => ({
	queue,
	interface: `PJSIP/${extension}`,
	name: extension,
	paused: pausedReason !== null,
	pausedReason: pausedReason ?? "",
	state: "idle",
	present: true,
});

test("whoever owes a call is paused in all queues, nobody else is", () => {
	const members = [member("sales", "101"), member("support", "101"), member("sales", "102")];
	expect(pauseChanges(members, new Map([["101", "wrap-up"]]))).toEqual([
		{ queue: "sales", interface: "PJSIP/101", paused: true, reason: "wrap-up" },
		{ queue: "support", interface: "PJSIP/101", paused: true, reason: "wrap-up" },
	]);
});

test("a pause of ours whose reason is gone ends, a pause of others is not touched", () => {
	const members = [member("sales", "101", "wrap-up"), member("sales", "102", "lunch"), member("sales", "103", "")];
	expect(pauseChanges(members, new Map())).toEqual([
		{ queue: "sales", interface: "PJSIP/101", paused: false, reason: "wrap-up" },
	]);
	// Who has lunch and owes a call keeps the lunch.
	const all = new Map(["101", "102", "103"].map((extension) => [extension, "wrap-up"]));
	expect(pauseChanges(members, all)).toEqual([]);
});

test("a break and a wrap-up hand the pause over to each other without an end between them", () => {
	const wrappingUp = [member("sales", "101", "wrap-up")];
	const onBreak = [member("sales", "101", "break: Обід")];
	const goesOn = (reason: string) => [{ queue: "sales", interface: "PJSIP/101", paused: true, reason }];
	expect(pauseChanges(wrappingUp, new Map([["101", "break: Обід"]]))).toEqual(goesOn("break: Обід"));
	expect(pauseChanges(onBreak, new Map([["101", "break: Обід"]]))).toEqual([]);
	expect(pauseChanges(onBreak, new Map([["101", "wrap-up"]]))).toEqual(goesOn("wrap-up"));
	expect(pauseChanges(onBreak, new Map())).toMatchObject([{ paused: false }]);
});

test("a reason fits into what Asterisk keeps, and cannot break its list of members", () => {
	expect(breakPause("Обід")).toBe("break: Обід");
	expect(breakPause('a;b|c,"d"')).toBe("break: a b c d");
	const long = breakPause("Щ".repeat(40));
	expect(Buffer.byteLength(long)).toBeLessThanOrEqual(79);
	expect(long).toBe(`break: ${"Щ".repeat(36)}`);
});

test("the extension is read from the ways in which queues name a phone", () => {
	expect(extensionOf("PJSIP/101")).toBe("101");
	expect(extensionOf("SIP/101")).toBe("101");
	expect(extensionOf("Local/101@from-queue/n")).toBe("101");
	expect(extensionOf("nonsense")).toBe(null);
});

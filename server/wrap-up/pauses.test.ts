import { expect, test } from "vitest";
import type { QueueMember } from "../pbx-event.ts";
import { extensionOf, pauseChanges } from "./pauses.ts";

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
	expect(pauseChanges(members, new Set(["101"]))).toEqual([
		{ queue: "sales", interface: "PJSIP/101", paused: true },
		{ queue: "support", interface: "PJSIP/101", paused: true },
	]);
});

test("a pause of ours whose reason is gone ends, a pause of others is not touched", () => {
	const members = [member("sales", "101", "wrap-up"), member("sales", "102", "lunch"), member("sales", "103", "")];
	expect(pauseChanges(members, new Set())).toEqual([{ queue: "sales", interface: "PJSIP/101", paused: false }]);
	// Who has lunch and owes a call keeps the lunch.
	expect(pauseChanges(members, new Set(["101", "102", "103"]))).toEqual([]);
});

test("the extension is read from the ways in which queues name a phone", () => {
	expect(extensionOf("PJSIP/101")).toBe("101");
	expect(extensionOf("SIP/101")).toBe("101");
	expect(extensionOf("Local/101@from-queue/n")).toBe("101");
	expect(extensionOf("nonsense")).toBe(null);
});

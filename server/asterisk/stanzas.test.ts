import { expect, it } from "vitest";
import { offerSecret, stanzas } from "./stanzas.ts";

const events = { username: "dzvin", secret: "s3;cret" };

it("gives the lines to paste, secrets escaped, the address filled in", () => {
	const text = stanzas({ events, control: { username: "dzvin-control", secret: "c" }, ourAddress: "10.0.0.5" });
	expect(text.events).toContain("[dzvin]\nsecret = s3\\;cret\n");
	expect(text.events).toContain("permit = 10.0.0.5/255.255.255.255");
	expect(text.events).toContain("read = all\nwrite = reporting\n");
	expect(text.control).toContain("[dzvin-control]\nsecret = c\n");
	expect(text.control).toContain("write = originate,call,agent\n");
});

it("lets no input add a line", () => {
	const evil = { username: "a]\n[b", secret: "x\r\nwrite = all" };
	const text = stanzas({ events: evil, control: null, ourAddress: "1\npermit=0.0.0.0/0" });
	expect(text.events.split("\n")).toHaveLength(
		stanzas({ events, control: null, ourAddress: "1" }).events.split("\n").length,
	);
	expect(text.events).toContain("[ab]");
});

it("offers a secret that needs no quoting", () => {
	expect(offerSecret()).toMatch(/^[\w-]{32}$/);
});

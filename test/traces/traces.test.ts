import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarios } from "../lab/scenarios.ts";

const folder = new URL("./", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

describe.each(scenarios)("trace $name", (scenario) => {
	it("says the same as its scenario", () => {
		expect(JSON.parse(read(`${scenario.name}.expected.json`))).toEqual({
			scenario: scenario.name,
			title: scenario.title,
			calls: scenario.expected,
		});
	});

	it("has every event from the first to the last hang-up", () => {
		const packets = read(`${scenario.name}.ami`).split(/(?:\r\n){2,}/);
		// not always in order on the wire: see NOTES.md
		const numbers = packets.map((packet) => header(packet, "SequenceNumber")).filter((number) => number !== "");
		const sorted = numbers.map(Number).sort((a, b) => a - b);
		expect(sorted.map((number) => number - (sorted[0] ?? 0))).toEqual(sorted.map((_, index) => index));
		expect(neverHungUp(packets)).toEqual([]);
	});
});

it("there is no trace without a scenario", () => {
	const names = readdirSync(folder).filter((file) => file.endsWith(".ami"));
	const known = new Set(scenarios.map((scenario) => scenario.name));
	expect(names.filter((file) => !known.has(file.replace(/(\.unnumbered)?\.ami$/, "")))).toEqual([]);
});

function neverHungUp(packets: readonly string[]): string[] {
	const channels = new Set<string>();
	for (const packet of packets) {
		const event = header(packet, "Event");
		const channel = header(packet, "Uniqueid");
		if (event === "Hangup") channels.delete(channel);
		else if (event === "Newchannel" || event === "CoreShowChannel") channels.add(channel);
	}
	return [...channels];
}

function header(packet: string, name: string): string {
	const line = packet.split("\r\n").find((one) => one.startsWith(`${name}: `));
	return line?.slice(name.length + 2) ?? "";
}

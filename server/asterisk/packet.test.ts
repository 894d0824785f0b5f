import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Packet } from "./packet.ts";

const packet = new Packet(
	"event",
	"OriginateResponse",
	"Event: OriginateResponse\r\nPrivilege: call,all\r\nAccountCode: \r\nExten:101\r\nResponse: Failure\r\nChanVariable: A=1\r\nChanVariable: B=2\r\nData:  two spaces",
	false,
);

describe("a packet", () => {
	it("tells headers in any order, also with nothing or no space after the colon", () => {
		expect(["Data", "Response", "AccountCode", "Exten", "Privilege", "None"].map((key) => packet.get(key))).toEqual([
			" two spaces",
			"Failure",
			"",
			"101",
			"call,all",
			undefined,
		]);
	});

	it("does not take a part of a key or of a value for a key", () => {
		expect(packet.get("ode")).toBeUndefined();
		expect(packet.get("Account")).toBeUndefined();
	});

	it("tells all values of a list", () => {
		expect(packet.all("ChanVariable")).toEqual(["A=1", "B=2"]);
		expect(packet.all("Variable")).toEqual([]);
	});

	it("has no header but those that were sent", () => {
		expect([packet.get("__proto__"), packet.get("constructor"), packet.get("toString")]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
	});

	it("may be forgotten while its values are remembered", () => {
		setFlagsFromString("--expose-gc");
		const collect: () => void = runInNewContext("gc");
		const remembered: (string | undefined)[] = [];
		const readOne = (number: number) => {
			// As the reader makes it: one piece.
			const text = Buffer.from(
				`Event: Newstate\r\nChannel: PJSIP/trunk-${number}-0000002a\r\nChanVariable: owner=Олена ${number}\r\nX: ${"x".repeat(100_000)}`,
			).toString();
			const one = new Packet("event", "Newstate", text, false);
			remembered.push(one.get("Channel"), ...one.all("ChanVariable"));
		};
		collect();
		const before = process.memoryUsage().heapUsed;
		for (let number = 0; number < 500; number++) readOne(number);
		collect();
		const kept = process.memoryUsage().heapUsed - before;
		expect(remembered.at(-2)).toBe("PJSIP/trunk-499-0000002a");
		// A hundred messages would be 10 MB.
		expect(kept).toBeLessThan(5_000_000);
	});
});

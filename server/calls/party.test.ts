import { describe, expect, it } from "vitest";
import { rules } from "../../test/calls/fold.ts";
import { deviceName, dialledNumber, isWithheld, looksOutside, partyOf } from "./party.ts";

describe("who is behind a channel", () => {
	it.each([
		["PJSIP/101-0000002a", { kind: "extension", extension: "101" }],
		["SIP/102-00000001", { kind: "extension", extension: "102" }],
		["PJSIP/trunk-kyivstar-0000002a", { kind: "outside", endpoint: "trunk-kyivstar" }],
		["DAHDI/i1/0501234567-1", { kind: "outside", endpoint: "i1/0501234567" }],
		["IAX2/branch-7", { kind: "outside", endpoint: "branch" }],
		["Local/101@from-queue-00000001;2", { kind: "local" }],
		["AsyncGoto/PJSIP/101-0000002a", { kind: "helper" }],
		["Surrogate/PJSIP/101-0000002a", { kind: "helper" }],
		["CBAnn/180-00000001;1", { kind: "helper" }],
		["nonsense", { kind: "helper" }],
		["", { kind: "helper" }],
	])("%s", (name, party) => {
		expect(partyOf(name, rules)).toEqual(party);
	});

	it("stays the same through a masquerade, and a zombie is nobody", () => {
		expect(deviceName("PJSIP/101-0000002a<MASQ>")).toBe("PJSIP/101-0000002a");
		expect(deviceName("PJSIP/101-0000002a<ZOMBIE>")).toBeNull();
	});
});

describe("a number", () => {
	it.each(["", "anonymous", "Anonymous", "unknown", "Restricted", " PRIVATE ", "<unknown>"])(
		"%j is withheld",
		(number) => {
			expect(isWithheld(number)).toBe(true);
		},
	);

	it.each(["0501234567", "+48221234567", "101", "anonymous-bakery"])("%j is not withheld", (number) => {
		expect(isWithheld(number)).toBe(false);
	});

	it.each([
		["+380671112201@trunk", "+380671112201"],
		["PJSIP/0671112201@trunk", "0671112201"],
		["trunk/0671112201", "0671112201"],
		["PJSIP/trunk/sip:+380671112201@10.0.0.1:5060", "+380671112201"],
		["SIP/trunk/0671112201,30,tT", "0671112201"],
		["DAHDI/g1/0671112201", "0671112201"],
		["PJSIP/101/sip:101@phonebank", "101"],
		["", ""],
	])("in the dial string %s is %s", (dialString, number) => {
		expect(dialledNumber(dialString)).toBe(number);
	});

	it.each([
		["0501234567", true],
		["+380501234567", true],
		["2345678", true],
		["101", false],
		["700", false],
		["*8", false],
		["**101", false],
		["s", false],
	])("%s is outside: %s", (dialled, outside) => {
		expect(looksOutside(dialled, rules)).toBe(outside);
	});
});

import { describe, expect, it } from "vitest";
import { originateAction } from "./originate.ts";

describe("click to call", () => {
	it("rings the agent's own phone first and dials the client in the agent's context", () => {
		expect(originateAction({ extension: "101", to: "+380501234567", callerName: "Іваненко О." }, {})).toEqual({
			name: "Originate",
			headers: {
				Channel: "PJSIP/101",
				Context: "from-internal",
				Exten: "+380501234567",
				Priority: "1",
				Timeout: "30000",
				Async: "true",
			},
			variables: {
				"CALLERID(num)": "101",
				"CONNECTEDLINE(name,i)": "Іваненко О.",
				"CONNECTEDLINE(num,i)": "+380501234567",
				REALCALLERIDNUM: "101",
				AMPUSER: "101",
			},
		});
	});

	it("uses the PBX's own context and way to ring", () => {
		const rules = { context: "internal", channel: "Local/<ext>@phones/n" };
		expect(originateAction({ extension: "101", to: "0" }, rules).headers).toMatchObject({
			Channel: "Local/101@phones/n",
			Context: "internal",
		});
		expect(originateAction({ extension: "101", to: "0" }, { channel: "SIP/" }).headers.Channel).toBe("SIP/101");
	});

	it.each(["", "+", "12 34", "1,2", "1\r\nAction: Command", "12&SIP/evil", "sip:a@b", "1".repeat(40), "٠١٢"])(
		"does not dial %j",
		(to) => {
			expect(() => originateAction({ extension: "101", to }, {})).toThrow(
				expect.objectContaining({ code: "validation" }),
			);
		},
	);

	it.each(["", "1/2", "101\r\n", "1&2", "a b", "$EVIL"])("does not ring %j", (extension) => {
		expect(() => originateAction({ extension, to: "1" }, {})).toThrow(expect.objectContaining({ code: "validation" }));
	});

	it("takes from a name what would split or end a header", () => {
		const action = originateAction({ extension: "101", to: "1", callerName: ' "A", \\b\r\n=C(d)\u202e ' }, {});
		expect(action.variables?.["CONNECTEDLINE(name,i)"]).toBe("A b C d");
	});
});

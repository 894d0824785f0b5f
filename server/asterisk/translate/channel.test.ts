import { expect, it } from "vitest";
import { namePartsOf } from "./channel.ts";

it.each([
	["PJSIP/101-0000002a", { technology: "PJSIP", endpoint: "101" }],
	["PJSIP/trunk-kyivstar-0000001f", { technology: "PJSIP", endpoint: "trunk-kyivstar" }],
	["SIP/101-00000012", { technology: "SIP", endpoint: "101" }],
	["Local/101@from-queue-00000001;2", { technology: "LOCAL", endpoint: "101@from-queue", half: 2 }],
	["Local/101@from-queue-00000001;1<ZOMBIE>", { technology: "LOCAL", endpoint: "101@from-queue", half: 1 }],
	["DAHDI/i1/380501234567-1a", { technology: "DAHDI", endpoint: "i1/380501234567" }],
	["IAX2/office-1234", { technology: "IAX2", endpoint: "office" }],
	["PJSIP/nodash", { technology: "PJSIP", endpoint: "nodash" }],
	["nothing", { technology: "", endpoint: "nothing" }],
])("the channel name %s", (name, parts) => {
	expect(namePartsOf(name)).toEqual(parts);
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { DialPbx } from "../../server/calls/dial.ts";
import { DzvinError } from "../../server/errors.ts";
import type { Person } from "../../server/http.ts";
import { type Company, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let olena: Person;
const dialled: unknown[] = [];
let pbxs: DialPbx[] = [];
let rung = 0;
/** Settles when the own phone is picked up. */
let ringing: Promise<void> = Promise.resolve();
const office1: DialPbx = { id: "1", name: "office", connected: true, control: true };

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	office = await openOffice(company, {
		pbxs: () => pbxs,
		async originate(pbxId, what) {
			rung += 1;
			await ringing;
			if (what.to === "911") throw new DzvinError("pbx-refused", "The PBX refused.");
			dialled.push([pbxId, what]);
		},
	});
});
afterAll(async () => {
	await office.end();
	await company.drop();
});
beforeEach(() => {
	dialled.length = 0;
	pbxs = [office1];
});

const dial = async (to: string, person = olena) => {
	const answer = await office.ask(person, "POST", "/api/calls", { to });
	return [answer.status, await answer.json()];
};

test.each([
	["+380 50 123-45-67", "+380501234567"],
	["(044) 123.45.67", "0441234567"],
	["102", "102"],
	["*72", "*72"],
])("a click on %j rings the own phone, then dials", async (to, digits) => {
	expect(await dial(to)).toEqual([202, { pbx: "office", extension: "101", to: digits }]);
	expect(dialled).toEqual([["1", { extension: "101", to: digits, callerName: "Олена" }]]);
});

test.each([
	"12\r\nAction: Command",
	"0501234567&Local/1@x",
	"SIP/1@evil",
	"call me",
	"+",
	"5",
	"101",
	"1".repeat(21),
	"0501234567,s,1",
])("what is no number reaches no PBX: %j", async (to) => {
	expect(await dial(to)).toMatchObject([400, { error: { code: "validation" } }]);
	expect(dialled).toEqual([]);
});

test("what stands in the way is said: no extension, no account, no connection, refused", async () => {
	const nobody = await company.person("Новий", "agent", null);
	expect(await dial("0501234567", nobody)).toMatchObject([
		409,
		{ error: { message: expect.stringContaining("extension") } },
	]);
	expect(await dial("911")).toMatchObject([502, { error: { code: "pbx-refused" } }]);
	pbxs = [{ ...office1, control: false }];
	expect(await dial("0501234567")).toMatchObject([503, { error: { message: expect.stringContaining("account") } }]);
	pbxs = [{ ...office1, connected: false }];
	expect(await dial("0501234567")).toMatchObject([
		503,
		{ error: { message: expect.stringContaining("not connected") } },
	]);
	pbxs = [{ ...office1, id: "0", connected: false }, office1];
	expect(await dial("0501234567")).toMatchObject([202, {}]);
});

test("a hundred clicks ring the own phone once, and a colleague's all the same", async () => {
	const petro = await company.person("Петро", "agent", "102");
	let pickUp = () => {};
	ringing = new Promise((resolve) => {
		pickUp = resolve;
	});
	const before = rung;
	const first = dial("0501234567");
	await expect.poll(() => rung).toBe(before + 1);
	const others = await Promise.all(Array.from({ length: 99 }, () => dial("0501234567").then(([status]) => status)));
	expect(new Set(others)).toEqual(new Set([429]));
	const colleague = dial("0501234568", petro);
	pickUp();
	expect((await Promise.all([first, colleague])).map(([status]) => status)).toEqual([202, 202]);
	expect(dialled).toHaveLength(2);
	expect((await dial("0501234567"))[0]).toBe(202);
});

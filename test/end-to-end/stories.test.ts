import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Contact } from "../../server/protocol/contact.ts";
import { PbxCheck } from "../../server/protocol/pbx.ts";
import { type Floor, type FloorNumber, pause } from "../lab/floor.ts";
import { accounts, type StartedLab, startLab } from "../lab/lab.ts";
import type { Desk } from "./desk.ts";
import { type Employee, Office } from "./office.ts";
import { wavOf } from "./recordings.ts";
import { hireFloors, sitDown } from "./staff.ts";
import { until } from "./until.ts";

const floors: readonly FloorNumber[] = [1, 2, 3, 4];

describe("what people do about real calls", { timeout: 60_000 }, () => {
	let started: StartedLab;
	let office: Office;
	let supervisor: Employee;
	let desks: Desk[];
	let pbxId: string;

	beforeAll(async () => {
		[started, office] = await Promise.all([startLab(), Office.open()]);
		supervisor = await office.hire("supervisor", null);
		const agents = await hireFloors(office, floors);
		// A conversation in a test is short.
		await office.do(office.admin, "PATCH", "/api/settings", { conversationSeconds: 1 });
		const history = { kind: "cel-csv", path: join(started.lab.journalFolder, "cel-custom/Master.csv") } as const;
		({ id: pbxId } = await office.addPbx(started.lab, { history }));
		await office.pbxBecomes(pbxId, "connected");
		desks = await sitDown(office, agents, 1);
	}, 180_000);
	afterAll(async () => {
		await office?.close();
		await started?.stop();
	}, 60_000);

	const desk = (extension: string): Desk => {
		const found = desks.find(({ who }) => who.extension === extension);
		if (!found) throw new Error(`Nobody sits at ${extension}`);
		return found;
	};
	const onFloor = async (number: FloorNumber): Promise<Floor> => {
		const floor = started.lab.floor(number);
		await floor.reset();
		return floor;
	};
	const callsOf = (number: string) => office.calls(supervisor, { number });
	/** The only call of this number, once it is over. */
	const overCall = (number: string) =>
		until(`the call of ${number} is over`, async () => {
			const [call, another] = await callsOf(number);
			return call && !another && call.endedAt !== null ? call : null;
		});
	const owedFor = async (callId: string) => {
		const all = [
			...(await office.obligations(supervisor)),
			...(await office.obligations(supervisor, { settled: "true" })),
		];
		return all.find(({ call }) => call.id === callId);
	};

	describe("on four floors at once", { concurrent: true }, () => {
		it("a missed call is settled by calling back with a click; the call back is owed until somebody says what came of it", async () => {
			const floor = await onFloor(1);
			const number = "+380502220001";
			const agent = desk(floor.extension(1));
			const first = await floor.customer({ from: "0502220001", to: floor.direct(1) });
			await floor.ringing(1);
			await pause(500);
			await first.hangUp();
			const missed = await overCall(number);
			expect(missed.outcome).toBe("missed");
			expect(await owedFor(missed.id)).toMatchObject({ kind: "missed", settledAt: null, number, attempts: 0 });

			await floor.phone(1, { does: "answer", after: 0.5 });
			await floor.lab.phoneBank.behaviour("0502220001", {
				does: "answer",
				after: 0.5,
				steps: [{ wait: 2.5 }, { hangup: true }],
			});
			await office.do(agent.who, "POST", "/api/calls", { to: "050 222-00-01" });
			const back = await until("the call back is over", async () => {
				const call = (await callsOf(number)).find(({ direction }) => direction === "outbound");
				return call?.endedAt ? call : null;
			});
			expect(back).toMatchObject({ outcome: "answered", legs: [{ extension: "101", result: "answered" }] });
			expect(await owedFor(missed.id)).toMatchObject({
				settledHow: "conversation",
				settledDirection: "outbound",
				settledBy: { id: agent.who.id },
			});
			expect(await owedFor(back.id)).toMatchObject({ kind: "call", settledAt: null, assignee: { id: agent.who.id } });

			const said = { status: "in_work", comment: "Надіслати пропозицію", nextContactAt: "2027-01-11T08:00:00.000Z" };
			await office.do(agent.who, "POST", `/api/calls/${back.id}/disposition`, said);
			expect(await owedFor(back.id)).toMatchObject({
				settledHow: "disposition",
				settledBy: { id: agent.who.id },
				call: { disposition: { status: "in_work", comment: said.comment, by: { id: agent.who.id } } },
			});
			await until(
				"the agent's list hears of it",
				() =>
					agent.told.some(({ message }) => message.type === "obligation.settled" && message.callId === back.id) || null,
			);
		});

		it("an unknown number becomes a contact while it rings; the call, the card and the debt have the contact", async () => {
			const floor = await onFloor(2);
			const agent = desk(floor.extension(1));
			const call = await floor.customer({ from: "0502220002", name: "Хтось", to: floor.direct(1) });
			const pop = await until(
				"the pop-up",
				() => agent.ofCalls.find(({ message }) => message.type === "call.ringing") ?? null,
			);
			expect(pop.message).toMatchObject({ match: { state: "unknown" }, contact: null, owner: null });
			const made = Contact.parse(
				await office.do(agent.who, "POST", "/api/contacts", {
					name: "Іваненко Олена",
					numbers: [{ raw: "050 222 00 02" }],
				}),
			);
			const changed = await until(
				"the card shows who it is",
				() => agent.ofCalls.find(({ message }) => message.type === "call.changed" && message.call.contact) ?? null,
			);
			expect(changed.message).toMatchObject({
				call: { contact: { id: made.id, name: "Іваненко Олена" } },
				match: { state: "one", candidates: [{ contact: { id: made.id } }] },
			});
			await call.hangUp();
			const over = await overCall("+380502220002");
			expect(over).toMatchObject({ outcome: "missed", contact: { id: made.id } });
			expect(await owedFor(over.id)).toMatchObject({ kind: "missed", contact: { id: made.id } });
			const ofContact = await office.calls(agent.who, { contact: made.id });
			expect(ofContact.map(({ id }) => id)).toEqual([over.id]);
		});

		it("a recording can be heard while the call runs, by those who speak in it", async () => {
			const floor = await onFloor(3);
			const [agent, other] = [desk(floor.extension(1)), desk(floor.extension(2))];
			await floor.phone(1, { does: "answer", after: 0.3 });
			const call = await floor.customer({ from: "0502220003", to: floor.direct(1) });
			await floor.talking(1);
			await pause(2500);
			const [live] = await callsOf("+380502220003");
			expect(live).toMatchObject({ outcome: "talking", recordings: [{ state: "expected" }] });
			const url = live?.recordings[0]?.url ?? "";
			const range = { range: "bytes=0-999" };
			const heard = await office.ask(agent.who, "GET", url, undefined, range);
			const total = Number(heard.headers.get("content-range")?.split("/")[1]);
			expect(heard).toMatchObject({ status: 206 });
			expect(heard.body).toHaveLength(1000);
			const wav = wavOf(heard.body);
			expect(wav).toMatchObject({ riffBytes: total - 8, soundBytes: total - 44, bytesPerSecond: 16_000 });
			expect(total).toBeGreaterThan(16_000);
			expect((await office.ask(other.who, "GET", url, undefined, range)).status).toBe(403);
			await call.hangUp();
			const ready = await until("the recording is ready", async () => {
				const [over] = await callsOf("+380502220003");
				return over?.recordings[0]?.state === "ready" ? over.recordings[0] : null;
			});
			expect(ready.bytes).toBeGreaterThan(total);
			expect((await office.ask(agent.who, "GET", url, undefined, { range: "bytes=99999999-" })).status).toBe(416);
		});

		it("the pop-up names the contact and the owner, and what was said last", async () => {
			const floor = await onFloor(4);
			const [agent, owner] = [desk(floor.extension(1)), desk(floor.extension(2))];
			const contact = Contact.parse(
				await office.do(supervisor, "POST", "/api/contacts", {
					name: "Ковальчук Іван",
					ownerId: owner.who.id,
					numbers: [{ raw: "0502220004" }],
				}),
			);
			const once = async () => {
				const call = await floor.customer({ from: "0502220004", to: floor.service("ringGroup") });
				await floor.ringing(1);
				await floor.ringing(2);
				await pause(400);
				await call.hangUp();
				await floor.idle();
			};
			await once();
			const first = await overCall("+380502220004");
			await office.do(owner.who, "POST", `/api/calls/${first.id}/disposition`, {
				status: "not_client",
				comment: "Помилились номером",
			});
			await floor.reset();
			await once();
			const popOf = (whose: Desk) =>
				whose.ofCalls.flatMap(({ message }) => (message.type === "call.ringing" ? [message] : [])).at(-1);
			const named = { id: contact.id, name: "Ковальчук Іван" };
			const said = [{ callId: first.id, outcome: "missed", status: "not_client", comment: "Помилились номером" }];
			expect(popOf(agent)).toMatchObject({
				contact: named,
				owner: { id: owner.who.id, extension: "402", you: false },
				match: { state: "one", candidates: [{ reason: "national" }] },
				lastContacts: said,
			});
			expect(popOf(owner)).toMatchObject({
				contact: named,
				owner: { id: owner.who.id, you: true },
				lastContacts: said,
			});
		});
	});

	it("the doctor finds nothing to mend on a PBX that is set up as advised", async () => {
		const { findings } = PbxCheck.parse(await office.do(office.admin, "POST", `/api/pbx/${pbxId}/check`));
		expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
		expect(findings.map(({ code }) => code)).toEqual(
			expect.arrayContaining(["picture", "write", "read", "numbering", "originate", "recordings"]),
		);
	});

	it("click to call in a context that does not know the number says which context that is", async () => {
		await office.changePbx(pbxId, { dial: { context: "nowhere" } });
		const { status, json } = await office.ask(desk("101").who, "POST", "/api/calls", { to: "0502220009" });
		expect({ status, json }).toMatchObject({
			status: 502,
			json: { error: { code: "pbx-refused", message: expect.stringContaining("no 0502220009 in [nowhere]") } },
		});
		await office.changePbx(pbxId, { dial: { context: "internal" } });
	});

	it("the doctor says which line lets the events account list live channels", async () => {
		const pbx = await office.addPbx(started.lab, { name: "Without write", events: accounts.eventsBare });
		const { findings } = PbxCheck.parse(await office.do(office.admin, "POST", `/api/pbx/${pbx.id}/check`));
		expect(findings.find(({ code }) => code === "picture")).toMatchObject({
			level: "warning",
			mend: expect.stringContaining("write = reporting"),
		});
		await office.do(office.admin, "DELETE", `/api/pbx/${pbx.id}`);
	});

	it("the server had nothing else to complain of", () => {
		expect(desks.flatMap(({ problems }) => problems)).toEqual([]);
		expect(office.log.filter((line) => !line.includes("[nowhere]"))).toEqual([]);
	});
});

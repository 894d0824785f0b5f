import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallChange } from "../../server/calls/call-change.ts";
import { emptyTracker, next } from "../../server/calls/tracker.ts";
import type { Person } from "../../server/http.ts";
import { rules } from "../calls/fold.ts";
import { hangUp, Stage } from "../calls/stage.ts";
import { type Company, call, ended, leg, monday, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let olena: Person;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	office = await openOffice(company);
});
afterAll(async () => {
	await office.end();
	await company.drop();
});

const obligationsOf = (id: string) =>
	company.rows("select kind, settled_how from obligations where call_id = $1", [id]);
const directionOf = async (id: string) => (await company.rows("select direction from calls where id = $1", [id]))[0];

/** Olena dials a city number of her own company; `answer` is told when a colleague's phone rings. */
async function dialsOutsideAndReachesColleague(at: number, before: (id: string) => Promise<void>): Promise<string> {
	const stage = new Stage();
	stage.now = at;
	const state = emptyTracker();
	let id = "";
	let taken = 0;
	const store = async () => {
		for (; taken < stage.events.length; taken++) {
			const event = stage.events[taken];
			if (event) await company.record(...next(state, event, rules).changes.map(inPlace));
		}
	};
	const inPlace = (change: CallChange) => {
		if (change.kind === "changed") id = company.idOf(change.call);
		return change;
	};
	const own = stage.calls("PJSIP/101", "0442001001", "101");
	await store();
	await before(id);
	stage.wait(1);
	const colleague = stage.dials(own, "PJSIP/102").rings();
	await store();
	stage.wait(1);
	colleague.answers();
	stage.connects(own, colleague);
	stage.wait(20);
	hangUp(own, colleague);
	await store();
	return id;
}

test("whoever dials an outside number and reaches a colleague owes nobody anything, and everybody hears of that", async () => {
	company.told.length = 0;
	const id = await dialsOutsideAndReachesColleague(monday, async (begun) => {
		expect(await obligationsOf(begun)).toMatchObject([{ kind: "call", settled_how: null }]);
	});
	expect(await directionOf(id)).toEqual({ direction: "internal" });
	expect(await obligationsOf(id)).toEqual([]);
	const settled = company.told.filter(({ kind }) => kind === "obligation.settled");
	expect(settled).toMatchObject([{ event: { callId: id, assigneeId: olena.id } }]);
});

test("what a person said of the call by then is kept", async () => {
	const id = await dialsOutsideAndReachesColleague(monday + 60_000, async (begun) => {
		const said = { status: "not_client", comment: "Міський номер колеги" };
		const answer = await office.ask(olena, "POST", `/api/calls/${begun}/disposition`, said);
		expect(answer.status).toBe(200);
	});
	expect(await obligationsOf(id)).toMatchObject([{ kind: "call", settled_how: "disposition" }]);
});

test("a call of a client of which only colleagues were seen again stays a client's call, and owed", async () => {
	const missed = call({ startedAt: monday + 120_000, legs: [leg("101", monday + 121_000)] });
	await company.record(missed);
	const id = company.idOf(missed);
	const { family, startedAt } = missed;
	const end = startedAt + 60_000;
	const part = ended("missed", "102", { family, startedAt, direction: "internal", outcome: "failed" });
	const unseen = { beginning: true, found: [], after: end } as const;
	await company.record({ ...part, outcome: "failed", endedAt: end, rawNumber: "102", did: "", unseen });
	const [row] = await company.rows("select direction, outcome, raw_number, did from calls where id = $1", [id]);
	expect(row).toEqual({ direction: "inbound", outcome: "missed", raw_number: "0501234567", did: "0441112233" });
	expect(await obligationsOf(id)).toMatchObject([{ kind: "missed", settled_how: null }]);
});

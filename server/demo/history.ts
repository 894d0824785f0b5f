import { callId, newId } from "../../db/id.ts";
import type { calls, legs, recordings } from "../../db/schema/calls.ts";
import type { notes, tasks } from "../../db/schema/contacts.ts";
import type { dispositions, obligations, owedPeople } from "../../db/schema/obligations.ts";
import { type Chance, createChance } from "./chance.ts";
import { tongues } from "./names.ts";
import type { DemoPerson } from "./people.ts";
import { toneSeconds } from "./tones.ts";

export interface Agent {
	readonly id: string;
	readonly extension: string;
}

export interface HistoryInput {
	readonly pbxId: string;
	readonly people: readonly (DemoPerson & { readonly id: string })[];
	readonly agents: readonly [Agent, ...Agent[]];
	/** Milliseconds; the history ends a little before. */
	readonly now: number;
	readonly currency: string;
	readonly refusalReasons: readonly string[];
	/** Full path of the generated sound of so many seconds. */
	readonly soundOf: (seconds: number) => { path: string; bytes: number };
}

/** Rows of every table that a past call touches. */
export interface History {
	readonly calls: (typeof calls.$inferInsert)[];
	readonly legs: (typeof legs.$inferInsert)[];
	readonly recordings: (typeof recordings.$inferInsert)[];
	readonly obligations: (typeof obligations.$inferInsert)[];
	readonly owedPeople: (typeof owedPeople.$inferInsert)[];
	readonly dispositions: (typeof dispositions.$inferInsert)[];
	readonly notes: (typeof notes.$inferInsert)[];
	readonly tasks: (typeof tasks.$inferInsert)[];
}

const day = 86_400_000;
const hour = 3_600_000;
const pastDays = 45;
const did = "0442001001";

/** A month and a half of a small company's telephone: what was said, missed, promised, and what is still owed. */
export function demoHistory(input: HistoryInput): History {
	const history: History = {
		calls: [],
		legs: [],
		recordings: [],
		obligations: [],
		owedPeople: [],
		dispositions: [],
		notes: [],
		tasks: [],
	};
	const chance = createChance(7);
	let serial = 0;
	for (let age = pastDays; age >= 0; age -= 1) {
		const midnight = Math.floor(input.now / day) * day - age * day;
		const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
		const count = age === 0 ? 12 : weekend ? 2 : chance.between(12, 20);
		const moments = Array.from({ length: count }, () =>
			// Today's calls lie in the last hours, whatever the clock says now.
			age === 0
				? input.now - chance.between(10, 300) * 60_000
				: midnight + 7 * hour + chance.between(0, 9 * 3600) * 1000,
		).sort((a, b) => a - b);
		for (const startedAt of moments) {
			if (startedAt >= input.now - 5 * 60_000) continue;
			serial += 1;
			addCall(history, chance, input, startedAt - (startedAt % 1000), serial);
		}
	}
	addNotesAndTasks(history, chance, input);
	return history;
}

function addCall(history: History, chance: Chance, input: HistoryInput, startedAt: number, serial: number): void {
	const [firstPerson, ...otherPeople] = input.people.filter((person) => person.numbers.length > 0);
	if (firstPerson === undefined) return;
	const person = chance.one([firstPerson, ...otherPeople]);
	const agent = (person.owner === null ? undefined : input.agents[person.owner]) ?? chance.one(input.agents);
	const inbound = chance.is(0.65);
	const reached = chance.is(inbound ? 0.82 : 0.7);
	const ringMs = chance.between(3, 24) * 1000;
	const talkSeconds = reached ? chance.one(toneSeconds) : 0;
	const answeredAt = reached ? new Date(startedAt + ringMs) : null;
	const endedAt = new Date(startedAt + ringMs + talkSeconds * 1000);
	const linkedId = `${startedAt / 1000}.${serial}`;
	const id = callId(input.pbxId, linkedId, startedAt);
	const moment = new Date(startedAt);
	const number = person.numbers[0] ?? "";
	const outcome = reached ? "answered" : inbound ? "missed" : chance.one(["no-answer", "busy"] as const);
	history.calls.push({
		id,
		startedAt: moment,
		pbxId: input.pbxId,
		linkedId,
		direction: inbound ? "inbound" : "outbound",
		outcome,
		number,
		rawNumber: number,
		callerName: "",
		did: inbound ? did : "",
		queue: inbound && chance.is(0.3) ? "sales-1" : null,
		answeredAt,
		endedAt,
		ringMs,
		talkMs: talkSeconds * 1000,
		contactId: person.id,
		userIds: [agent.id],
	});
	history.legs.push({
		callId: id,
		callStartedAt: moment,
		index: 0,
		extension: agent.extension,
		placed: !inbound,
		userId: agent.id,
		rangAt: moment,
		answeredAt,
		leftAt: endedAt,
		result: reached ? "answered" : inbound ? "cancelled" : outcome === "busy" ? "busy" : "no-answer",
	});
	if (reached) {
		const { path, bytes } = input.soundOf(talkSeconds);
		history.recordings.push({
			callId: id,
			callStartedAt: moment,
			index: 0,
			path,
			startedAt: answeredAt ?? moment,
			closed: true,
			state: "ready",
			seconds: talkSeconds,
			bytes,
			checkedAt: endedAt,
		});
	}
	addObligation(history, chance, input, { id, moment, endedAt, person, agent, missed: outcome === "missed" });
}

interface PastCall {
	readonly id: string;
	readonly moment: Date;
	readonly endedAt: Date;
	readonly person: DemoPerson & { readonly id: string };
	readonly agent: Agent;
	readonly missed: boolean;
}

function addObligation(history: History, chance: Chance, input: HistoryInput, call: PastCall): void {
	const { id, moment, endedAt, person, agent, missed } = call;
	const recent = input.now - moment.getTime() < 8 * hour;
	const settled = recent ? chance.is(0.5) : chance.is(0.985);
	const delay = chance.between(1, missed ? 40 : 6) * 60_000;
	const settledAt = settled ? new Date(Math.min(endedAt.getTime() + delay, input.now - 60_000)) : null;
	const disposed = settled && !(missed && chance.is(0.7));
	const obligationId = newId(moment.getTime());
	history.obligations.push({
		id: obligationId,
		kind: missed ? "missed" : "call",
		callId: id,
		callStartedAt: moment,
		contactId: person.id,
		number: person.numbers[0] ?? null,
		did: missed ? did : null,
		assigneeId: agent.id,
		openedAt: moment,
		dueAt: new Date(moment.getTime() + (missed ? 20 : 120) * 60_000),
		escalatesAt: missed && !settled ? new Date(moment.getTime() + 15 * 60_000) : null,
		settledAt,
		settledById: settled ? agent.id : null,
		settledHow: settled ? (disposed ? "disposition" : "conversation") : null,
	});
	if (!settled) history.owedPeople.push({ obligationId, userId: agent.id, callId: id, callStartedAt: moment });
	if (!disposed || settledAt === null) return;
	const status = person.status === "client" ? "bought" : person.status === "new" ? "in_work" : person.status;
	// A client does not buy in every call.
	const said = status === "bought" && chance.is(0.6) ? "in_work" : status;
	const [reason = "", ...moreReasons] = input.refusalReasons;
	history.dispositions.push({
		id: newId(settledAt.getTime()),
		callId: id,
		callStartedAt: moment,
		contactId: person.id,
		status: said,
		comment: chance.one(tongues[person.language].comments[said]),
		refusalReason: said === "refused" ? chance.one([reason, ...moreReasons]) : null,
		amount: said === "bought" ? `${chance.between(4, 480) * 250}.00` : null,
		currency: said === "bought" ? input.currency : null,
		userId: agent.id,
		at: settledAt,
	});
}

function addNotesAndTasks(history: History, chance: Chance, { people, agents, now }: HistoryInput): void {
	for (const person of people) {
		const owner = (person.owner === null ? undefined : agents[person.owner]) ?? agents[0];
		const tongue = tongues[person.language];
		if (chance.is(0.3)) {
			const at = now - chance.between(1, pastDays) * day;
			const text = chance.one(tongue.notes);
			history.notes.push({ id: newId(at), contactId: person.id, userId: owner.id, at: new Date(at), text });
		}
		if (person.status !== "in_work" || !chance.is(0.4)) continue;
		const dueAt = new Date(now + chance.between(-6, 72) * hour);
		const number = person.numbers[0] ?? null;
		const title = chance.one(tongue.tasks);
		history.tasks.push({
			id: newId(),
			contactId: person.id,
			assigneeId: owner.id,
			createdById: owner.id,
			number,
			title,
			dueAt,
		});
	}
}

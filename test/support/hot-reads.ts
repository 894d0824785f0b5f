import type { Pool } from "pg";
import type { Database } from "../../db/connect.ts";
import { createPops } from "../../server/calls/pop.ts";
import { listCalls, liveCallIds, liveCalls, readCalls } from "../../server/calls/queries.ts";
import { readMerged, readStored } from "../../server/calls/reconcile/stored.ts";
import { createRecordingWatcher } from "../../server/calls/recordings/watcher.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import { parse } from "../../server/contacts/number.ts";
import { searchContactIds } from "../../server/contacts/search.ts";
import { similarContacts } from "../../server/contacts/similar.ts";
import { listContactIds } from "../../server/contacts/store.ts";
import { readTimeline } from "../../server/contacts/timeline.ts";
import { createEventBus } from "../../server/events.ts";
import { countsOfPeople } from "../../server/obligations/counts.ts";
import { escalateDue } from "../../server/obligations/escalate.ts";
import { owedFigures } from "../../server/obligations/figures.ts";
import { listObligations, ownObligations } from "../../server/obligations/list.ts";
import { orphanObligations } from "../../server/obligations/orphans.ts";
import { obligationsOfCalls, readObligations } from "../../server/obligations/read.ts";
import { CallListQuery } from "../../server/protocol/call.ts";
import { TimelineQuery } from "../../server/protocol/contact.ts";
import { ObligationListQuery } from "../../server/protocol/obligation.ts";

/** A read that people or the PBX wait for, and the pool that it goes through. */
export interface HotRead {
	readonly name: string;
	readonly pool: Pool;
	readonly work: () => Promise<unknown>;
}

const settings = standardSettings("UA");
const plan = () => settings;
const hour = 3_600_000;

/** Every read of the hot roads, asked of a company made by full-company.ts as its people would. */
export async function hotReads(database: Database): Promise<HotRead[]> {
	const { ui, ingest } = database.pools;
	const one = async <T>(text: string): Promise<T> => (await ui.query(text)).rows[0];
	const ids = async (text: string) => (await ui.query<{ id: string }>(text)).rows.map(({ id }) => id);
	// The client with whom the company speaks most, and the newest call of theirs.
	const call = await one<{ id: string; contact_id: string; number: string }>(
		`select id, contact_id, number from calls where contact_id = (
			select contact_id from calls where contact_id is not null and started_at > now() - interval '40 days'
			group by 1 order by count(*) desc limit 1) order by started_at desc limit 1`,
	);
	const agent = await one<{ id: string; role: "agent" }>(
		"select id, role from users where role = 'agent' order by id limit 1",
	);
	const newcomer = await one<{ id: string; role: "agent" }>("select id, role from users order by id desc limit 1");
	const chief = await one<{ id: string; role: "supervisor" }>(
		"select id, role from users where role = 'supervisor' limit 1",
	);
	const agents = await ids("select id from users where role = 'agent' order by id limit 40");
	const links = (
		await ui.query<{ linked_id: string }>("select linked_id from calls order by started_at desc limit 200")
	).rows.map(({ linked_id }) => linked_id);
	const recent = await ids("select id from calls order by started_at desc limit 51");
	const owed = await ids("select id from obligations where settled_at is null order by due_at limit 51");
	const pbx = await one<{ id: string }>("select id from pbxs limit 1");
	const old = new Date(Date.now() - 300 * 24 * hour).toISOString();

	const matcher = createMatcher({ settings: plan });
	const pops = createPops({
		db: ingest,
		resolve: (caller, at) => matcher.resolve(database.ingest, caller, at),
	});
	const parseNumber = (raw: string) => {
		const number = parse(raw, settings);
		return number.kind === "number" ? number.e164 : null;
	};
	const read = (name: string, pool: Pool, work: () => Promise<unknown>): HotRead => ({ name, pool, work });

	const callFilters: Record<string, string>[] = [
		...[{}, { direction: "inbound" }, { outcome: "missed" }, { contact: call.contact_id }, { number: call.number }],
		...[{ number: call.number.slice(-6) }, { agent: agent.id }, { unprocessed: "true" }],
		...[
			{ unprocessed: "true", agent: agent.id },
			{ from: old, to: new Date(Date.parse(old) + 24 * hour).toISOString() },
		],
		...[{ to: old }, { agent: agent.id, outcome: "missed" }, { agent: agent.id, to: old }],
	];
	const owedFilters: Record<string, string>[] = [
		...[{}, { kind: "call" }, { kind: "missed" }, { assignee: "me" }, { assignee: "nobody" }, { overdue: "true" }],
		...[{ kind: "missed", overdue: "true" }, { escalated: "team" }, { escalated: "supervisor" }, { settled: "true" }],
		{ settled: "true", kind: "missed" },
		...[
			{ kind: "missed", queue: "sales" },
			{ kind: "missed", settled: "true", did: "0440000001" },
		],
	];
	const named = (filter: Record<string, string>) =>
		Object.entries(filter)
			.map(([key, value]) => `${key}${value.includes("-") || value.startsWith("+") ? "" : ` ${value}`}`)
			.join(", ") || "everything";

	return [
		read("who calls", ingest, () =>
			matcher.resolve(database.ingest, { raw: call.number, withheld: false }, new Date()),
		),
		read("a pop-up's surroundings", ingest, () => pops.popOfCall(call.id)),
		read("obligations of saved calls", ingest, () => obligationsOfCalls(ingest, readCalls, recent)),
		read("journal compared with calls", ingest, () =>
			readStored(ingest, pbx.id, links, Date.now() - 26 * hour, Date.now() + 24 * hour),
		),
		read("journal compared with merged calls", ingest, () => readMerged(ingest, recent)),
		...[agent, chief].flatMap((person) => {
			const viewer = { ...person, name: "", extension: null, sessionId: "" };
			const who = person.role;
			return [
				...callFilters.map((filter) =>
					read(`calls of ${who}: ${named(filter)}`, ui, () =>
						listCalls(ui, viewer, CallListQuery.parse({ limit: "50", ...filter }), parseNumber),
					),
				),
				...owedFilters.map((filter) =>
					read(`owed to ${who}: ${named(filter)}`, ui, () =>
						listObligations(ui, viewer, ObligationListQuery.parse({ limit: "50", ...filter })),
					),
				),
				read(`figures of the tabs of ${who}`, ui, () => countsOfPeople(ui, [viewer])),
			];
		}),
		read("calls of a newcomer", ui, () => listCalls(ui, newcomer, CallListQuery.parse({ limit: "50" }), parseNumber)),
		read("settled by a newcomer", ui, () =>
			listObligations(
				ui,
				{ ...newcomer, role: "agent" },
				ObligationListQuery.parse({ limit: "50", settled: "true", assignee: "me" }),
			),
		),
		read("calls to read", ui, () => readCalls(ui, recent)),
		read("obligations to read", ui, () => readObligations(ui, readCalls, owed)),
		read("own obligations", ui, () => ownObligations(ui, [agent.id], 50)),
		read("calls that go on", ui, () => liveCalls(ui)),
		read("calls that go on, of forty people", ui, () => liveCallIds(ui, agents)),
		read("what the floor says is owed", ui, () => owedFigures(ui, new Date(Date.now() - 12 * hour))),
		read("a step of the escalation", ui, () => escalateDue(ui, settings)),
		read("what people left behind", ui, () => orphanObligations(ui)),
		read("recordings to look at", ui, () =>
			createRecordingWatcher({ pool: ui, bus: createEventBus(() => {}), log: { warn() {} } as never }).look(),
		),
		...["ivanenko", "Іваненко Олена", "ivanneko", "ol", call.number, call.number.slice(-6), "0501"].map((query) =>
			read(`contacts found by ${query.startsWith("+") ? "number" : query}`, ui, () =>
				searchContactIds(database.ui, query, settings, {}, 20),
			),
		),
		...[{}, { owner: agent.id }, { status: "client" as const }, { owner: agent.id, status: "new" as const }].map(
			(filter) => read(`contacts: ${named(filter)}`, ui, () => listContactIds(database.ui, filter, null, 51)),
		),
		read("contacts with a number like the caller's", ui, () => similarContacts(database.ui, call.number)),
		...[{}, { from: old }, { by: agent.id }, { q: "договір" }].map((filter) =>
			read(`a contact's timeline: ${named(filter)}`, ui, () =>
				readTimeline(
					database.ui,
					call.contact_id,
					TimelineQuery.parse({ limit: "50", ...filter }),
					async (_db, some) => [...(await readCalls(ui, some)).values()],
				),
			),
		),
	];
}

import { sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database, Transaction } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { users } from "../../db/schema/access.ts";
import { calls, legs, recordings } from "../../db/schema/calls.ts";
import { contactChanges, contactNumbers, contacts, notes, tasks } from "../../db/schema/contacts.ts";
import { dispositions, obligations, owedPeople } from "../../db/schema/obligations.ts";
import { type Agent, demoHistory, type HistoryInput } from "./history.ts";
import type { DemoPerson } from "./people.ts";

export interface SeedInput extends Omit<HistoryInput, "people"> {
	readonly people: readonly DemoPerson[];
	/** Name as the search finds it. */
	readonly fold: (name: string) => string;
}

/** Rows that go in one statement: PostgreSQL takes 65,535 parameters in one, a call has 20. */
const chunk = 500;

/** Writes people and their past in one transaction: all of it or nothing. */
export async function seedDemo(database: Database, input: SeedInput): Promise<void> {
	const known = input.people.map((person) => ({ ...person, id: newId() }));
	const history = demoHistory({ ...input, people: known });
	await database.ui.transaction(async (tx) => {
		for (const month of monthsOf(history.calls.map((call) => call.startedAt))) {
			await tx.execute(sql`select make_month(${month.toISOString()}::timestamptz)`);
		}
		const createdAt = new Date(input.now - 60 * 86_400_000);
		const ownerOf = (person: DemoPerson): Agent | undefined =>
			person.owner === null ? undefined : input.agents[person.owner];
		await insert(
			tx,
			contacts,
			known.map((person) => ({
				id: person.id,
				kind: person.kind,
				name: person.name,
				search: input.fold(person.name),
				companyId: person.company === null ? null : (known[person.company]?.id ?? null),
				ownerId: ownerOf(person)?.id ?? null,
				status: person.status,
				source: person.source,
				region: person.region,
				birthday: person.birthday,
				tags: [...person.tags],
				demo: true,
				createdAt,
				updatedAt: createdAt,
			})),
		);
		await insert(
			tx,
			contactNumbers,
			known.flatMap(({ id: contactId, numbers }) =>
				numbers.map((e164) => ({ id: newId(), contactId, e164, raw: e164, extension: "", label: "" })),
			),
		);
		await insert(
			tx,
			contactChanges,
			known.map(({ id: contactId }) => ({
				id: newId(createdAt.getTime()),
				contactId,
				at: createdAt,
				field: "created" as const,
			})),
		);
		await insert(tx, calls, history.calls);
		await insert(tx, legs, history.legs);
		await insert(tx, recordings, history.recordings);
		await insert(tx, obligations, history.obligations);
		await insert(tx, owedPeople, history.owedPeople);
		await insert(tx, dispositions, history.dispositions);
		await insert(tx, notes, history.notes);
		await insert(tx, tasks, history.tasks);
	});
}

/** Everything that came with the demo, and everything that came of it: calls of its PBX, and what people made of them. */
export async function wipeDemo(database: Database, pbxIds: readonly string[], adminExtension: string): Promise<void> {
	await database.ui.transaction(async (tx) => {
		const ours = sql`(select id from calls where pbx_id = any(${idArray(pbxIds)}))`;
		const people = sql`(select id from contacts where demo)`;
		const staff = sql`(select id from users where demo)`;
		await tx.execute(
			sql`delete from tasks where contact_id in ${people} or call_id in ${ours} or assignee_id in ${staff} or created_by_id in ${staff}`,
		);
		await tx.execute(sql`delete from dispositions where call_id in ${ours} or user_id in ${staff}`);
		await tx.execute(sql`delete from obligations where call_id in ${ours}`);
		await tx.execute(sql`delete from unseen_pops where call_id in ${ours} or user_id in ${staff}`);
		await tx.execute(sql`update unseen_pops set seen_by_id = null where seen_by_id in ${staff}`);
		await tx.execute(sql`update obligations set assignee_id = null where assignee_id in ${staff}`);
		await tx.execute(
			sql`update obligations set claimed_by_id = null, claimed_at = null where claimed_by_id in ${staff}`,
		);
		await tx.execute(sql`update obligations set settled_by_id = null where settled_by_id in ${staff}`);
		await tx.execute(
			sql`delete from legs using calls where calls.pbx_id = any(${idArray(pbxIds)}) and call_id = calls.id and call_started_at = started_at`,
		);
		await tx.execute(
			sql`delete from recordings using calls where calls.pbx_id = any(${idArray(pbxIds)}) and call_id = calls.id and call_started_at = calls.started_at`,
		);
		await tx.execute(sql`delete from merged_calls where into_call_id in ${ours}`);
		await tx.execute(sql`delete from calls where pbx_id = any(${idArray(pbxIds)})`);
		await tx.execute(sql`delete from pbx_events where pbx_id = any(${idArray(pbxIds)})`);
		await tx.execute(sql`update calls set contact_id = null, contact_chosen = false where contact_id in ${people}`);
		await tx.execute(sql`update obligations set contact_id = null where contact_id in ${people}`);
		await tx.execute(sql`delete from notes where user_id in ${staff}`);
		await tx.execute(sql`update contacts set company_id = null where company_id in ${people}`);
		await tx.execute(sql`update contacts set owner_id = null where owner_id in ${staff}`);
		await tx.execute(sql`delete from contacts where demo`);
		await tx.execute(sql`delete from pbxs where id = any(${idArray(pbxIds)})`);
		await tx.execute(sql`delete from users where demo`);
		await tx.execute(sql`update users set extension = null where extension = ${adminExtension} and role = 'admin'`);
	});
}

/** Marks people who were made for the demo. */
export async function markAsDemo(database: Database, userIds: readonly string[]): Promise<void> {
	await database.ui
		.update(users)
		.set({ demo: true })
		.where(sql`${users.id} = any(${idArray(userIds)})`);
}

function idArray(ids: readonly string[]) {
	return sql`${`{${ids.join(",")}}`}::uuid[]`;
}

async function insert<T extends PgTable>(tx: Transaction, table: T, rows: readonly T["$inferInsert"][]): Promise<void> {
	for (let from = 0; from < rows.length; from += chunk) await tx.insert(table).values(rows.slice(from, from + chunk));
}

function monthsOf(moments: readonly Date[]): Date[] {
	const firsts = new Set(moments.map((moment) => Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), 1)));
	return [...firsts].map((first) => new Date(first));
}

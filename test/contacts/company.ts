import { sql } from "drizzle-orm";
import pino from "pino";
import { callId, newId } from "../../db/id.ts";
import { users } from "../../db/schema/access.ts";
import { calls } from "../../db/schema/calls.ts";
import { pbxs } from "../../db/schema/company.ts";
import { obligations } from "../../db/schema/obligations.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createContacts } from "../../server/contacts/contacts.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import type { CallsByIds } from "../../server/contacts/timeline.ts";
import { createEventBus } from "../../server/events.ts";
import type { Role } from "../../server/protocol/basics.ts";
import { ContactInput } from "../../server/protocol/contact.ts";
import type { Settings } from "../../server/protocol/settings.ts";
import { testDatabase } from "../support/database.ts";

const kyiv: Settings = {
	...standardSettings("UA"),
	companyName: "Степ",
	areaCode: "44",
	workingHours: Array.from({ length: 7 }, () => ({ from: 540, to: 1080 })),
	processWithinMinutes: 60,
	callBackWithinMinutes: 20,
	conversationSeconds: 10,
	refusalReasons: ["дорого"],
	commentTemplates: [],
};

/** A company of its own in a database of its own, with a clock that the test moves. */
export async function openCompany() {
	const { database, url, drop } = await testDatabase();
	const clock = { now: Date.UTC(2026, 10, 22, 10, 0) };
	const told: string[] = [];
	const bus = createEventBus((_name, _kind, error) => {
		throw error;
	});
	bus.on("contact.changed", "test", ({ contactId }) => void told.push(contactId));
	const log = pino({ level: "silent" });
	const contacts = createContacts({ database, settings: () => kyiv, bus, now: () => clock.now, log });
	const matcher = createMatcher({ settings: () => kyiv });
	const pbxId = newId();
	await database.ui.insert(pbxs).values({
		id: pbxId,
		name: "office",
		host: "127.0.0.1",
		port: 5038,
		eventsUsername: "dzvin",
		eventsSecretSealed: "",
		extensionPattern: "^\\d{3}$",
	});

	async function hire(name: string, role: Role = "agent", extension: string | null = null) {
		const id = newId();
		await database.ui.insert(users).values({ id, name, role, extension, email: `${id}@example.com` });
		return { id, name, role, extension, sessionId: newId() };
	}
	const olena = await hire("Олена", "agent", "101");

	interface CallGiven {
		readonly contactId?: string | null;
		readonly chosen?: boolean;
		readonly spoken?: boolean;
	}
	let family = 0;
	/** A call of this number that began at `at`, and its obligation. */
	async function ring(number: string | null, at: Date, given: CallGiven = {}): Promise<string> {
		family += 1;
		const linkedId = `1790000000.${family}`;
		const id = callId(pbxId, linkedId, at.getTime());
		await database.ui.insert(calls).values({
			id,
			startedAt: at,
			pbxId,
			linkedId,
			direction: "inbound",
			outcome: given.spoken ? "answered" : "missed",
			number,
			rawNumber: number ?? "",
			callerName: "",
			did: "0442345678",
			answeredAt: given.spoken ? at : null,
			endedAt: at,
			contactId: given.contactId ?? null,
			contactChosen: given.chosen ?? false,
		});
		await database.ui.insert(obligations).values({
			id: newId(),
			kind: "missed",
			callId: id,
			callStartedAt: at,
			number,
			openedAt: at,
			dueAt: at,
		});
		return id;
	}

	async function contactOf(call: string): Promise<string | null> {
		const { rows } = await database.ui.execute<{ contact_id: string | null; owed: string | null }>(sql`
			select c.contact_id, o.contact_id as owed from calls c join obligations o on o.call_id = c.id where c.id = ${call}`);
		if (rows[0]?.contact_id !== rows[0]?.owed)
			throw new Error("The obligation belongs to somebody else than its call.");
		return rows[0]?.contact_id ?? null;
	}

	return {
		database,
		url,
		contacts,
		matcher,
		bus,
		clock,
		told,
		olena,
		hire,
		ring,
		contactOf,
		drop,
		/** A contact with these numbers, made now. */
		meet: (name: string, ...numbers: string[]) =>
			contacts.create(ContactInput.parse({ name, numbers: numbers.map((raw) => ({ raw })) }), olena),
		keep: (id: string, ...numbers: string[]) => contacts.patch(id, { numbers: numbers.map((raw) => ({ raw })) }, olena),
		whoCalls: (raw: string, at = new Date(clock.now), withheld = false) =>
			matcher.resolve(database.ingest, { raw, withheld }, at),
		pass: (days: number) => {
			clock.now += days * 86_400_000;
			return new Date(clock.now);
		},
	};
}
export type Company = Awaited<ReturnType<typeof openCompany>>;

/** Calls as the timeline needs them, without what stands on their other pages. */
export const plainCalls: CallsByIds = async (db, ids) => {
	const { rows } = await db.execute<{ id: string; number: string | null; at: string; linked_id: string }>(sql`
		select id, number, started_at as at, linked_id from calls where id = any(${sql.param([...ids])}::uuid[])`);
	return rows.map((row) => ({
		id: row.id,
		pbx: "office",
		linkedId: row.linked_id,
		direction: "inbound",
		outcome: "missed",
		number: row.number,
		rawNumber: row.number ?? "",
		callerName: "",
		did: "",
		queue: null,
		ivr: "",
		startedAt: new Date(row.at).toISOString(),
		answeredAt: null,
		endedAt: null,
		ringSeconds: 0,
		talkSeconds: 0,
		contact: null,
		owner: null,
		legs: [],
		recordings: [],
		disposition: null,
		obligation: null,
		recovered: false,
		interrupted: false,
	}));
};

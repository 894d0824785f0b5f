import { connectDatabase } from "../../db/connect.ts";
import { callId, newId } from "../../db/id.ts";
import type { CallChange, CallFacts, CallLeg } from "../../server/calls/call-change.ts";
import { readCalls } from "../../server/calls/queries.ts";
import { createRecorder, type Recorder } from "../../server/calls/record.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import { createEventBus, type DomainEvents, type EventBus } from "../../server/events.ts";
import type { Person } from "../../server/http.ts";
import { reconcileMissed } from "../../server/obligations/missed.ts";
import { obligationsOfCalls } from "../../server/obligations/read.ts";
import type { Role } from "../../server/protocol/basics.ts";
import type { Settings } from "../../server/protocol/settings.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** Monday 2026-11-16, 10:00 in Kyiv: a working hour. */
export const monday = Date.parse("2026-11-16T08:00:00Z");

/** A company with a PBX, three agents and a supervisor, whose calls are stored by the real recorder. */
export interface Company extends TestDatabase {
	readonly pbxId: string;
	readonly bus: EventBus;
	readonly recorder: Recorder;
	readonly settings: () => Settings;
	/** What the bus told, in order. */
	readonly told: { kind: keyof DomainEvents; event: DomainEvents[keyof DomainEvents] }[];
	person(name: string, role: Role, extension: string | null): Promise<Person>;
	contact(name: string, numbers: readonly string[], owner?: Person): Promise<string>;
	/** Stores changes as one batch. */
	record(...changes: (CallFacts | CallChange)[]): Promise<void>;
	/** Another PBX of the company. */
	secondPbx(): Promise<string>;
	idOf(call: Pick<CallFacts, "family" | "startedAt">): string;
	rows(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** `road`: the connection string that the recorder uses instead of the direct one. */
export async function openCompany(
	change: Partial<Settings> = {},
	road: (url: string) => Promise<string> = async (url) => url,
): Promise<Company> {
	const test = await testDatabase();
	const { database } = test;
	const pool = database.pools.ui;
	const company = { ...standardSettings("UA"), ...change };
	const settings = () => company;
	const addPbx = async (name: string) => {
		const id = newId();
		await pool.query(
			`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
			values ($1, $2, '127.0.0.1', 5038, 'dzvin', '', '^\\d{3}$')`,
			[id, name],
		);
		return id;
	};
	const pbxId = await addPbx("office");
	await pool.query("select make_month('2026-10-15'), make_month('2026-11-15'), make_month('2026-12-15')");
	const told: Company["told"] = [];
	const bus = createEventBus((_listener, _kind, error) => {
		throw error;
	});
	for (const kind of [
		"call.saved",
		"call.superseded",
		"call.contact",
		"obligation.opened",
		"obligation.settled",
	] as const) {
		bus.on(kind, "test", (event) => void told.push({ kind, event }));
	}
	const recording = connectDatabase(await road(test.url), () => {});
	const matcher = createMatcher({ settings });
	const recorder = createRecorder({
		database: recording,
		bus,
		settings,
		resolve: (caller, at) => matcher.resolve(recording.ingest, caller, at),
		obligations: { reconcileMissed, forCalls: (db, ids, known) => obligationsOfCalls(db, readCalls, ids, known) },
		log: { warn: () => {}, error: () => {} },
	});
	return {
		...test,
		async drop() {
			await recording.close();
			await test.drop();
		},
		pbxId,
		bus,
		recorder,
		settings,
		told,
		async person(name, role, extension) {
			const id = newId();
			await pool.query("insert into users (id, name, email, role, extension) values ($1, $2, $3, $4, $5)", [
				id,
				name,
				`${id}@example.com`,
				role,
				extension,
			]);
			return { id, name, role, extension, sessionId: newId() };
		},
		async contact(name, numbers, owner) {
			const id = newId();
			await pool.query("insert into contacts (id, name, search, owner_id) values ($1, $2, $2, $3)", [
				id,
				name,
				owner?.id ?? null,
			]);
			for (const number of numbers) {
				await pool.query("insert into contact_numbers (id, contact_id, e164, raw) values ($1, $2, $3, $3)", [
					newId(),
					id,
					number,
				]);
			}
			bus.emit("contact.changed", { contactId: id });
			return id;
		},
		async record(...changes) {
			await recorder.record({
				pbxId,
				changes: changes.map((one) => ("kind" in one ? one : { kind: "changed", call: one })),
				receivedAt: () => 1,
			});
			await recorder.idle();
		},
		secondPbx: () => addPbx(newId()),
		idOf: ({ family, startedAt }) => callId(pbxId, family, startedAt),
		async rows(text, values = []) {
			return (await pool.query(text, values)).rows;
		},
	};
}

let made = 0;

/** An inbound call of one client that rings nobody yet; `given` says what is different. */
export function call(given: Partial<CallFacts> = {}): CallFacts {
	const startedAt = given.startedAt ?? monday;
	return {
		family: `${Math.floor(startedAt / 1000)}.${++made}`,
		startedAt,
		direction: "inbound",
		outcome: "ringing",
		rawNumber: "0501234567",
		withheld: false,
		callerName: "",
		did: "0441112233",
		queue: null,
		answeredAt: null,
		endedAt: null,
		ringMs: 0,
		talkMs: 0,
		legs: [],
		recordings: [],
		ivr: "",
		interrupted: false,
		recovered: false,
		...given,
	};
}

export function leg(extension: string, rangAt: number, given: Partial<CallLeg> = {}): CallLeg {
	return {
		index: 0,
		extension,
		outside: false,
		placed: false,
		rangAt,
		answeredAt: null,
		leftAt: null,
		result: null,
		...given,
	};
}

const second = 1000;

/** The client waits ten seconds at this extension, then the call is what `how` says. */
export function ended(
	how: "answered" | "missed",
	extension: string,
	given: Partial<CallFacts> & { readonly talk?: number } = {},
): CallFacts {
	const { talk = 60, ...rest } = given;
	const base = call(rest);
	const rang = base.startedAt + second;
	const up = rang + 10 * second;
	const end = how === "answered" ? up + talk * second : up;
	return {
		...base,
		outcome: base.direction === "outbound" && how === "missed" ? "no-answer" : how,
		answeredAt: how === "answered" ? up : null,
		endedAt: end,
		ringMs: 10 * second,
		talkMs: how === "answered" ? talk * second : 0,
		legs: rest.legs ?? [
			leg(extension, rang, {
				answeredAt: how === "answered" || base.direction === "outbound" ? up : null,
				leftAt: end,
				result: how === "answered" ? "answered" : "no-answer",
			}),
		],
	};
}

import {
	admin,
	call,
	contact,
	idOf,
	iso,
	leg,
	obligation,
	oleh,
	olena,
	petro,
} from "../../agent-client/src/model/fixtures.ts";
import type { Call } from "../../server/protocol/call.ts";
import type { Contact, TimelineItem } from "../../server/protocol/contact.ts";
import type { Obligation } from "../../server/protocol/obligation.ts";
import type { Settings } from "../../server/protocol/settings.ts";
import type { User } from "../../server/protocol/user.ts";
import type { WrapUp } from "../../server/protocol/wrap-up.ts";

/** A small company for the stand-in server: enough that every screen has something to show. */

const minute = 60_000;
const hour = 60 * minute;

export function settings(): Settings {
	const day = { from: 540, to: 1080 };
	return {
		companyName: "ТОВ «Дзвін»",
		country: "UA",
		areaCode: "44",
		timeZone: "Europe/Kyiv",
		currency: "UAH",
		workingHours: [day, day, day, day, day, null, null],
		processWithinMinutes: 60,
		callBackWithinMinutes: 20,
		escalateToTeamMinutes: 15,
		escalateToSupervisorMinutes: 30,
		claimMinutes: 15,
		conversationSeconds: 10,
		refusalReasons: ["Дорого", "Немає в наявності", "Обрав конкурента", "Передумав", "Інше"],
		commentTemplates: ["Надіслати пропозицію", "Передзвонити завтра", "Чекає на рахунок", "Не той номер"],
		breakReasons: ["Обід", "Навчання", "Інше"],
		wrapUp: { mode: "optional", seconds: 60, queues: [] },
		wrapUpExtensions: 3,
	};
}

export function users(): User[] {
	const base = { active: true, createdAt: iso(Date.now() - 9e9) };
	return [
		{ ...base, ...admin, email: "admin@example.com", role: "admin", extension: "100" },
		{ ...base, ...olena, email: "olena@example.com", role: "agent", extension: "101" },
		{ ...base, ...petro, email: "petro@example.com", role: "agent", extension: "102" },
		{ ...base, ...oleh, email: "oleh@example.com", role: "supervisor", extension: "103" },
		{
			...base,
			id: idOf(4),
			name: "Ірина Старенко",
			email: "iryna@example.com",
			role: "agent",
			extension: null,
			active: false,
		},
	];
}

export function contacts(): Contact[] {
	const number = (n: number, e164: string, label = "") => ({
		id: idOf(3100 + n),
		e164,
		raw: e164,
		extension: "",
		label,
		validFrom: null,
		validTo: null,
	});
	return [
		contact(1, { numbers: [number(1, "+380671234567", "мобільний"), number(2, "+380443334455", "робочий")] }),
		contact(2, {
			name: "Шевченко Тарас",
			company: { id: idOf(2998), name: "ТОВ «Кобза»" },
			status: "new",
			owner: olena,
			tags: [],
			numbers: [number(3, "+380501112233")],
		}),
		contact(3, {
			name: "Ковальчук Ірина",
			company: null,
			status: "client",
			owner: olena,
			birthday: null,
			numbers: [number(4, "+380631234500")],
		}),
		contact(4, {
			name: "Бондар Іван",
			company: null,
			status: "refused",
			owner: null,
			tags: [],
			numbers: [number(5, "+380971234511")],
		}),
		contact(5, {
			name: "Müller & Söhne GmbH",
			kind: "company",
			company: null,
			status: "not_client",
			owner: oleh,
			tags: ["постачальник"],
			region: "Berlin",
			birthday: null,
			numbers: [number(6, "+4930123456789")],
		}),
		contact(6, {
			name: "Дуже-Довгопрізвищенко-Незакінченний Олександр-Максиміліан Владиславович молодший, директор з розвитку",
			company: {
				id: idOf(2997),
				name: "Товариство з обмеженою відповідальністю «Найдовша назва компанії у всьому довіднику»",
			},
			status: "in_work",
			numbers: [number(7, "+380991234522")],
		}),
	];
}

function past(n: number, ago: number, of: Contact | null, part: Partial<Call> = {}): Call {
	const startedAt = Date.now() - ago;
	const talk = part.talkSeconds ?? 130;
	const number = of?.numbers[0]?.e164 ?? "+380661112200";
	return call(n, {
		startedAt: iso(startedAt),
		answeredAt: talk > 0 ? iso(startedAt + 8000) : null,
		endedAt: iso(startedAt + 8000 + talk * 1000),
		outcome: talk > 0 ? "answered" : "missed",
		ringSeconds: 8,
		talkSeconds: talk,
		contact: of ? { id: of.id, name: of.name } : null,
		owner: of?.owner ?? null,
		number,
		rawNumber: number,
		legs: [leg({ answeredAt: talk > 0 ? iso(startedAt + 8000) : null, result: talk > 0 ? "answered" : "no-answer" })],
		...part,
	});
}

/** Calls of the last days, newest first; some processed, some owed. */
export function calls(people: readonly Contact[]): Call[] {
	const [ivanenko, shevchenko, kovalchuk, bondar, muller, long] = people;
	const done = (n: number, by = olena): NonNullable<Call["disposition"]> => ({
		id: idOf(5000 + n),
		status: "in_work",
		comment: "Надіслати договір і передзвонити у вівторок.",
		refusalReason: null,
		amount: null,
		currency: null,
		nextContactAt: null,
		by,
		at: iso(Date.now()),
	});
	const ready = { state: "ready", seconds: 8, bytes: 64_044, url: "/api/calls/1/recordings/0" } as const;
	const owed = (n: number, overdue = false) => ({
		id: idOf(4000 + n),
		dueAt: iso(Date.now() + (overdue ? -hour : hour)),
		settledAt: null,
	});
	const list: Call[] = [
		past(1, 12 * minute, ivanenko ?? null, { recordings: [ready], obligation: owed(1) }),
		past(2, 25 * minute, null, {
			direction: "outbound",
			outcome: "no-answer",
			talkSeconds: 0,
			queue: null,
			obligation: owed(2),
		}),
		past(3, 41 * minute, kovalchuk ?? null, {
			talkSeconds: 341,
			recordings: [{ ...ready, state: "expected", seconds: null }],
			disposition: {
				...done(3),
				status: "bought",
				amount: "12500.00",
				currency: "UAH",
				comment: "Оплатила рахунок, чекає на доставку.",
			},
		}),
		past(4, 63 * minute, shevchenko ?? null, { talkSeconds: 0, obligation: owed(4, true) }),
		past(5, 95 * minute, bondar ?? null, {
			talkSeconds: 48,
			recordings: [{ ...ready, state: "empty", seconds: 0 }],
			disposition: {
				...done(5),
				status: "refused",
				refusalReason: "Дорого",
				comment: "Каже, що в конкурентів дешевше.",
			},
		}),
		past(6, 130 * minute, muller ?? null, {
			talkSeconds: 20,
			queue: null,
			disposition: { ...done(6), status: "not_client", comment: "Пропонують послуги." },
		}),
		past(7, 150 * minute, long ?? null, {
			talkSeconds: 77,
			obligation: owed(7, true),
			queue: "Технічна підтримка другого рівня для корпоративних клієнтів",
		}),
		past(8, 26 * hour, ivanenko ?? null, {
			talkSeconds: 210,
			disposition: done(8, oleh),
			recordings: [{ ...ready, state: "missing" }],
		}),
		past(9, 28 * hour, ivanenko ?? null, {
			talkSeconds: 0,
			obligation: { ...owed(9), settledAt: iso(Date.now() - 27.8 * hour) },
		}),
		past(10, 50 * hour, ivanenko ?? null, {
			direction: "outbound",
			talkSeconds: 65,
			disposition: done(10),
			recordings: [{ ...ready, state: "denied" }],
			interrupted: true,
		}),
	];
	return list;
}

export function obligations(of: readonly Call[]): Obligation[] {
	const open = of.filter((one) => one.obligation && one.obligation.settledAt === null);
	return open.map((one, index) =>
		obligation(index + 1, {
			id: one.obligation?.id ?? idOf(4900 + index),
			call: one,
			kind: one.outcome === "missed" ? "missed" : "call",
			assignee: one.outcome === "missed" ? null : olena,
			dueAt: one.obligation?.dueAt ?? one.startedAt,
			overdue: new Date(one.obligation?.dueAt ?? 0).getTime() < Date.now(),
			times: one.outcome === "missed" ? 3 : 1,
			...(one.outcome === "missed" && new Date(one.obligation?.dueAt ?? 0).getTime() < Date.now()
				? { escalatedTo: "supervisor" as const, escalatedAt: iso(Date.now() - 20 * minute), leftSeconds: 0 }
				: {}),
		}),
	);
}

export function timeline(contactId: string, of: readonly Call[]): TimelineItem[] {
	const now = Date.now();
	const items: TimelineItem[] = of
		.filter((one) => one.contact?.id === contactId)
		.map((one) => ({ kind: "call", id: one.id, at: one.startedAt, call: one }));
	items.push(
		{
			kind: "note",
			id: idOf(6001),
			at: iso(now - 25 * hour),
			by: petro,
			text: "Просить дзвонити після обіду.\nЦікавиться знижкою від 10 штук.",
		},
		{
			kind: "task",
			id: idOf(6002),
			at: iso(now - 26.5 * hour),
			by: olena,
			title: "Передзвонити щодо договору",
			doneAt: null,
		},
		{ kind: "change", id: idOf(6003), at: iso(now - 27 * hour), by: oleh, field: "owner", from: null, to: petro.name },
		{
			kind: "change",
			id: idOf(6004),
			at: iso(now - 51 * hour),
			by: olena,
			field: "status",
			from: "new",
			to: "in_work",
		},
		{ kind: "change", id: idOf(6005), at: iso(now - 52 * hour), by: olena, field: "created", from: null, to: null },
	);
	return items.sort((a, b) => b.at.localeCompare(a.at));
}

/** One second of an 8 kHz tone as WAV, repeated `seconds` times. */
export function tone(seconds: number): Buffer {
	const rate = 8000;
	const data = Buffer.alloc(rate * seconds * 2);
	for (let i = 0; i < rate * seconds; i++) {
		const swell = Math.abs(Math.sin((i / rate) * 1.7)) * (0.3 + 0.7 * Math.abs(Math.sin((i / rate) * 5)));
		data.writeInt16LE(Math.round(Math.sin((i / rate) * 2 * Math.PI * 440) * 12_000 * swell), i * 2);
	}
	const head = Buffer.alloc(44);
	head.write("RIFF", 0);
	head.writeUInt32LE(36 + data.length, 4);
	head.write("WAVEfmt ", 8);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(rate, 24);
	head.writeUInt32LE(rate * 2, 28);
	head.writeUInt16LE(2, 32);
	head.writeUInt16LE(16, 34);
	head.write("data", 36);
	head.writeUInt32LE(data.length, 40);
	return Buffer.concat([head, data]);
}

/** What of a history the query asks for. */
export function historyFor(items: readonly TimelineItem[], asked: URLSearchParams): TimelineItem[] {
	const kinds = asked.get("kinds");
	const written = asked.get("q") ?? "";
	const from = asked.get("from") ?? "";
	return items.filter(
		(item) => (!kinds || item.kind === kinds) && item.at >= from && JSON.stringify(item).includes(written),
	);
}

/** By which lines and queues these calls came. */
export const ways = (some: readonly Call[]) => ({
	lines: [...new Set(some.map(({ did }) => did))].filter(Boolean),
	queues: [...new Set(some.flatMap(({ queue }) => queue ?? []))],
});

/** True when a call came by the line and queue that are asked for. */
export const cameBy = (one: Call, asked: URLSearchParams) =>
	(!asked.get("did") || one.did === asked.get("did")) && (!asked.get("queue") || one.queue === asked.get("queue"));

/** How many rows the tabs of the call-back list have. */
export function callBackTabs(duties: readonly Obligation[], asked: URLSearchParams) {
	const shown = duties.filter((duty) => duty.kind === "missed" && cameBy(duty.call, asked));
	const count = (which: (duty: Obligation) => boolean) => shown.filter(which).length;
	return {
		open: shown.length,
		mine: count((duty) => duty.claimedBy !== null),
		escalated: count((duty) => duty.escalatedTo !== null),
		closed: 0,
	};
}

export const tasks = () => [
	{
		id: idOf(8001),
		title: "Передзвонити щодо договору",
		dueAt: iso(Date.now() - 600_000),
		doneAt: null,
		contact: { id: idOf(2001), name: "Іваненко Олена Петрівна" },
	},
	{
		id: idOf(8002),
		title: "Надіслати рахунок",
		dueAt: iso(Date.now() + 86_400_000),
		doneAt: null,
		contact: { id: idOf(2003), name: "Ковальчук Ірина" },
	},
];

/** Whose numbers look like any other. */
export const similar = () =>
	contacts()
		.slice(0, 3)
		.map(({ id, name, numbers }) => ({ id, name, number: numbers[0]?.e164 ?? "" }));

/** Time may be added twice. */
export const moreTime = (one: WrapUp): WrapUp => ({
	...one,
	until: iso(Date.parse(one.until ?? "") + 30_000),
	extended: one.extended + 1,
	extendable: one.extended === 0,
});

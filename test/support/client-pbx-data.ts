import { call, idOf, iso, leg, oleh, olena, petro } from "../../agent-client/src/model/fixtures.ts";
import type { Call } from "../../server/protocol/call.ts";
import type { Observed } from "../../server/protocol/observed.ts";
import type { Pbx } from "../../server/protocol/pbx.ts";
import { type Sentence, say } from "../../server/protocol/sentences.ts";

/** A small company for the stand-in server: enough that every screen has something to show. */

const minute = 60_000;
const hour = 60 * minute;

export function observed(empty = false): Observed {
	const now = Date.now();
	return {
		pbx: { id: idOf(7001), name: "Office" },
		since: iso(now - 30 * 24 * 60 * minute),
		until: iso(now - 1000),
		journal: empty
			? null
			: { kind: "cel-csv", readAt: iso(now - minute), newest: iso(now - 2 * minute), problem: null },
		daily: empty
			? null
			: { at: iso(now - 10 * minute), families: 132, calls: 132, external: 120, obligations: 120, missing: 0 },
		windows: empty
			? []
			: [
					{
						...{ id: idOf(7101), from: iso(now - 3 * minute), to: null, cause: "link-lost" },
						...{ recovered: 0, reconciledAt: null },
					},
					{
						...{ id: idOf(7102), from: iso(now - 90 * minute), to: iso(now - 80 * minute), cause: "server-stopped" },
						...{ recovered: 3, reconciledAt: iso(now - 80 * minute) },
					},
				],
	};
}

export function pbxs(): Pbx[] {
	return [
		{
			id: idOf(7001),
			name: "Office",
			host: "10.0.0.2",
			port: 5038,
			tls: false,
			events: { username: "dzvin" },
			control: { username: "dzvin-control" },
			extensionPattern: "^\\d{2,5}$",
			dial: { context: null, channel: null },
			recordings: { root: "/var/spool/asterisk/monitor" },
			history: { kind: "cel-csv", path: "/var/log/asterisk/cel-custom/Master.csv" },
			demo: false,
			state: "login-refused",
			problem: refused.message,
			said: refused.said,
			since: iso(Date.now() - 3 * minute),
			stanzas: {
				events:
					"[dzvin]\nsecret = vQk2…\ndeny = 0.0.0.0/0.0.0.0\npermit = 10.0.0.5/255.255.255.255\nread = system,call,agent,user,dialplan,cdr,dtmf\nwritetimeout = 60000",
				control:
					"[dzvin-control]\nsecret = 8sLd…\ndeny = 0.0.0.0/0.0.0.0\npermit = 10.0.0.5/255.255.255.255\nwrite = originate\nwritetimeout = 60000",
			},
		},
	];
}

const refused = say("login.refused", { where: "10.0.0.2:5038", user: "dzvin", reason: "Authentication failed" });

/** What the doctor found: one of each kind. */
export function findings() {
	const finding = (level: string, code: string, message: Sentence, mend: Sentence | null) => ({
		level,
		code,
		message: message.message,
		mend: mend?.message ?? null,
		said: { message: message.said, mend: mend?.said ?? null },
	});
	const line = "write = reporting";
	const command = 'asterisk -rx "manager reload"';
	return [
		finding("ok", "port", say("doctor.port", { where: "10.0.0.2:5038" }), null),
		finding(
			"error",
			"login-refused",
			say("doctor.login-refused", { user: "dzvin", reason: "Authentication failed" }),
			say("mend.login", { place: "[dzvin]", line: "permit = <address>/255.255.255.255", command }),
		),
		finding(
			"warning",
			"write",
			say("doctor.write-more", { classes: "command" }),
			say("mend.manager", { place: "[dzvin]", line, command }),
		),
		finding("warning", "recordings", say("doctor.no-recordings", {}), say("mend.recordings", { line: "/var/spool" })),
	];
}

export function floor({ calls: known, pbxs: links, floor: proof }: { calls: Call[]; pbxs: Pbx[]; floor: string }) {
	const now = Date.now();
	const busy = links.length > 0;
	const calls = busy
		? [
				call(801, { startedAt: iso(now - 40_000), number: "+380931112233", legs: [leg({ user: olena })] }),
				call(802, {
					...{ startedAt: iso(now - 300_000), answeredAt: iso(now - 280_000), outcome: "talking" },
					...{
						contact: known[0]?.contact ?? null,
						legs: [leg({ user: petro, extension: "102", answeredAt: iso(now) })],
					},
				}),
			]
		: [];
	const seen = { contact: null, number: "+380671234567", queue: "Продажі", rangAt: iso(now - hour) };
	const items = busy
		? [
				{ ...seen, id: idOf(9001), callId: idOf(1801), user: petro, extension: "102", cause: "not-acknowledged" },
				{ ...seen, id: idOf(9002), callId: idOf(1802), user: oleh, extension: "103", cause: "not-connected" },
			].map((one, n) => ({
				...{ ...one, noticedAt: one.rangAt },
				...(n === 0 ? { seenAt: one.rangAt, seenBy: olena } : { seenAt: null, seenBy: null }),
			}))
		: [];
	const file = "/var/log/asterisk/cel-custom/Master.csv";
	const mended = say("mend.paste", { line: `setfacl -m u:$(id -un):r ${file}` });
	const unread = proof === "unproven" ? [say("journal.unreadable", { file, reason: "EACCES" }), mended] : [];
	const counted = iso(now - (proof === "unproven" ? 5 : 0.5) * hour);
	const daily = { at: counted, families: 214, calls: 214, external: 190, obligations: 190, missing: 0 };
	const late = (user: { id: string; name: string } | null, n: number, missed: number) => ({
		...{ user, calls: n, missed, oldest: iso(now - 5 * hour) },
	});
	return {
		calls,
		figures: {
			missed: busy ? { open: 3, oldest: iso(now - 2 * hour) } : { open: 0, oldest: null },
			escalated: busy ? { open: 1, oldest: iso(now - 2 * hour) } : { open: 0, oldest: null },
			reached: busy ? { count: 12, median: 540 } : { count: 0, median: null },
			unprocessed: busy ? { open: 7, oldest: iso(now - 26 * hour) } : { open: 0, oldest: null },
			overdue: busy ? [late(olena, 4, 1), late(null, 0, 2)] : [],
			unseen: { count: items.length, items },
			paint: busy ? { count: 214, p50: 48, p95: 130 } : { count: 0, p50: null, p95: null },
			links: links.map(({ id, name, state, problem, since }, n) => ({
				...{ id, name, state, problem, since, observedUntil: iso(now), gapsToday: n === 0 ? 0 : 2 },
				...{ blindSince: state === "connected" ? null : since, daily: n === 0 ? daily : null },
				...{ journalProblem: unread.map(({ message }) => message).join(" ") || null },
				journalSaid: unread.map(({ said }) => said),
			})),
		},
	};
}

import { readdirSync, readFileSync } from "node:fs";
import { readTrace } from "../../server/asterisk/trace.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { numberOf, rolesOf } from "../../server/calls/direction.ts";
import { linesOf } from "../../server/calls/lines.ts";
import { conversationsOf } from "../../server/calls/talk.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import type { ExpectedCall } from "../lab/scenario.ts";
import { type Book, rules } from "./fold.ts";

const folder = new URL("../traces/", import.meta.url);

/** A recorded scenario and what must be known of it. */
export interface Trace {
	readonly name: string;
	readonly title: string;
	readonly expected: readonly ExpectedCall[];
	readonly bytes: Buffer;
	readonly events: readonly PbxEvent[];
}

/** Every trace that stands in test/traces. */
export function traces(): Trace[] {
	const names = readdirSync(folder).filter((name) => name.endsWith(".ami"));
	return names.sort().map((file) => {
		const name = file.slice(0, -".ami".length);
		const scenario = name.replace(/\.unnumbered$/, "");
		const bytes = readFileSync(new URL(file, folder));
		const { title, calls } = JSON.parse(readFileSync(new URL(`${scenario}.expected.json`, folder), "utf8"));
		return { name, title, expected: calls, bytes, events: readTrace(bytes) };
	});
}

/** Phones that ring within this time (ms) ring together, whatever order the network gave them. */
const TOGETHER = 500;

/** A call at its end in the words of an expected file. */
export function asExpected(book: Book, call: CallFacts): Required<ExpectedCall> {
	const people = new Map<string, CallFacts["legs"][number]>();
	for (const leg of call.legs) {
		const before = people.get(leg.extension);
		if (!before || leg.answeredAt !== null || before.answeredAt === null) people.set(leg.extension, leg);
	}
	const legs = [...people.values()];
	legs.sort((a, b) =>
		Math.abs(a.rangAt - b.rangAt) < TOGETHER ? Number(a.extension) - Number(b.extension) : a.index - b.index,
	);
	return {
		direction: call.direction,
		outcome: call.outcome as ExpectedCall["outcome"],
		number: call.direction === "internal" ? null : e164(call.rawNumber),
		did: call.did === "" ? null : call.did,
		queue: call.queue,
		legs: legs.map(({ extension, result }) => ({ extension, result: result ?? ("live" as "answered") })),
		answeredBy: spokeWithClient(book, call),
		talked: call.answeredAt !== null && call.talkMs > 0,
		recordings: call.recordings.length,
		callerName: call.callerName,
	};
}

/** Who of the company spoke with the client, in order; the facts keep only when somebody did. */
function spokeWithClient(book: Book, call: CallFacts): string[] {
	const family = book.state.families.byLink.get(call.family);
	const lines = family ? linesOf(family, rules) : [];
	const roles = family && rolesOf(family, lines, rules);
	if (!family || !roles) return [];
	const people = new Set<string>();
	for (const conversation of conversationsOf(family, lines)) {
		const withClient = conversation.lines.some((line) => roles.clients.has(line));
		if (!withClient && roles.direction !== "internal") continue;
		const spoke = conversation.lines.filter((line) => !roles.clients.has(line));
		const names = spoke.map((line) => (line.party.kind === "extension" ? line.party.extension : numberOf(line)));
		for (const name of names.sort()) people.add(name);
	}
	return [...people];
}

/** The few forms in which the lab's numbers come; `contacts/number` knows all of them and has its own tests. */
function e164(raw: string): string | null {
	if (raw === "") return null;
	if (raw.startsWith("00")) return `+${raw.slice(2)}`;
	const digits = raw.replace(/^\+/, "");
	if (digits.startsWith("380")) return `+${digits}`;
	if (digits.startsWith("80")) return `+3${digits}`;
	return digits.startsWith("0") ? `+38${digits}` : raw;
}

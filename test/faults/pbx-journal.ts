import type { CallFacts } from "../../server/calls/call-change.ts";

type CallDirection = CallFacts["direction"];
type CallOutcome = CallFacts["outcome"];

/** What the PBX's own journal tells of one contact with the outside, or inside; read without any code of the server's. */
export interface Contact {
	/** Every linked id that its channels ever had; the call has one of them. */
	readonly linkedIds: ReadonlySet<string>;
	readonly direction: CallDirection;
	/** Null: nobody can tell what became of it. */
	readonly outcome: CallOutcome | null;
}

interface Entry {
	readonly event: string;
	readonly context: string;
	readonly channel: string;
	readonly uniqueId: string;
	readonly linkedId: string;
	readonly numbers: readonly string[];
	readonly extra: Readonly<Record<string, unknown>>;
}

/** A journal of cel_custom (CSV): its contacts, and who called from outside, each as `number calls number`. */
export function readPbxJournal(text: string): { contacts: Contact[]; arrivals: string[] } {
	const entries = records(text).map(entryOf);
	return { contacts: contactsOf(entries), arrivals: entries.flatMap(arrivalOf).sort() };
}

function entryOf(fields: readonly string[]): Entry {
	const [event = "", , , number = "", , , dialled = "", exten = "", context = "", channel = ""] = fields;
	const [uniqueId = "", linkedId = "", , , , extra = ""] = fields.slice(14);
	return { event, context, channel, uniqueId, linkedId, numbers: [number, dialled, exten], extra: parsed(extra) };
}

/** Records of quoted fields (RFC 4180). */
function records(text: string): string[][] {
	const all: string[][] = [];
	let fields: string[] = [];
	for (const [, quoted, end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r?\n|$)/g)) {
		fields.push((quoted ?? "").replaceAll('""', '"'));
		if (end === ",") continue;
		all.push(fields);
		fields = [];
	}
	return all;
}

function parsed(extra: string): Readonly<Record<string, unknown>> {
	try {
		return JSON.parse(extra) ?? {};
	} catch {
		return {};
	}
}

/** Groups what shares a channel, a linked id, a conversation or a pick-up; waiting rooms tie nobody. */
function contactsOf(journal: readonly Entry[]): Contact[] {
	const parent = new Map<string, string>();
	const root = (node: string): string => {
		const above = parent.get(node) ?? node;
		if (above === node) return node;
		const top = root(above);
		parent.set(node, top);
		return top;
	};
	const tie = (one: string, other: string) => parent.set(root(one), root(other));
	const channelIds = new Map(journal.map(({ channel, uniqueId }) => [channel, uniqueId]));
	for (const entry of journal) {
		const { uniqueId, linkedId, extra } = entry;
		tie(`channel ${uniqueId}`, `link ${linkedId}`);
		if (isInTalk(entry)) tie(`channel ${uniqueId}`, `bridge ${extra.bridge_id}`);
		for (const name of [extra.pickup_channel, extra.channel2_name, extra.transferee_channel_name]) {
			const other = typeof name === "string" ? channelIds.get(name) : undefined;
			if (other) tie(`channel ${uniqueId}`, `channel ${other}`);
		}
	}
	const groups = Map.groupBy(journal, ({ uniqueId }) => root(`channel ${uniqueId}`));
	return [...groups.values()].map((entries) => {
		const direction = directionOf(entries);
		return {
			linkedIds: new Set(entries.map(({ linkedId }) => linkedId)),
			direction,
			outcome: outcomeOf(entries, direction),
		};
	});
}

const isTrunk = ({ channel }: Entry) => channel.startsWith("PJSIP/trunk-");
const isInTalk = ({ event, extra }: Entry) => event === "BRIDGE_ENTER" && extra.bridge_technology !== "holding_bridge";

function directionOf(entries: readonly Entry[]): CallDirection {
	// Click to call whose agent never picked up: the customer is only a number.
	const isOutside = entries.some((entry) => isTrunk(entry) || entry.numbers.some((one) => /^(\+|0)\d{8,}$/.test(one)));
	if (!isOutside) return "internal";
	return entries.some((entry) => arrivalOf(entry).length > 0) ? "inbound" : "outbound";
}

function outcomeOf(entries: readonly Entry[], direction: CallDirection): CallOutcome | null {
	const talking = entries.filter(isInTalk).filter(({ channel }) => channel.startsWith("PJSIP/"));
	const people = new Set(talking.map(({ uniqueId }) => uniqueId)).size;
	if (people > 1 && (direction === "internal" || talking.some(isTrunk))) return "answered";
	if (direction === "inbound") return "missed";
	const ends = entries.filter(({ event }) => event === "HANGUP");
	// The PBX was killed first.
	if (ends.length === 0) return null;
	// Click to call whose agent never picked up: nobody was called.
	if (direction === "outbound" && !entries.some(isTrunk)) return "failed";
	if (ends.some(({ extra }) => extra.dialstatus === "BUSY")) return "busy";
	// Q.850: no such number, no way there, out of order, no circuit, congestion.
	const failed = [1, 2, 3, 27, 34, 38, 42];
	const hasFailed = (end: Entry) => isTrunk(end) && failed.some((cause) => cause === end.extra.hangupcause);
	return ends.some(hasFailed) ? "failed" : "no-answer";
}

/** Somebody outside called; what the PBX itself sends out begins without a number. */
function arrivalOf({ event, context, channel, numbers: [from, , to] }: Entry): string[] {
	const arrived =
		event === "CHAN_START" && context === "from-trunk" && channel.startsWith("PJSIP/trunk-") && to !== "s";
	return arrived ? [`${from} calls ${to}`] : [];
}

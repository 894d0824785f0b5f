import type { PbxAccess } from "../../pbx-access.ts";
import { JournalProblem, type JournalReading } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import { error, type Finding, ok, warning } from "../finding.ts";
import { hasIndex } from "./cel-server.ts";
import { isWriteAhead, writeAhead } from "./cel-sqlite.ts";
import { neededColumns } from "./cel-table.ts";
import { journalOf } from "./history.ts";
import { mendIndex, nameOfTable } from "./server-problem.ts";

type History = NonNullable<PbxAccess["history"]>;

const hour = 3_600_000;
/** A PBX without a single call for that long is rare enough to be worth a look. */
const stale = 24 * hour;

/** Whether the PBX's own journal can be read, and how new it is. */
export async function examineJournal({ history }: PbxAccess, now: number): Promise<Finding[]> {
	if (history === null) return [warning("journal", say("journal.none-named"), say("mend.journal-name"))];
	try {
		const { newest, strange } = await lookInto(history, now);
		const name = "path" in history ? history.path : nameOfTable(history);
		return [
			...age(name, newest, now),
			...ahead(name, newest, now),
			...quotes(history, name, strange),
			...(await slow(history)),
			...limits(history),
		];
	} catch (problem) {
		if (!(problem instanceof JournalProblem)) throw problem;
		return [error("journal", problem.sentence, problem.mend)];
	}
}

/** Reads the last hour, and drops what it tells. */
const lookInto = (history: History, now: number): Promise<JournalReading> =>
	journalOf(history).read(now - hour, async () => {});

/** A PBX's clock, or its zone, that is off by more (ms) shows. */
const blur = 10 * 60_000;

function ahead(journal: string, newest: number | null, now: number): Finding[] {
	if (newest === null || newest - now < blur) return [];
	const minutes = Math.round((newest - now) / 60_000);
	const mend = say("mend.journal-clock", { command: "timedatectl set-ntp true" });
	return [error("journal-time", say("journal.ahead", { journal, minutes }), mend)];
}

async function slow(history: History): Promise<Finding[]> {
	if ("path" in history) return waits(history);
	if (await hasIndex(history)) return [];
	const told = say("journal.no-index", { journal: nameOfTable(history) });
	return [error("journal-index", told, say("mend.paste", { line: mendIndex(history) }))];
}

function limits(history: History): Finding[] {
	if (history.kind !== "cdr-csv") return [];
	return [warning("journal-poor", say("journal.poor"), say("mend.journal-use-cel"))];
}

const celSettings = "enable = yes, events = ALL, apps = dial,queue,park,confbridge,voicemail,pickup";

function age(journal: string, newest: number | null, now: number): Finding[] {
	if (newest === null) {
		return [warning("journal", say("journal.empty", { journal }), say("mend.journal-cel", { line: celSettings }))];
	}
	const hours = Math.floor((now - newest) / hour);
	const told = hours < 1 ? say("journal.fresh", { journal }) : say("journal.old", { journal, hours });
	return now - newest < stale ? [ok("journal", told)] : [warning("journal", told, say("mend.journal-test-call"))];
}

function quotes({ kind }: History, journal: string, count: number): Finding[] {
	if (count === 0) return [];
	return [error("journal-quotes", say("journal.strange-rows", { count, journal }), mendRows(kind))];
}

function mendRows(kind: History["kind"]) {
	switch (kind) {
		case "cel-csv":
			return say("mend.journal-cel-custom", { line: quoted });
		case "cdr-csv":
			return say("mend.journal-cdr", { line: "loguniqueid = yes" });
		default:
			return say("mend.journal-map", { columns: neededColumns });
	}
}

/** The columns in the order of the mapping that comes with Asterisk. */
const columns =
	"eventtype eventtime CALLERID(name) CALLERID(num) CALLERID(ANI) CALLERID(RDNIS) CALLERID(DNID) CHANNEL(exten) CHANNEL(context) CHANNEL(channame) CHANNEL(appname) CHANNEL(appdata) CHANNEL(amaflags) CHANNEL(accountcode) CHANNEL(uniqueid) CHANNEL(linkedid) BRIDGEPEER CHANNEL(userfield) userdeftype eventextra";
const quoted = `Master.csv => ${columns
	.split(" ")
	.map((column) => `\${CSV_QUOTE(\${${column}})}`)
	.join(",")}`;

function waits(history: History): Finding[] {
	if (history.kind !== "cel-sqlite" || isWriteAhead(history.path)) return [];
	return [warning("journal-lock", say("journal.waits"), say("mend.paste", { line: writeAhead(history.path) }))];
}

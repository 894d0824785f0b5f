import type { PbxAccess } from "../../pbx-access.ts";
import { JournalProblem } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import { type Finding, finding } from "../finding.ts";
import { hasIndex, mendIndex, nameOfTable } from "./cel-server.ts";
import { isWriteAhead, walOf } from "./cel-sqlite.ts";
import { journalOf } from "./history.ts";

const hour = 3_600_000;
/** A PBX without a single call for that long is rare enough to be worth a look. */
const stale = 24 * hour;

/** Whether the PBX's own journal can be read, and how new it is. */
export async function examineJournal({ history }: PbxAccess, now: number): Promise<Finding[]> {
	if (history === null) return [finding("warning", "journal", say("journal.none"), say("journal.name-one"))];
	try {
		const { newest, strange } = await journalOf(history).read(now - hour);
		const name = "path" in history ? history.path : nameOfTable(history);
		return [
			...age(name, newest, now),
			...ahead(name, newest, now),
			...quotes(history, name, strange),
			...(await slow(history)),
			...limits(history),
		];
	} catch (error) {
		if (!(error instanceof JournalProblem)) throw error;
		return [finding("error", "journal", error.told, error.mend)];
	}
}

/** A PBX's clock, or its zone, that is off by more (ms) shows. */
const blur = 10 * 60_000;

function ahead(name: string, newest: number | null, now: number): Finding[] {
	if (newest === null || newest - now < blur) return [];
	const message = say("journal.ahead", { name, minutes: Math.round((newest - now) / 60_000) });
	return [finding("error", "journal-time", message, say("journal.set-clock", { line: "timedatectl set-ntp true" }))];
}

async function slow(history: NonNullable<PbxAccess["history"]>): Promise<Finding[]> {
	if ("path" in history) return waits(history);
	if (await hasIndex(history)) return [];
	const message = say("journal.no-index", { name: nameOfTable(history) });
	return [finding("error", "journal-index", message, mendIndex(history))];
}

function limits(history: NonNullable<PbxAccess["history"]>): Finding[] {
	if (history.kind !== "cdr-csv") return [];
	return [finding("warning", "journal-poor", say("journal.poor"), say("journal.use-cel"))];
}

function age(name: string, newest: number | null, now: number): Finding[] {
	if (newest === null) {
		const line = "enable = yes, events = ALL, apps = dial,queue,park,confbridge,voicemail,pickup";
		return [
			finding("warning", "journal", say("journal.empty", { name }), say("journal.in-file", { file: "cel.conf", line })),
		];
	}
	const hours = Math.floor((now - newest) / hour);
	const message = hours < 1 ? say("journal.fresh", { name }) : say("journal.age", { name, hours });
	return now - newest < stale
		? [finding("ok", "journal", message, null)]
		: [finding("warning", "journal", message, say("journal.test-call"))];
}

function quotes({ kind }: NonNullable<PbxAccess["history"]>, name: string, strange: number): Finding[] {
	if (strange === 0) return [];
	const message = say("journal.strange", { count: strange, name });
	const mend =
		kind === "cel-csv"
			? say("journal.in-file", { file: "cel_custom.conf", line: quoted })
			: kind === "cdr-csv"
				? say("journal.in-file", { file: "cdr.conf [csv]", line: "loguniqueid = yes" })
				: say("journal.map-columns");
	return [finding("error", "journal-quotes", message, mend)];
}

/** The columns in the order of the mapping that comes with Asterisk. */
const columns =
	"eventtype eventtime CALLERID(name) CALLERID(num) CALLERID(ANI) CALLERID(RDNIS) CALLERID(DNID) CHANNEL(exten) CHANNEL(context) CHANNEL(channame) CHANNEL(appname) CHANNEL(appdata) CHANNEL(amaflags) CHANNEL(accountcode) CHANNEL(uniqueid) CHANNEL(linkedid) BRIDGEPEER CHANNEL(userfield) userdeftype eventextra";
const quoted = `Master.csv => ${columns
	.split(" ")
	.map((column) => `\${CSV_QUOTE(\${${column}})}`)
	.join(",")}`;

function waits(history: NonNullable<PbxAccess["history"]>): Finding[] {
	if (history.kind !== "cel-sqlite" || isWriteAhead(history.path)) return [];
	return [finding("warning", "journal-lock", say("journal.waits"), walOf(history.path))];
}

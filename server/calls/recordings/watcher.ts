import type { Pool } from "pg";
import type { EventBus } from "../../events.ts";
import type { Log } from "../log.ts";
import { inspect } from "./inspect.ts";
import { openRecording } from "./open-file.ts";

export type RecordingState = "expected" | "ready" | "empty" | "missing" | "denied" | "unplayable";

export interface WatcherDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly log: Log;
	/** Milliseconds between two looks. */
	readonly every?: number;
}

export interface RecordingWatcher {
	start(): void;
	/** Looks once at everything of the last `hours` whose time has come; says how many recordings that was. */
	look(hours?: number): Promise<number>;
	stop(): Promise<void>;
}

interface Row {
	readonly call_id: string;
	readonly started_at: Date;
	readonly index: number;
	readonly path: string;
	readonly root: string | null;
	readonly state: RecordingState;
	/** Size at the look before, null before the first. */
	readonly bytes: number | null;
	/** The file should be there by now. */
	readonly late: boolean;
}

interface Look {
	readonly state: RecordingState;
	readonly seconds: number | null;
	readonly bytes: number | null;
}

const atOnce = 50;
/** Files of older calls are looked for now and then only: where none ever comes there are many of them. */
const recentHours = 12;
const weekHours = 7 * 24;
const looksBetweenWeeks = 100;

/**
 * Which files to look at: their channel is gone. Often at first, then ever less: a file that has not come for an hour is
 * looked for every quarter of that time, for a week. 30 s after the end of the call a file that is not there is missing.
 */
const due = `
select r.call_id, r.call_started_at as started_at, r.index, r.path, r.state, r.bytes::double precision as bytes,
	p.recordings_root as root,
	coalesce(c.ended_at, r.started_at) < now() - interval '30 seconds' as late
from recordings r
join calls c on c.id = r.call_id and c.started_at = r.call_started_at
join pbxs p on p.id = c.pbx_id and p.active
where r.state in ('expected', 'missing', 'denied') and r.call_started_at > now() - make_interval(hours => $1)
	and c.started_at > now() - make_interval(hours => $1)
	and (p.recordings_root is not null or r.state = 'expected')
	and (r.closed or c.ended_at is not null)
	and (r.checked_at is null or r.checked_at < now() - least(
		greatest((now() - coalesce(c.ended_at, r.started_at)) / 4, interval '1 second'), interval '6 hours'))
order by r.checked_at nulls first
limit ${atOnce}`;

/** Finds out what became of the files of recordings, and tells when it changes. */
export function createRecordingWatcher({ pool, bus, log, every = 3_000 }: WatcherDeps): RecordingWatcher {
	let timer: NodeJS.Timeout | null = null;
	let running: Promise<unknown> | null = null;
	let looks = 0;

	async function look(hours = recentHours): Promise<number> {
		const { rows } = await pool.query<Row>({ name: "recordings-due", text: due, values: [hours] });
		for (const row of rows) {
			const found = await lookAt(row);
			await pool.query({
				name: "recording-looked-at",
				text: `update recordings set state = $4, seconds = $5, bytes = $6, checked_at = now()
where call_id = $1 and call_started_at = $2 and index = $3`,
				values: [row.call_id, row.started_at.toISOString(), row.index, found.state, found.seconds, found.bytes],
			});
			if (found.state !== row.state) bus.emit("recording.changed", { callId: row.call_id });
		}
		return rows.length;
	}

	function tick(): void {
		looks++;
		running = look(looks % looksBetweenWeeks === 1 ? weekHours : recentHours)
			.catch((error: unknown) => log.warn({ err: error }, "Recordings could not be looked at."))
			.finally(() => {
				running = null;
				if (timer !== null) timer = setTimeout(tick, every);
			});
	}

	return {
		look,
		start() {
			timer ??= setTimeout(tick, every);
		},
		async stop() {
			if (timer !== null) clearTimeout(timer);
			timer = null;
			await running;
		},
	};
}

/** Ready is a file whose size has not changed between two looks; its channel is gone already. */
async function lookAt({ root, path, bytes, late }: Row): Promise<Look> {
	const absent: Look = { state: late ? "missing" : "expected", seconds: null, bytes: null };
	if (root === null) return absent;
	const opened = await openRecording(root, path);
	if (opened === "missing") return absent;
	if (opened === "denied") return { ...absent, state: "denied" };
	try {
		const { size } = opened;
		if (size !== bytes) return { state: "expected", seconds: null, bytes: size };
		const found = await inspect(opened);
		if (found.state !== "playable") return { state: found.state, seconds: null, bytes: size };
		return { state: "ready", seconds: found.seconds, bytes: size };
	} finally {
		await opened.handle.close();
	}
}

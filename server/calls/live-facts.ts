import type { Runner } from "../../db/runner.ts";
import type { CallFacts, CallLeg, CallRecording } from "./call-change.ts";
import { reachedIn } from "./progress.ts";

type Row = Omit<CallFacts, "endedAt" | "legs" | "recordings"> & {
	readonly legs: readonly CallLeg[] | null;
	readonly recordings: readonly CallRecording[] | null;
	readonly progress: number;
};

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::double precision`;

/** Read once when the server begins to listen to a PBX; live calls are few and have an index of their own. */
const liveFacts = {
	name: "live-facts",
	text: `
select c.linked_id as family, ${milliseconds("c.started_at")} as "startedAt", c.direction, c.outcome,
	c.raw_number as "rawNumber", c.withheld, c.caller_name as "callerName", c.did, c.queue, c.ivr,
	${milliseconds("c.answered_at")} as "answeredAt", c.ring_ms as "ringMs", c.talk_ms as "talkMs",
	c.interrupted, c.recovered, c.progress::double precision as progress,
	(select json_agg(json_build_object('index', l.index, 'extension', l.extension, 'outside', l.outside, 'placed', l.placed,
			'rangAt', ${milliseconds("l.rang_at")}, 'answeredAt', ${milliseconds("l.answered_at")},
			'leftAt', ${milliseconds("l.left_at")}, 'result', l.result) order by l.index)
		from legs l where l.call_id = c.id and l.call_started_at = c.started_at) as legs,
	(select json_agg(json_build_object('path', r.path, 'startedAt', ${milliseconds("r.started_at")},
			'closed', r.closed) order by r.index)
		from recordings r where r.call_id = c.id and r.call_started_at = c.started_at) as recordings
from calls c where c.pbx_id = $1 and c.ended_at is null`,
};

/** What an earlier run of the server knew of the calls of this PBX that it left live. */
export async function readLiveFacts(db: Runner, pbxId: string): Promise<CallFacts[]> {
	const { rows } = await db.query<Row>({ ...liveFacts, values: [pbxId] });
	return rows.map(({ legs, recordings, progress, ...call }) => ({
		...call,
		unseen: { found: [], after: reachedIn(progress, call.startedAt) },
		endedAt: null,
		legs: legs ?? [],
		recordings: recordings ?? [],
	}));
}

import type { Pool } from "pg";
import type { Runner } from "../../db/runner.ts";
import type { App } from "../http.ts";
import { OwnFigures, OwnFiguresQuery } from "../protocol/call.ts";

/** No person has more calls in two days; it keeps the reading bounded whatever the data says. */
const mostCalls = 5_000;

/** The figures of one's own day: calls with clients that are over, in which the person has a leg. */
export function registerTodayRoute(app: App, { pool }: { readonly pool: Pool }): void {
	app.get(
		"/api/calls/today",
		{ schema: { querystring: OwnFiguresQuery, response: { 200: OwnFigures } } },
		async (request) => ownFigures(pool, request.person.id, request.query.from),
	);
}

/** `from`: when the person's day began; at most two days are looked at. */
async function ownFigures(db: Runner, userId: string, from: string): Promise<OwnFigures> {
	const { rows } = await db.query<OwnFigures>({
		name: "own-figures",
		text: `
select count(*) filter (where direction = 'inbound' and outcome = 'answered')::integer as inbound,
	count(*) filter (where direction = 'outbound')::integer as outbound,
	count(*) filter (where outcome = 'missed')::integer as missed,
	(avg(talk_ms) filter (where talk_ms > 0) / 1000)::float8 as "averageTalk"
from (
	select distinct c.id, c.direction, c.outcome, c.talk_ms
	from legs l join calls c on c.id = l.call_id and c.started_at = l.call_started_at
	where l.user_id = $1 and l.call_started_at >= greatest($2::timestamptz, now() - interval '2 days')
		and c.started_at >= greatest($2::timestamptz, now() - interval '2 days')
		and c.ended_at is not null and c.direction <> 'internal'
	limit ${mostCalls}
) own`,
		values: [userId, from],
	});
	return rows[0] ?? { inbound: 0, outbound: 0, missed: 0, averageTalk: null };
}

import type { Pool } from "pg";
import type { App } from "../http.ts";
import { CallWays } from "../protocol/call.ts";

/** The newest calls of a few days in a large company, of months in a small one: what is offered to choose from. */
const looked = 3_000;
/** More lines or queues than a list to choose from can show. */
const most = 200;

/** By which lines and queues calls come, for the filters of the lists. */
export function registerWaysRoute(app: App, { pool }: { readonly pool: Pool }): void {
	app.get("/api/calls/ways", { schema: { response: { 200: CallWays } } }, async () => {
		const { rows } = await pool.query<CallWays>({
			name: "call-ways",
			text: `
with latest as materialized (
	select did, queue, direction from calls order by started_at desc, id desc limit ${looked})
select
	(select coalesce(json_agg(did order by did), '[]') from (
		select distinct did from latest where direction = 'inbound' and did <> '' limit ${most}) l) as lines,
	(select coalesce(json_agg(queue order by queue), '[]') from (
		select distinct queue from latest where queue is not null limit ${most}) q) as queues`,
			values: [],
		});
		return rows[0] ?? { lines: [], queues: [] };
	});
}

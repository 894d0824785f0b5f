import type { Pool } from "pg";
import { timeOfId } from "../../db/id.ts";
import { DzvinError } from "../errors.ts";
import { say } from "../protocol/sentences.ts";
import type { StoredCall } from "./call-rows.ts";
import type { ResolveClient } from "./clients.ts";
import { onlyContact } from "./match-of.ts";

/**
 * Keeps whom an agent says the call is from; matching never changes it afterwards. `null` takes the choice back: the
 * call belongs to whom its number says. The call's obligation goes with it. One statement, so that both or none change.
 */
export async function chooseContact(
	pool: Pool,
	resolve: ResolveClient,
	{ call, withheld }: StoredCall,
	contactId: string | null,
): Promise<void> {
	const chosen = contactId !== null;
	if (call.direction === "internal") throw new DzvinError("conflict", say("refused.internal-no-client"));
	const next = chosen
		? contactId
		: onlyContact((await resolve({ raw: call.rawNumber, withheld }, new Date(call.startedAt))).match);
	const { rowCount } = await pool.query({
		name: "choose-contact",
		text: `
with chosen as (
	update calls set contact_id = $3::uuid, contact_chosen = $4
	where id = $1 and started_at = $2 and ($3::uuid is null or exists (select 1 from contacts where id = $3::uuid))
	returning id
), owed as (
	update obligations o set contact_id = $3::uuid from chosen where o.call_id = chosen.id
)
select id from chosen`,
		values: [call.id, new Date(timeOfId(call.id)).toISOString(), next, chosen],
	});
	if (rowCount === 0) throw new DzvinError("validation", say("refused.no-such-contact"), { contactId: "is not known" });
}

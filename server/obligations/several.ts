import type { Pool } from "pg";
import { inTransaction, type Runner } from "../../db/runner.ts";
import { DzvinError, type ErrorCode } from "../errors.ts";
import type { Person } from "../http.ts";
import type { SeveralInput, SeveralResult } from "../protocol/obligation.ts";
import { dismissWithin } from "./claim.ts";
import { requireComment } from "./comment.ts";
import { type DisposeDeps, type Disposed, disposeWithin, tellDisposed, tellSettled } from "./dispose.ts";
import { type Held, owedById } from "./store.ts";
import { maySee } from "./visibility.ts";

/** Who closes several at once and who writes calls must not wait for each other in a circle: all locks in one order. */
async function holdAll(db: Runner, ids: readonly string[]): Promise<void> {
	await db.query({
		name: "hold-several",
		text: `
select o.id from obligations o where o.id in (
	select unnest($1::uuid[])
	union
	select e.id from obligations k join obligations e on e.contact_id = k.contact_id
		where k.id = any($1::uuid[]) and k.kind = 'missed' and e.kind = 'missed' and e.settled_at is null
	union
	select e.id from obligations k join obligations e on e.number = k.number and e.contact_id is null
		where k.id = any($1::uuid[]) and k.contact_id is null and k.kind = 'missed' and e.kind = 'missed'
			and e.settled_at is null
) order by o.id for update`,
		values: [ids],
	});
	await db.query({
		name: "hold-contacts-of-several",
		text: `select c.id from contacts c
where c.id in (select contact_id from obligations where id = any($1::uuid[])) order by c.id for update`,
		values: [ids],
	});
}

/**
 * The fast path for obvious non-clients: one comment for several, each processed as `not_client` or, where only a missed
 * call is owed, dismissed. One transaction; what may not be closed says why and keeps nothing else back.
 */
export async function processSeveral(
	deps: DisposeDeps & { readonly pool: Pool },
	person: Person,
	input: SeveralInput,
): Promise<SeveralResult[]> {
	const comment = requireComment(input.comment);
	const ids = [...new Set(input.ids)];
	const done = await inTransaction(deps.pool, async (db) => {
		const disposed: Disposed[] = [];
		const dismissed: Held[] = [];
		const results: SeveralResult[] = [];
		await holdAll(db, ids);
		for (const id of ids) {
			const settledHere = [...disposed.flatMap(({ settled }) => settled), ...dismissed].some((one) => one.id === id);
			// A missed call of a client whose other one was closed a moment ago: they are one entry.
			const result = settledHere ? "done" : await closeOne(id);
			results.push({ id, result });
		}
		async function closeOne(id: string): Promise<SeveralResult["result"]> {
			try {
				const owed = await owedById(db, id);
				if (!owed || !maySee(person, owed)) return owed ? "forbidden" : "not-found";
				if (owed.settledAt !== null) return "settled";
				if (input.as === "dismissed") dismissed.push(...(await dismissWithin(db, person, id, comment)));
				else disposed.push(await disposeWithin(db, deps, person, owed.callId, { status: "not_client", comment }));
				return "done";
			} catch (error) {
				// Refused before anything of this one was written.
				if (error instanceof DzvinError) return refusal(error.code);
				throw error;
			}
		}
		return { disposed, dismissed, results };
	});
	for (const one of done.disposed) tellDisposed(deps.bus, one);
	tellSettled(deps.bus, done.dismissed);
	return done.results;
}

const refusal = (code: ErrorCode): SeveralResult["result"] =>
	code === "forbidden" || code === "not-found" ? code : "conflict";

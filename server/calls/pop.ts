import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { Runner } from "../../db/runner.ts";
import type { SavedCall } from "../events.ts";
import { gathered } from "../gathered.ts";
import type { Match } from "../protocol/contact.ts";
import type { Pop } from "../protocol/live.ts";
import { readStored, type StoredCall } from "./call-rows.ts";
import type { ResolveClient } from "./clients.ts";
import { matchOf } from "./match-of.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";
import { liveCallIds, readOne } from "./queries.ts";

export interface Pops {
	/** The pop-up of a call that was just saved. `owner.you` is false: who is shown it says so for itself. */
	popFor(saved: Pick<SavedCall, "call" | "match">): Promise<Pop>;
	/** The same from the database; null when there is no such call. */
	popOfCall(callId: string): Promise<Pop | null>;
	/** What rings for, and what is spoken by, this person now, with `owner.you` as it is for that person. Who asks at once with others is read with them. */
	liveCallsOf(userId: string): Promise<{ ringing: Pop[]; talking: Pop[] }>;
}

interface Around {
	readonly last: Pop["lastContacts"] | null;
	readonly open: Pop["openObligations"] | null;
}

/** What happened last, and what is owed: one statement over two indexes. Two years back, so that few months are read. */
const around = {
	name: "around-a-call",
	text: `
with earlier as (
	(select id, started_at, direction, outcome from calls
		where contact_id = $2::uuid and started_at between $4 and $5 and id <> $1 order by started_at desc, id desc limit 3)
	union
	(select id, started_at, direction, outcome from calls
		where number = $3::text and started_at between $4 and $5 and id <> $1
			and ($2::uuid is null or contact_id is null or contact_id = $2)
		order by started_at desc, id desc limit 3)
	order by started_at desc, id desc limit 3
)
select
	(select json_agg(json_build_object('callId', e.id, 'at', e.started_at, 'direction', e.direction, 'outcome', e.outcome,
			'by', coalesce(d.by, l.by), 'comment', d.comment, 'status', d.status) order by e.started_at desc, e.id desc)
		from earlier e
		left join lateral (
			select json_build_object('id', u.id, 'name', u.name) as by, d.comment, d.status
			from dispositions d join users u on u.id = d.user_id where d.call_id = e.id
			order by d.at desc, d.id desc limit 1) d on true
		left join lateral (
			select json_build_object('id', u.id, 'name', u.name) as by
			from legs l join users u on u.id = l.user_id
			where l.call_id = e.id and l.call_started_at = e.started_at and l.call_started_at between $4 and $5
				and l.answered_at is not null
			order by l.answered_at desc limit 1) l on true) as last,
	(select json_agg(json_build_object('id', id, 'kind', kind, 'callId', call_id, 'openedAt', opened_at) order by opened_at)
		from (
			(select id, kind, call_id, opened_at from obligations
				where contact_id = $2::uuid and settled_at is null and call_id <> $1 limit 20)
			union
			(select id, kind, call_id, opened_at from obligations
				where number = $3::text and settled_at is null and call_id <> $1
					and ($2::uuid is null or contact_id is null or contact_id = $2) limit 20)
		) o) as open`,
};
const twoYears = 2 * 366 * 24 * 3600 * 1000;

/** Reads what a pop-up says beside the call itself. */
export function createPops({ db, resolve }: { readonly db: Runner; readonly resolve: ResolveClient }): Pops {
	async function popFor({ call, match }: Pick<SavedCall, "call" | "match">): Promise<Pop> {
		const only = match.state === "one" ? match.candidates[0] : undefined;
		const contact = only ? { id: only.contact.id, name: only.contact.name } : null;
		const { last, open } = await readAround(call.id, contact?.id ?? null, call.number, call.startedAt);
		return {
			call,
			match,
			contact,
			owner: only?.owner ? { ...only.owner, you: false } : null,
			lastContacts: last,
			openObligations: open,
			numberCountry: call.number === null ? null : (parsePhoneNumberFromString(call.number)?.country ?? null),
		};
	}

	async function readAround(id: string, contactId: string | null, number: string | null, startedAt: string) {
		if (contactId === null && number === null) return { last: [], open: [] };
		const from = new Date(Date.parse(startedAt) - twoYears).toISOString();
		const { rows } = await db.query<Around>({ ...around, values: [id, contactId, number, from, startedAt] });
		const utc = (at: string) => new Date(at).toISOString();
		return {
			last: (rows[0]?.last ?? []).map((one) => ({ ...one, at: utc(one.at) })),
			open: (rows[0]?.open ?? []).map((one) => ({ ...one, openedAt: utc(one.openedAt) })),
		};
	}

	async function matchFor(stored: StoredCall): Promise<Match> {
		const { call, withheld, chosen } = stored;
		if (chosen || call.direction === "internal") return matchOf(stored, undefined);
		const client = await resolve({ raw: call.rawNumber, withheld }, new Date(call.startedAt));
		return matchOf(stored, client.match);
	}

	async function liveCallsOfAll(userIds: readonly string[]) {
		const ids = await liveCallIds(db, userIds);
		const stored = await readStored(db, [...new Set([...ids.values()].flat())]);
		const pop = async (one: StoredCall) => popFor({ call: one.call, match: await matchFor(one) });
		const pops = new Map(await Promise.all([...stored].map(async ([id, one]) => [id, await pop(one)] as const)));
		return new Map(
			[...ids].map(([userId, own]) => {
				const of = (users: (call: Pop["call"]) => string[]) =>
					own
						.flatMap((id) => pops.get(id) ?? [])
						.filter(({ call }) => users(call).includes(userId))
						.map((one) => ({ ...one, owner: one.owner && { ...one.owner, you: one.owner.id === userId } }));
				return [userId, { ringing: of(ringingUsers), talking: of(talkingUsers) }] as const;
			}),
		);
	}

	return {
		popFor,
		async popOfCall(callId) {
			const stored = await readOne(db, callId);
			return stored && popFor({ call: stored.call, match: await matchFor(stored) });
		},
		liveCallsOf: gathered(liveCallsOfAll, { ringing: [], talking: [] }),
	};
}

import type { SavedCall } from "../events.ts";
import type { Named } from "../protocol/basics.ts";

/** `dialling`: has the phone in the hand and waits for the other side. */
export type Part = "ringing" | "dialling" | "talking";
/** What each person was last told about one call. */
export type Told = ReadonlyMap<string, Part>;

/** One thing to tell one person. `begins` needs the pop-up, the others only the call. */
export type News =
	| { readonly userId: string; readonly kind: "begins"; readonly part: Part }
	| { readonly userId: string; readonly kind: "ends"; readonly elsewhere: boolean; readonly by: Named | null }
	| { readonly userId: string; readonly kind: "changes" };

/**
 * What a saved call means for each person, compared with what they were told before (null: we
 * never told anybody of this call, for example after a restart).
 *
 * - whose phone begins to ring, or who begins to talk, sees it;
 * - whose phone stops while others talk on hears by whom it was answered;
 * - on the first sight of a call those who rang and no longer do are told that it ended, because
 *   a snapshot made from the database may have shown it to them;
 * - whoever had a part in it hears of later changes, so that lists follow.
 */
export function newsOf(saved: SavedCall, told: Told | null): News[] {
	const { call } = saved;
	const parts = partsOf(saved);
	const by = speaker(saved);
	const goesOn = call.endedAt === null && parts.size > 0 && by !== null;
	const news: News[] = [];
	for (const [userId, part] of parts) {
		news.push(told?.get(userId) === part ? { userId, kind: "changes" } : { userId, kind: "begins", part });
	}
	const past = new Set(told?.keys());
	const onLegs = call.legs.flatMap((leg) => (leg.user === null ? [] : [leg.user.id]));
	if (told === null) for (const userId of onLegs) past.add(userId);
	for (const userId of past) {
		if (!parts.has(userId))
			news.push({ userId, kind: "ends", elsewhere: goesOn && by?.id !== userId, by: goesOn ? by : null });
	}
	for (const userId of new Set(onLegs)) {
		if (!parts.has(userId) && !past.has(userId)) news.push({ userId, kind: "changes" });
	}
	return news;
}

/** The person who dialled and whom nobody has answered yet. */
function dialler({ legs }: SavedCall["call"]): Named | null {
	const waits = (leg: (typeof legs)[number]) => leg.placed && leg.answeredAt === null && leg.leftAt === null;
	return legs.find((leg) => waits(leg) && leg.user !== null)?.user ?? null;
}

/** Who rings and who talks now. Somebody whose second device still rings while he talks, talks. */
export function partsOf(saved: Pick<SavedCall, "call" | "ringing" | "talking">): Map<string, Part> {
	const parts = new Map<string, Part>();
	for (const userId of saved.ringing) parts.set(userId, "ringing");
	const waiting = dialler(saved.call)?.id;
	for (const userId of saved.talking) parts.set(userId, userId === waiting ? "dialling" : "talking");
	return parts;
}

/** The person of the company who talks; of several, the one who joined last. */
function speaker({ call, talking }: SavedCall): Named | null {
	const legs = call.legs.filter((leg) => leg.answeredAt !== null && leg.leftAt === null && leg.user !== null);
	const last = legs.filter((leg) => leg.user !== null && talking.includes(leg.user.id)).at(-1) ?? legs.at(-1);
	return last?.user ?? null;
}

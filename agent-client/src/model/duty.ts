import type { Obligation } from "../../../server/protocol/obligation.ts";

/** How a call-back stands: each state has its word, its sign and its colour in the view. */
export type DutyState = "new" | "claimed" | "tried" | "reached" | "reached-us" | "processed" | "answered" | "dismissed";

/** Whoever took it has it still: a claim falls by itself. */
const claimOf = (duty: Obligation, now: number) =>
	duty.claimedUntil === null || Date.parse(duty.claimedUntil) > now ? duty.claimedBy : null;

export function dutyState(duty: Obligation, now: number): DutyState {
	if (duty.settledAt !== null) {
		switch (duty.settledHow) {
			case "dismissed":
				return "dismissed";
			case "conversation":
				if (duty.settledDirection === null) return "processed";
				return duty.settledDirection === "outbound" ? "reached" : "reached-us";
			case "other-channel":
				return "answered";
			case "disposition":
			case null:
				return "processed";
		}
	}
	if (duty.attempts > 0) return "tried";
	return claimOf(duty, now) ? "claimed" : "new";
}

/** One view of an obligation: what may be done with it, and how late it is. */
export function dutyOf(duty: Obligation, me: { id: string; role: string }, now: number) {
	const claim = claimOf(duty, now);
	const heldByOther = claim !== null && claim.id !== me.id;
	const leads = me.role !== "agent";
	const open = duty.settledAt === null;
	const due = new Date(duty.dueAt).getTime();
	return {
		state: dutyState(duty, now),
		/** Milliseconds past the deadline; 0 while there is time. */
		overdueBy: open && duty.overdue ? Math.max(1, now - due) : 0,
		/**
		 * Milliseconds of working time that are left: what the server said when it was read, and never more than the wall
		 * clock leaves; null when there is no deadline any more.
		 */
		leftFor: open ? Math.max(0, Math.min((duty.leftSeconds ?? 0) * 1000, due - now)) : null,
		canClaim: open && claim === null,
		canRelease: open && claim !== null && (!heldByOther || leads),
		/** A supervisor takes what a colleague has. */
		canTakeOver: open && heldByOther && leads,
		canCall: open && !heldByOther && duty.number !== null,
		canDismiss: open && (!heldByOther || leads),
		/** Who has it now, the viewer too. */
		claim,
		heldBy: heldByOther ? claim : null,
	};
}

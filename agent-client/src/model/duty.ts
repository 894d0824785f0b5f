import type { Obligation } from "../../../server/protocol/obligation.ts";

/** How a call-back stands: each state has its word, its sign and its colour in the view. */
export type DutyState = "new" | "claimed" | "tried" | "reached" | "reached-us" | "processed" | "dismissed";

export function dutyState(duty: Obligation): DutyState {
	if (duty.settledAt !== null) {
		switch (duty.settledHow) {
			case "dismissed":
				return "dismissed";
			case "conversation":
				if (duty.settledDirection === null) return "processed";
				return duty.settledDirection === "outbound" ? "reached" : "reached-us";
			case "disposition":
			case "other-channel":
			case null:
				return "processed";
		}
	}
	if (duty.attempts > 0) return "tried";
	return duty.claimedBy ? "claimed" : "new";
}

/** One view of an obligation: what may be done with it, and how late it is. */
export function dutyOf(duty: Obligation, me: { id: string; role: string }, now: number) {
	const heldByOther = duty.claimedBy !== null && duty.claimedBy.id !== me.id;
	const open = duty.settledAt === null;
	const due = new Date(duty.dueAt).getTime();
	return {
		state: dutyState(duty),
		/** Milliseconds past the deadline; 0 while there is time. */
		overdueBy: open && duty.overdue ? Math.max(1, now - due) : 0,
		/** Milliseconds that are left by the wall clock. */
		leftFor: Math.max(0, due - now),
		canClaim: open && duty.claimedBy === null,
		canRelease: open && duty.claimedBy !== null && (!heldByOther || me.role !== "agent"),
		canCall: open && !heldByOther && duty.number !== null,
		canDismiss: open && (!heldByOther || me.role !== "agent"),
		heldBy: heldByOther ? duty.claimedBy : null,
	};
}

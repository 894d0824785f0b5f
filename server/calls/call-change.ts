/** What the tracker says about one business call. Pure data: no clock, no database ids. */

export type CallDirection = "inbound" | "outbound" | "internal";

/** From the company's side; see "Outside contract: HTTP" in the architecture. */
export type CallOutcome = "ringing" | "talking" | "answered" | "missed" | "no-answer" | "busy" | "failed";

export type LegResult = "answered" | "no-answer" | "busy" | "rejected" | "elsewhere" | "cancelled" | "transferred";

/** One person's part in the call: an extension, or an outside number that the call was forwarded to. */
export interface CallLeg {
	/** Stable within the call: position in order of first ringing, from 0. One per person and attempt run. */
	readonly index: number;
	/** Extension, or the dialled outside number for a forward. */
	readonly extension: string;
	/** True when `extension` is an outside number. */
	readonly outside: boolean;
	/** This person made the call, or came into it, by dialling: the phone never rang. */
	readonly placed: boolean;
	readonly rangAt: number;
	readonly answeredAt: number | null;
	readonly leftAt: number | null;
	/** Null while the leg rings or talks. */
	readonly result: LegResult | null;
}

export interface CallRecording {
	/** Path as the PBX names it. */
	readonly path: string;
	readonly startedAt: number;
	/** True once the recorded channel is gone, so that the file will not grow any more. */
	readonly closed: boolean;
}

export interface Unseen {
	/** Nobody saw it, or one of its channels, begin: who called whom, and since when, may be told wrongly. */
	readonly beginning?: true;
	/** Moments at which a list of channels had some of its own no more: ends at such a moment are guesses, and too late. */
	readonly found: readonly number[];
	/** The last that was seen of the call: it was not over before. */
	readonly after: number;
}

/** The whole truth about one call at one moment. Recording it is an idempotent upsert by (pbx, family). */
export interface CallFacts {
	/** Linkedid of the oldest channel of the family: the call's key, together with the PBX. */
	readonly family: string;
	/** Milliseconds; from the epoch inside the linkedid where it has one, so that live and recovered calls agree. */
	readonly startedAt: number;
	readonly direction: CallDirection;
	readonly outcome: CallOutcome;
	/** Client's number as the PBX gave it; empty when withheld. For internal calls: the caller's extension. */
	readonly rawNumber: string;
	readonly withheld: boolean;
	readonly callerName: string;
	readonly did: string;
	readonly queue: string | null;
	/** When a person of the company first spoke. */
	readonly answeredAt: number | null;
	readonly endedAt: number | null;
	/** Milliseconds in which a person's phone rang before the first answer or the end. */
	readonly ringMs: number;
	/** Milliseconds in which a person of the company was connected with the client. */
	readonly talkMs: number;
	readonly legs: readonly CallLeg[];
	readonly recordings: readonly CallRecording[];
	/** Digits that the client chose in an IVR, in order, when the PBX told. */
	readonly ivr: string;
	/** The PBX died under this call, or its end was not seen. */
	readonly interrupted: boolean;
	readonly recovered: boolean;
	/** Read whole out of the PBX's own journal: says more than what was seen live with a gap in it. */
	readonly journal?: true;
	/** What was not seen of it; left out when nothing is missing. */
	readonly unseen?: Unseen;
}

/**
 * `superseded` = this family turned out to be part of another call (`into`): the row of the
 * joined family must go, its obligation with it.
 */
export type CallChange =
	| { readonly kind: "changed"; readonly call: CallFacts }
	| { readonly kind: "superseded"; readonly family: string; readonly startedAt: number; readonly into: string };

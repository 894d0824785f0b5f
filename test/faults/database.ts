import type { CallChange, CallFacts } from "../../server/calls/call-change.ts";
import { isUnsure, withClient } from "../../server/calls/client-stays.ts";
import { epochOf } from "../../server/calls/family.ts";
import type { Entry } from "../../server/calls/journal/entry.ts";
import { fold, progressOf, reachedIn } from "../../server/calls/progress.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";

/** A call's key stands for its id: both follow from the linked id and the start. */
export const idOf = (family: string, startedAt: number) => `${family}@${startedAt}`;

/**
 * What record-sql.ts, supersede.ts and store.ts do to the tables, as maps: every method is one transaction. Legs are
 * kept as a part of their call; which of them are written is the business of told.ts and its own tests.
 */
export class StandInDatabase {
	readonly calls = new Map<string, CallFacts>();
	readonly merged = new Map<string, string>();
	readonly obligations = new Set<string>();
	/** Linked ids of which a call with a client was ever told. */
	readonly owedOnce = new Set<string>();
	/** By linked id the tokens of those who told that the call is over. */
	readonly ends = new Map<string, Set<number>>();
	readonly journal = new Map<string, Entry>();
	/** Stored by a server that did not lead any more, and folded by none since. */
	readonly unfolded = new Set<PbxEvent>();
	/** What the writers of long calls in the journal knew, for the oracle. */
	readonly keptFrom = new Map<PbxEvent, ReadonlySet<PbxEvent>>();
	token = 0;
	/** Refuses everything. */
	away = false;

	/** False: fenced off, and nothing was stored. */
	write(token: number, changes: readonly CallChange[]): boolean {
		if (token !== this.token) return false;
		const { calls, superseded } = fold(changes);
		for (const facts of calls) {
			const id = idOf(facts.family, facts.startedAt);
			const before = this.calls.get(id);
			const call = isUnsure(facts) ? withClient(facts, before ? clientOf(before) : null) : facts;
			if (call.endedAt !== null) this.ends.set(call.family, (this.ends.get(call.family) ?? new Set()).add(token));
			if (this.merged.has(id) || (before && progressOf(before) > progressOf(call))) continue;
			this.calls.set(id, call);
			if (call.direction === "internal") this.obligations.delete(id);
			else {
				this.obligations.add(id);
				this.owedOnce.add(call.family);
			}
		}
		for (const { family, startedAt, into } of superseded) {
			let target = into;
			for (let go = 0; go < superseded.length; go++) {
				target = superseded.find((one) => one.family === target)?.into ?? target;
			}
			const start =
				calls.find((call) => call.family === target)?.startedAt ?? this.#startOf(target) ?? epochStart(target);
			if (start === null || target === family) continue;
			const id = idOf(target, start);
			this.#merge(idOf(family, startedAt), this.merged.get(id) ?? id);
		}
		return true;
	}

	/** What is there already stays as it is. */
	insert(entries: readonly Entry[], leads: boolean): void {
		for (const entry of entries) {
			if (this.journal.has(entry.key)) continue;
			this.journal.set(entry.key, entry);
			if (!leads) this.unfolded.add(entry.event);
		}
	}

	live(): CallFacts[] {
		const live = [...this.calls.values()].filter((call) => call.endedAt === null);
		return live.map((call) => {
			const after = reachedIn(progressOf(call), call.startedAt);
			return { ...call, unseen: { found: [], after } };
		});
	}

	#merge(from: string, into: string): void {
		for (const [id, target] of this.merged) if (target === from) this.merged.set(id, into);
		this.merged.set(from, into);
		this.calls.delete(from);
		if (this.obligations.delete(from)) this.obligations.add(into);
	}

	#startOf(family: string): number | null {
		const starts = [...this.calls.values()].filter((call) => call.family === family).map((call) => call.startedAt);
		return starts.length === 0 ? null : Math.max(...starts);
	}
}

function clientOf({ direction, rawNumber, withheld, callerName, did }: CallFacts) {
	return { direction, rawNumber, withheld, callerName, did };
}

function epochStart(family: string): number | null {
	const epoch = epochOf(family);
	return epoch === null ? null : epoch * 1000;
}

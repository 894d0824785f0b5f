/** Numbers come from several threads of the PBX, so neighbours may change places; this many later events settle it. */
const patience = 32;
/** Milliseconds after which a hole is a loss even when nothing more comes. */
const longestWait = 1000;
/** A hole wider than this is no change of places. */
const widest = 64;
/** So many holes on one connection, one in ten events or more, mean that the PBX does not send us all its events. */
const sparseAfter = 20;

/**
 * Watches `SequenceNumber`: one counter for the whole PBX, so a number that never comes is an
 * event that we lost (`debug = on` in manager.conf, `read = all`, no `eventfilter`). An account
 * that may not read every class sees holes all the time: then this falls silent and says `sparse`.
 */
export class SequenceWatch {
	#next: number | null = null;
	#missing = new Map<number, { at: number; count: number }>();
	#count = 0;
	#holes = 0;
	#sparse = false;

	/** Numbering seen, and it has no regular holes. */
	get state(): "none" | "exact" | "sparse" {
		if (this.#next === null) return "none";
		return this.#sparse ? "sparse" : "exact";
	}

	/** Takes the number of the next event; answers how many events are now known to be lost. */
	take(seq: number, at: number): number {
		this.#count++;
		const expected = this.#next;
		if (expected === null || seq < expected - widest) {
			this.#next = seq + 1;
			this.#missing.clear();
			return 0;
		}
		if (seq < expected) {
			this.#missing.delete(seq);
			return 0;
		}
		this.#next = seq + 1;
		const hole = seq - expected;
		if (hole > 0) {
			this.#holes++;
			if (this.#holes >= sparseAfter && this.#holes * 10 > this.#count) this.#sparse = true;
			if (this.#sparse) return 0;
			if (hole > widest) return hole + this.#settle(() => true);
			for (let lost = expected; lost < seq; lost++) this.#missing.set(lost, { at, count: this.#count });
		}
		return this.#missing.size === 0 ? 0 : this.#settle((one) => this.#count - one.count >= patience);
	}

	/** Time passes without events. */
	tick(at: number): number {
		return this.#missing.size === 0 ? 0 : this.#settle((one) => at - one.at >= longestWait);
	}

	#settle(isLost: (one: { at: number; count: number }) => boolean): number {
		let lost = 0;
		for (const [seq, one] of this.#missing) {
			if (!isLost(one)) continue;
			this.#missing.delete(seq);
			lost++;
		}
		return this.#sparse ? 0 : lost;
	}
}

import type { AmiSession, Packet } from "../lab/ami.ts";

/** A time in which a person's phone rang, as the PBX itself said; epoch ms at which the tests heard it. */
export interface Ring {
	readonly extension: string;
	/** When the PBX began to call it. */
	readonly from: number;
	/** When it rang indeed; a busy phone never does. */
	rangAt: number | null;
	to: number | null;
}

/** Hears by the tests' own AMI session which phones ring. Knows nothing of the server. */
export class Rings {
	readonly #byChannel = new Map<string, Ring>();
	readonly stop: () => void;

	constructor(session: AmiSession) {
		this.stop = session.listen((event) => this.#take(event));
	}

	#take(event: Packet): void {
		const now = Date.now();
		if (event.Event === "DialBegin") {
			const extension = /^PJSIP\/(\d{3})-/.exec(event.DestChannel ?? "")?.[1];
			if (extension) this.#byChannel.set(event.DestUniqueid ?? "", { extension, from: now, rangAt: null, to: null });
			return;
		}
		const ring = this.#byChannel.get(event.DestUniqueid ?? event.Uniqueid ?? "");
		if (!ring || ring.to !== null) return;
		if (event.Event === "Newstate" && event.ChannelStateDesc === "Ringing") ring.rangAt ??= now;
		else if (event.Event === "Newstate" && event.ChannelStateDesc === "Up") ring.to = now;
		else if (event.Event === "DialEnd" || event.Event === "Hangup") ring.to = now;
	}

	/** When this person's phones rang since a moment; devices that ring together are one ring. */
	of(extension: string, since: number): Ring[] {
		const all = [...this.#byChannel.values()].filter((ring) => ring.extension === extension && ring.from >= since);
		const merged: Ring[] = [];
		for (const ring of all.sort((a, b) => a.from - b.from)) {
			const last = merged.at(-1);
			if (last && (last.to === null || ring.from < last.to)) {
				last.rangAt ??= ring.rangAt;
				last.to = last.to === null || ring.to === null ? null : Math.max(last.to, ring.to);
			} else merged.push({ ...ring });
		}
		return merged.filter((ring) => ring.rangAt !== null);
	}
}

import type { AmiSession, Packet } from "../lab/ami.ts";

/** A time in which a person's phone rang, as the PBX itself said; epoch ms at which the tests heard it. */
export interface Ring {
	readonly extension: string;
	readonly from: number;
	to: number | null;
}

/** Hears by the tests' own AMI session which phones ring. Knows nothing of the server. */
export class Rings {
	readonly #byChannel = new Map<string, Ring>();
	readonly stop: () => void;

	constructor(session: AmiSession) {
		this.stop = session.listen((event) => this.#take(event));
	}

	/** A busy phone is dialled and never rings; `DialBegin` comes before or after the ringing. */
	#take(event: Packet): void {
		const now = Date.now();
		const channel = event.DestUniqueid ?? event.Uniqueid ?? "";
		const ring = this.#byChannel.get(channel);
		if (event.Event === "Newstate" && event.ChannelStateDesc === "Ringing") {
			const extension = /^PJSIP\/(\d{3})-/.exec(event.Channel ?? "")?.[1];
			if (extension && !ring) this.#byChannel.set(channel, { extension, from: now, to: null });
			return;
		}
		if (!ring || ring.to !== null) return;
		const answered = event.Event === "Newstate" && event.ChannelStateDesc === "Up";
		if (answered || event.Event === "DialEnd" || event.Event === "Hangup") ring.to = now;
	}

	/** When this person's phones rang since a moment; devices that ring together are one ring. */
	of(extension: string, since: number): Ring[] {
		const all = [...this.#byChannel.values()].filter((ring) => ring.extension === extension && ring.from >= since);
		const merged: Ring[] = [];
		for (const ring of all.sort((a, b) => a.from - b.from)) {
			const last = merged.at(-1);
			if (last && (last.to === null || ring.from < last.to)) {
				last.to = last.to === null || ring.to === null ? null : Math.max(last.to, ring.to);
			} else merged.push({ ...ring });
		}
		return merged;
	}
}

import { DzvinError } from "../errors.ts";
import { say } from "../protocol/sentences.ts";
import { failureText, ringFor } from "./actions/originate.ts";
import type { Clock } from "./clock.ts";
import type { Packet } from "./packet.ts";

/** After the phone's own time is over the PBX tells the outcome at once; this is for a slow link. */
const grace = 5000;

/**
 * Orders whose outcome is awaited. The control road only learns that the PBX took the order; how it
 * ended comes as an event, on the events road.
 */
export class Originated {
	readonly #waiting = new Map<string, (packet: Packet) => void>();
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Resolves when the extension was picked up. Begin before the order is sent, or its end may be missed. */
	expect(actionId: string, extension: string): { readonly outcome: Promise<void>; forget(): void } {
		let cancel = () => {};
		const forget = () => {
			cancel();
			this.#waiting.delete(actionId);
		};
		const outcome = new Promise<void>((resolve, reject) => {
			cancel = this.#clock.after(ringFor + grace, () => {
				forget();
				reject(new DzvinError("pbx-timeout", say("ring.unknown-end", { extension })));
			});
			this.#waiting.set(actionId, (packet) => {
				forget();
				// The event's own headers, not its first line, which says "Event".
				if (packet.get("Response") === "Success") resolve();
				else reject(new DzvinError("pbx-refused", failureText(extension, packet.get("Reason"))));
			});
		});
		return { outcome, forget };
	}

	heard(packet: Packet): void {
		this.#waiting.get(packet.get("ActionID") ?? "")?.(packet);
	}
}

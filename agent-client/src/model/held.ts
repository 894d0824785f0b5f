import { signal } from "@preact/signals";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import type { Settings } from "../../../server/protocol/settings.ts";
import type { WrapUp } from "../../../server/protocol/wrap-up.ts";

interface Deps {
	/** Whom a wrap-up holds; null when the server does not answer. */
	readonly read: () => Promise<readonly WrapUp[] | null>;
	readonly settings: () => Settings | null;
	readonly later: (work: () => void, milliseconds: number) => void;
}

/** Milliseconds from a change to the question what it did: changes come in swarms. */
const settle = 400;
/** The PBX has not done yet what it was told, or refuses: asked again after so long. */
const pendingFor = 2_000;

const strict = (settings: Settings | null) =>
	settings !== null && [settings.wrapUp, ...settings.wrapUp.queues].some(({ mode }) => mode !== "optional");

/** Who is kept from the queues by a wrap-up, and why: read when what is owed changes. */
export function createHeld({ read, settings, later }: Deps) {
	const items = signal<readonly WrapUp[]>([]);
	let asked = false;

	function ask(milliseconds: number): void {
		if (asked) return;
		asked = true;
		later(() => {
			asked = false;
			void look();
		}, milliseconds);
	}
	async function look(): Promise<void> {
		const found = await read();
		if (found === null) return;
		items.value = found;
		if (found.some(({ effect }) => effect !== "paused" && effect !== "not-in-queue")) ask(pendingFor);
	}
	return {
		items,
		look,
		hear({ type }: Pick<ServerMessage, "type">): void {
			if (!type.startsWith("obligation.")) return;
			if (strict(settings()) || items.value.length > 0) ask(settle);
		},
		reset(): void {
			items.value = [];
		},
	};
}

/** Those that hold at this moment: a box that is over holds nobody, whatever was read last. */
export const holding = (items: readonly WrapUp[], now: number): readonly WrapUp[] =>
	items.filter(({ until }) => until === null || Date.parse(until) > now);

/** Seconds until the person takes calls again; null while only the disposition ends it. */
export function secondsHeld(own: readonly WrapUp[], now: number): number | null {
	const ends = own.map(({ until }) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until)));
	const last = Math.max(...ends);
	return Number.isFinite(last) ? Math.max(0, Math.ceil((last - now) / 1000)) : null;
}

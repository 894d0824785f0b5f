import type { Observed } from "../../../server/protocol/observed.ts";
import type { Key } from "../i18n/translate.ts";

export type Daily = NonNullable<Observed["daily"]>;

/** What a line says of the daily figure, and in which colour: green only where it proves that nothing is missing. */
export interface DailyLine {
	readonly tone: "good" | "warn" | "bad";
	readonly told: readonly { readonly key: Key; readonly count: number }[];
}

/** A server of before says neither whether its figure is proven nor what is unmatched. */
export function dailyLine({ missing, proven = true, unmatched = 0 }: Daily): DailyLine {
	const sound = missing === 0 && proven;
	return {
		tone: !sound ? "bad" : unmatched > 0 ? "warn" : "good",
		told: [
			// "Missing: 0" would be believed.
			...(missing !== 0 || proven ? [{ key: "observed.missing-count" as const, count: missing }] : []),
			...(proven ? [] : [{ key: "observed.not-proven" as const, count: 0 }]),
			...(unmatched > 0 ? [{ key: "observed.unmatched" as const, count: unmatched }] : []),
		],
	};
}

import { seeded } from "../support/seeded.ts";

const numberOf = (name: string): number | null => {
	const given = process.env[name];
	return given ? Number(given) : null;
};

/** How much is asked for; what is not said is the full count. */
export function asked(full: { readonly count: number; readonly rate?: number }) {
	const seed = numberOf("SOAK_SEED") ?? 1;
	return {
		count: numberOf("SOAK_COUNT") ?? full.count,
		perSecond: numberOf("SOAK_RATE") ?? full.rate ?? 20,
		seed,
		chance: seeded(seed),
	};
}

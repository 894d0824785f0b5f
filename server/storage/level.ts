/** How much of a disk is used, as `df` counts it: what only root may use is not room. */
export interface DiskUse {
	/** Bytes that may still be written. */
	readonly free: number;
	/** 0 to 1. */
	readonly used: number;
}

/** Shares of the disk from which on it is said, each louder than the one before. */
export const alarms = [0.8, 0.9, 0.95] as const;

/** What a full disk keeps from us, the PBX's events first. */
export interface StorageTrouble {
	/** This machine's disk refused what was to be kept. */
	readonly diskRefuses: boolean;
	readonly databaseFull: boolean;
}

/** `fills`: the first alarm is passed; `full`: something is not kept now, or will not be in a moment. */
export type Room =
	| { readonly state: "enough" }
	| { readonly state: "fills"; readonly where: "server"; readonly alarm: number }
	| { readonly state: "full"; readonly where: "server" | "database" };

/** Less than this (bytes) is nothing: a database needs 16 MB for each piece of its log. */
const nothing = 32_000_000;

/** Pure. `disk` null: nobody could say. */
export function roomOf(disk: DiskUse | null, { diskRefuses, databaseFull }: StorageTrouble): Room {
	if (diskRefuses) return { state: "full", where: "server" };
	if (databaseFull) return { state: "full", where: "database" };
	if (disk === null) return { state: "enough" };
	const alarm = alarms.findLast((share) => disk.used >= share);
	if (alarm === undefined) return { state: "enough" };
	return disk.free < nothing ? { state: "full", where: "server" } : { state: "fills", where: "server", alarm };
}

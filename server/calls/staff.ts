import type { Pool } from "pg";
import type { EventBus } from "../events.ts";
import type { Named } from "../protocol/basics.ts";
import type { Log } from "./log.ts";

/** Who sits at which extension, for the time in which the database cannot be asked. */
export interface Staff {
	at(extension: string): Named | undefined;
	/** Reads it anew; what was known stays where that fails. */
	read(): Promise<void>;
}

/** Read at the start and whenever somebody's row changes. */
export function createStaff(pool: Pool, bus: EventBus, log: Pick<Log, "warn">): Staff {
	let known = new Map<string, Named>();
	const read = async () => {
		try {
			const { rows } = await pool.query<Named & { extension: string }>(
				"select id, name, extension from users where active and extension is not null",
			);
			known = new Map(rows.map(({ extension, id, name }) => [extension, { id, name }]));
		} catch (error) {
			log.warn({ err: error }, "Who sits at which extension could not be read.");
		}
	};
	bus.on("user.changed", "calls: who sits where", read);
	return { at: (extension) => known.get(extension), read };
}

import type { Pool } from "pg";
import type { BlindCause } from "../../server/protocol/observed.ts";

/** Something that kept the server from seeing the PBX; epoch milliseconds. */
export interface MadeFault {
	readonly cause: BlindCause;
	readonly from: number;
	readonly to: number;
	/** It may have blinded the server, and need not have. */
	readonly perhaps?: boolean;
}

/** The server knows only since when it heard nothing, and notes every 5 s until when it heard something. */
const slack = 12_000;

/** Faults that a test makes, so that the oracle can ask whether each of them was noticed. */
export class MadeFaults {
	readonly #all: { cause: BlindCause; from: number; to: number; perhaps: boolean }[] = [];

	get all(): readonly MadeFault[] {
		return this.#all;
	}

	/** It begins now; call what is returned when the server sees the PBX again. */
	begin(cause: BlindCause): () => void {
		return this.#begin(cause, false);
	}

	/** The same of something that may blind the server, and need not. */
	mayBegin(cause: BlindCause): () => void {
		return this.#begin(cause, true);
	}

	#begin(cause: BlindCause, perhaps: boolean): () => void {
		const fault = { cause, from: Date.now(), to: Number.POSITIVE_INFINITY, perhaps };
		this.#all.push(fault);
		return () => {
			fault.to = Date.now();
		};
	}
}

/** What the server wrote down of one of them. */
interface Row {
	readonly cause: BlindCause;
	readonly from: Date;
	readonly to: Date | null;
	readonly recovered: number;
	readonly reconciled: boolean;
}

/**
 * Honest: every fault is a row with its cause, over, and looked up in the PBX's journal where there is one; and no row
 * tells of a blindness that nobody made.
 */
export async function wrongWithBlindTimes(
	pool: Pool,
	pbxId: string,
	{ readsJournal, faults }: { readonly readsJournal: boolean; readonly faults: readonly MadeFault[] | undefined },
): Promise<string[]> {
	const { rows } = await pool.query<Row>(
		`select cause, from_at as "from", to_at as "to", recovered, reconciled_at is not null as reconciled
		from blind_windows where pbx_id = $1`,
		[pbxId],
	);
	const wrong: string[] = [];
	for (const row of rows) {
		const name = `${row.cause} from ${row.from.toISOString()}`;
		if (row.to === null) wrong.push(`${name} still lasts`);
		else if (readsJournal && !row.reconciled) wrong.push(`${name} was not looked up in the PBX's journal`);
		if (faults && !faults.some((fault) => meets(fault, row))) wrong.push(`${name} was made by nobody`);
	}
	for (const fault of faults ?? []) {
		if (fault.perhaps) continue;
		// A blindness that begins within another one is a part of it.
		const causes = new Set((faults ?? []).filter((other) => overlap(fault, other)).map(({ cause }) => cause));
		if (rows.some((row) => causes.has(row.cause) && meets(fault, row))) continue;
		wrong.push(`${fault.cause} at ${new Date(fault.from).toISOString()} was not noticed`);
	}
	return wrong;
}

const overlap = (one: MadeFault, other: MadeFault) => one.from <= other.to + slack && one.to >= other.from - slack;

const meets = ({ from, to }: MadeFault, row: Row) =>
	row.from.getTime() <= to + slack && (row.to?.getTime() ?? Number.POSITIVE_INFINITY) >= from - slack;

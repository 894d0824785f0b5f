import type { RawCelRow } from "./cel-row.ts";
import { recordsOf } from "./csv.ts";
import { csvTail, type Place } from "./csv-file.ts";
import type { Tail } from "./read-back.ts";

/** CEL in the CSV file of `cel_custom`: each record begins with the name of an event. */
export const celCsv = (path: string): Tail<Place> => csvTail(path, celRowsOf, (text) => /^"[A-Z]/.test(text));

/**
 * Columns of `Master.csv` as the `cel_custom.conf` that comes with Asterisk maps them. A record that has
 * fewer was written without quotes around a hostile name, or by another mapping, and is left out.
 */
export function celRowsOf(text: string): { rows: RawCelRow[]; strange: number } {
	const rows: RawCelRow[] = [];
	let strange = 0;
	for (const fields of recordsOf(text)) {
		const [event = "", time = "", callerName = "", callerNumber = "", , , , exten = "", context = ""] = fields;
		const [channel = "", application = "", data = "", , accountCode = "", id = "", family = "", , , , extra = ""] =
			fields.slice(9);
		if (fields.length < 16 || !/^[A-Z_]+$/.test(event) || id === "") strange++;
		else
			rows.push({
				...{ event, time, callerName, callerNumber, exten, context, channel, application },
				...{ data, accountCode, id, family, extra },
			});
	}
	return { rows, strange };
}

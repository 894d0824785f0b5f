/** Records of comma-separated text (RFC 4180) whose every field is quoted, as `CSV_QUOTE` and cdr_csv write them, or plain. */
export function recordsOf(text: string): string[][] {
	const records: string[][] = [];
	let fields: string[] = [];
	let at = 0;
	while (at < text.length) {
		let field = "";
		if (text[at] === '"') {
			let end = at + 1;
			for (;;) {
				end = text.indexOf('"', end);
				if (end < 0) return records; // cut in mid-record: the rest is still being written
				if (text[end + 1] !== '"') break;
				end += 2;
			}
			field = text.slice(at + 1, end).replaceAll('""', '"');
			at = end + 1;
		} else {
			const end = text.slice(at).search(/[,\r\n]/);
			const to = end < 0 ? text.length : at + end;
			field = text.slice(at, to);
			at = to;
		}
		fields.push(field);
		if (text[at] === ",") at++;
		else {
			const lineEnd = /^\r?\n/.exec(text.slice(at, at + 2))?.[0];
			if (lineEnd === undefined) return records;
			at += lineEnd.length;
			records.push(fields);
			fields = [];
		}
	}
	return records;
}

/**
 * Who owned a number when. Three rules, so that a number given away does not drag old calls along:
 *
 * 1. The first owner has it since ever: everything the number did before belongs to him.
 * 2. Who gets a number that others gave up has it since the last of them gave it up.
 * 3. Who gets a number that another still has shares it from now on; what was before stays the other's.
 *
 * A number that a contact had by mistake was never his: its tenure is empty and counts for none of these rules.
 * A number removed ends now; removed and given back, with nobody between, it was never gone. Pure.
 */

export interface Span {
	/** Null = since ever. */
	readonly from: Date | null;
	/** Null = until further notice; the moment itself is outside. */
	readonly to: Date | null;
}

/** From when a contact owns a number that it is given at `now`, by rule 1 to 3; `others` are the spans of all other contacts. */
export function startOfTenure(others: readonly Span[], now: Date): Date | null {
	let start: Date | null = null;
	for (const { to } of others.filter(holds)) {
		// The beginning of a call is only known to its second: of a call in this second nobody may say that it came before.
		if (to === null || to > now) return new Date(Math.floor(now.getTime() / 1000) * 1000);
		if (start === null || to > start) start = to;
	}
	return start;
}

/** The parts of `own` that overlap none of `others`, oldest first: when a call can only have been this contact. */
export function soleSpans(own: readonly Span[], others: readonly Span[]): Span[] {
	let parts = own.filter(holds);
	for (const other of others.filter(holds)) {
		parts = parts.flatMap((part) => without(part, other));
	}
	return parts.sort((a, b) => (a.from?.getTime() ?? -Infinity) - (b.from?.getTime() ?? -Infinity));
}

function holds({ from, to }: Span): boolean {
	return from === null || to === null || from < to;
}

function without(part: Span, other: Span): Span[] {
	const before: Span = { from: part.from, to: other.from !== null ? earlier(part.to, other.from) : part.from };
	const after: Span = { from: other.to !== null ? later(part.from, other.to) : part.to, to: part.to };
	const left = other.from === null ? [] : [before];
	const right = other.to === null ? [] : [after];
	return [...left, ...right].filter(holds);
}

function earlier(end: Date | null, other: Date): Date {
	return end === null || other < end ? other : end;
}

function later(start: Date | null, other: Date): Date {
	return start === null || other > start ? other : start;
}

/** Which rows are chosen, in no order, and where the last step was: from there Shift reaches. */
export interface Selection {
	readonly ids: ReadonlySet<string>;
	readonly anchor: string | null;
}

export const nothingChosen: Selection = { ids: new Set(), anchor: null };

/** Space, or a click on the box. */
export function toggled({ ids }: Selection, id: string): Selection {
	const next = new Set(ids);
	if (!next.delete(id)) next.add(id);
	return { ids: next, anchor: id };
}

/** Shift and an arrow, or Shift and a click: everything between the last step and this row is chosen as well. */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
	const from = order.indexOf(selection.anchor ?? id);
	const to = order.indexOf(id);
	if (from < 0 || to < 0) return toggled(selection, id);
	const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
	return { ids: new Set([...selection.ids, ...between]), anchor: selection.anchor ?? id };
}

/** Rows that are gone are chosen no more. */
export const chosenOf = ({ ids }: Selection, order: readonly string[]): readonly string[] =>
	order.filter((id) => ids.has(id));

import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { live } from "../client.ts";
import { createList, type List } from "../model/list.ts";

/**
 * A list that is read when the page opens, when `question` changes, and anew a moment after the live
 * picture says that calls or obligations changed.
 */
export function useList<T extends { id: string }>(
	question: string,
	read: Parameters<typeof createList<T>>[0],
	refresh = true,
): List<T> {
	const list = useMemo(() => createList<T>(read), [question]);
	useEffect(() => {
		void list.reload();
		return () => list.stop();
	}, [list]);
	useSignalEffect(() => {
		const { value } = live.revision;
		// The first run is the present state, which the reading above covers. Further pages stay as they are.
		if (!refresh || value === 0) return;
		const timer = setTimeout(() => {
			if (list.phase.peek() !== "loading" && list.items.peek().length <= 50) void list.reload();
		}, live.refreshAfter());
		return () => clearTimeout(timer);
	});
	return list;
}

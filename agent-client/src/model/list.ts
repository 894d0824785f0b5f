import { computed, signal } from "@preact/signals";
import { ApiError, type FailureCode } from "../connection/http.ts";

interface Page<T> {
	readonly items: readonly T[];
	readonly next: string | null;
}

/**
 * A list that is read page by page. While it is read anew the old rows stay, so nothing jumps; an
 * answer that was overtaken by a newer question is dropped.
 */
export function createList<T extends { id: string }>(
	read: (after: string | null, signal: AbortSignal) => Promise<Page<T>>,
) {
	const items = signal<readonly T[]>([]);
	const next = signal<string | null>(null);
	const phase = signal<"loading" | "ready" | "failed">("loading");
	const failure = signal<FailureCode | null>(null);
	const busy = signal(false);
	let running: AbortController | null = null;

	async function load(after: string | null): Promise<void> {
		running?.abort();
		const mine = new AbortController();
		running = mine;
		busy.value = true;
		try {
			const page = await read(after, mine.signal);
			if (mine.signal.aborted) return;
			items.value = after === null ? page.items : [...items.value, ...page.items];
			next.value = page.next;
			phase.value = "ready";
			failure.value = null;
		} catch (error) {
			if (mine.signal.aborted) return;
			if (!(error instanceof ApiError)) throw error;
			failure.value = error.code;
			if (items.value.length === 0) phase.value = "failed";
		} finally {
			if (running === mine) busy.value = false;
		}
	}

	return {
		items,
		next,
		phase,
		failure,
		busy,
		empty: computed(() => phase.value === "ready" && items.value.length === 0),
		reload: () => load(null),
		more: () => (next.value === null || busy.value ? Promise.resolve() : load(next.value)),
		/** Shows what is known at once, before the server confirms it. */
		replace(item: T): void {
			items.value = items.value.map((old) => (old.id === item.id ? item : old));
		},
		remove(id: string): void {
			items.value = items.value.filter((old) => old.id !== id);
		},
		stop: () => running?.abort(),
	};
}

export type List<T extends { id: string }> = ReturnType<typeof createList<T>>;

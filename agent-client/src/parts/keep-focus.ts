/** No field for text: on a telephone that would bring up the keyboard. */
const reachable = "a[href], button:enabled, :is([type=checkbox], [type=radio]):enabled, select:enabled, summary";

/**
 * Whoever works by keyboard never falls out of the page: when what had the focus is taken away, its neighbour gets the
 * focus; when it was only switched off for a moment, it gets the focus back. One listener for every page, now and later.
 */
export function keepFocus(page: Document): void {
	/** What had the focus and did not give it away, the elements around it, and its place among its siblings. */
	let last: HTMLElement | null = null;
	let around: readonly (readonly [element: HTMLElement, place: number])[] = [];

	page.addEventListener("focusin", ({ target }) => {
		if (!(target instanceof HTMLElement)) return;
		last = target;
		const chain: [HTMLElement, number][] = [];
		for (let one: HTMLElement | null = target; one && one !== page.body; one = one.parentElement)
			chain.push([one, [...(one.parentElement?.children ?? [])].indexOf(one)]);
		around = chain;
	});
	page.addEventListener("focusout", ({ target }) => {
		// Somebody pressed beside it: that is a will, not a loss. A loss shows only when the work of the moment is done.
		queueMicrotask(() => {
			if (target === last && last?.isConnected && !last.matches(":disabled") && page.activeElement !== last)
				last = null;
		});
	});
	new MutationObserver(() => {
		if (last === null || page.activeElement !== page.body) return;
		if (!last.isConnected) neighbour(around)?.focus({ preventScroll: true });
		else if (!last.matches(":disabled")) last.focus();
	}).observe(page.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
}

/** In the nearest element that is still there: what stands now where the lost one stood, else the first that is reachable. */
function neighbour(around: readonly (readonly [HTMLElement, number])[]): HTMLElement | null {
	const main = document.getElementById("main");
	let place = 0;
	for (const [element, at] of around) {
		if (element.isConnected) {
			// Another page: it is read from its beginning.
			if (element.contains(main)) return main;
			const next = element.children[Math.min(place, element.children.length - 1)];
			const found = next?.matches(reachable) ? next : next?.querySelector(reachable);
			const chosen = found ?? element.querySelector(reachable);
			if (chosen instanceof HTMLElement) return chosen;
		}
		place = at;
	}
	return main;
}

/** Whatever is cut for want of room says all of it to whoever points at it. One listener for every `.cut`, now and later. */
export function tellCutTexts(page: Document): void {
	page.addEventListener("pointerover", ({ target }) => {
		const cut = target instanceof HTMLElement ? target.closest<HTMLElement>(".cut") : null;
		if (!cut || cut.title || cut.scrollWidth <= cut.clientWidth) return;
		cut.title = cut.innerText;
		// The text may be another one, or have room, when the pointer comes again.
		cut.addEventListener("pointerleave", () => cut.removeAttribute("title"), { once: true });
	});
}

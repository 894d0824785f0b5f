import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/**
 * Moves the focus with the next rendering, before another key can be handled. A frame would be too late on a slow machine: it
 * would take the focus from somebody who types already.
 *
 * @param find what gets the focus, asked when the page stands; nothing moves when there is none.
 * @returns asks for it.
 */
export function useFocus(find: () => HTMLElement | null | undefined): () => void {
	const asked = useSignal(0);
	const times = asked.value;
	useLayoutEffect(() => {
		if (times > 0) find()?.focus();
	}, [times]);
	return () => {
		asked.value = asked.peek() + 1;
	};
}

/** The first field of a form that says that it is wrong. */
export const firstWrong = (form: HTMLElement | null) =>
	form?.querySelector<HTMLElement>("[aria-invalid=true], [data-wrong] input");

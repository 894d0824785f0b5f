import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { Icon } from "./icon.tsx";

/** A modal window of the browser's own kind: Escape and focus are its business. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren; bare?: boolean }) {
	const element = useRef<HTMLDialogElement>(null);
	const id = useId();
	// With the rendering: whoever types on at once types into the window.
	useLayoutEffect(() => {
		const window = element.current;
		window?.showModal();
		// Taken away without being closed, it would not give the focus back.
		return () => window?.close();
	}, []);
	return (
		<dialog
			ref={element}
			aria-labelledby={id}
			onClose={() => element.current && props.onClose()}
			onClick={(event) => {
				if (event.target === element.current) element.current?.close();
			}}
			onKeyDown={() => undefined}
		>
			{props.bare ? (
				<h2 id={id} class="unseen">
					{props.title}
				</h2>
			) : (
				<header>
					<h2 id={id} class="grow">
						{props.title}
					</h2>
					<button
						type="button"
						class="button quiet icon-only"
						aria-label={t("action.close")}
						onClick={() => element.current?.close()}
					>
						<Icon name="close" />
					</button>
				</header>
			)}
			<div class="body">{props.children}</div>
		</dialog>
	);
}

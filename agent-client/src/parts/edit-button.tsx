import type { Signal } from "@preact/signals";
import type { Ref } from "preact";
import { t } from "../i18n/translate.ts";
import { Icon } from "./icon.tsx";

/** Opens the form of what stands beside it, and closes it again. */
export function EditButton({ editing, button }: { editing: Signal<boolean>; button: Ref<HTMLButtonElement> }) {
	return (
		<button
			ref={button}
			type="button"
			class="button"
			aria-expanded={editing.value}
			onClick={() => (editing.value = !editing.value)}
		>
			<Icon name="edit" />
			{t("action.edit")}
		</button>
	);
}

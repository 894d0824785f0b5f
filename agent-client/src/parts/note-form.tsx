import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "./attempt.ts";

/** Something to remember of a client; Ctrl and Enter keep it. */
export function NoteForm({ contactId, onSaved }: { contactId: string; onSaved: () => void }) {
	const text = useSignal("");
	const field = useRef<HTMLTextAreaElement>(null);
	async function save(): Promise<void> {
		if (text.value.trim() === "") return field.current?.focus();
		if (await attempt(api.addNote(contactId, text.value.trim()))) {
			text.value = "";
			onSaved();
		}
	}
	return (
		<form
			class="note-form"
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<textarea
				ref={field}
				class="input"
				rows={1}
				maxLength={10_000}
				aria-label={t("note.text")}
				placeholder={t("note.text")}
				value={text.value}
				onInput={(event) => (text.value = event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
						event.preventDefault();
						void save();
					}
				}}
			/>
			<button type="submit" class="button">
				{t("note.add")}
			</button>
		</form>
	);
}

import { type Signal, useSignal } from "@preact/signals";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, live } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import type { List } from "../model/list.ts";
import { chosenOf, extended, nothingChosen, type Selection, toggled } from "../model/selection.ts";
import { refusalText } from "./attempt.ts";
import { TextField } from "./field.tsx";
import { say } from "./toast.tsx";

/** The server takes so many at once. */
const most = 100;

/** The box at the beginning of a row. */
export function SelectBox(props: { selection: Signal<Selection>; id: string; order: readonly string[]; name: string }) {
	const { selection, id, order, name } = props;
	return (
		<input
			type="checkbox"
			class="select-box"
			data-select={id}
			aria-label={t("several.choose", { name })}
			checked={selection.value.ids.has(id)}
			onClick={(event) => {
				selection.value = event.shiftKey ? extended(selection.value, id, order) : toggled(selection.value, id);
			}}
		/>
	);
}

/** Space chooses the row that has the focus, Shift and an arrow goes on to the next one and takes it along. */
export function selectByKey(event: KeyboardEvent, selection: Signal<Selection>, order: readonly string[]): void {
	const { target } = event;
	if (!(target instanceof HTMLElement) || target.matches("button, input:not(.select-box), textarea, select")) return;
	const row = target.closest("[data-row]");
	const id = row?.querySelector<HTMLElement>("[data-select]")?.dataset.select;
	if (!id) return;
	if (event.key === " " && !target.matches(".select-box")) {
		event.preventDefault();
		selection.value = toggled(selection.value, id);
	}
	if (!event.shiftKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
	event.preventDefault();
	const next = order[order.indexOf(id) + (event.key === "ArrowDown" ? 1 : -1)];
	if (next === undefined) return;
	selection.value = extended(extended(selection.value, id, order), next, order);
	const to = row?.parentElement?.querySelector<HTMLElement>(`[data-select="${CSS.escape(next)}"]`);
	to?.focus();
}

/** One comment for all that are chosen: not clients, or missed calls that need no call back. */
export function SeveralBar(props: {
	selection: Signal<Selection>;
	list: List<Obligation>;
	/** Only missed calls may be closed without a status. */
	dismissible: boolean;
}) {
	const { selection, list, dismissible } = props;
	const comment = useSignal("");
	const wrong = useSignal<string | null>(null);
	const busy = useSignal(false);
	const chosen = chosenOf(
		selection.value,
		list.items.value.map(({ id }) => id),
	);
	if (chosen.length === 0) return null;

	async function close(as: "not_client" | "dismissed"): Promise<void> {
		if (comment.value.trim() === "") {
			wrong.value = t("problem.comment-missing");
			return;
		}
		busy.value = true;
		try {
			const { items } = await api.processSeveral({ ids: chosen.slice(0, most), as, comment: comment.value.trim() });
			const closed = new Set(
				items.flatMap(({ id, result }) => (result === "done" || result === "settled" ? [id] : [])),
			);
			const refused = items.length - closed.size;
			for (const duty of list.items.value.filter(({ id }) => closed.has(id))) {
				live.dismiss(duty.call.id);
				list.remove(duty.id);
			}
			// What was refused stays chosen: the person sees which.
			selection.value = { ids: new Set(chosen.filter((id) => !closed.has(id))), anchor: null };
			if (refused === 0) comment.value = "";
			say(
				refused === 0 ? t("several.done", { count: closed.size }) : t("several.refused", { count: refused }),
				refused === 0 ? undefined : "bad",
			);
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			say(refusalText(error), "bad");
		} finally {
			busy.value = false;
		}
	}
	return (
		<form
			class="panel"
			aria-label={t("several.title")}
			onSubmit={(event) => {
				event.preventDefault();
				void close("not_client");
			}}
		>
			<div class="body stack tight">
				<TextField
					label={t("several.comment", { count: chosen.length })}
					value={comment.value}
					wrong={wrong.value}
					maxLength={10_000}
					onValue={(value) => {
						comment.value = value;
						wrong.value = null;
					}}
				/>
				<div class="row wrap">
					<button type="submit" class="button primary small" disabled={busy.value}>
						{t("several.not-client")}
					</button>
					{dismissible && (
						<button type="button" class="button small" disabled={busy.value} onClick={() => void close("dismissed")}>
							{t("duty.dismiss-title")}
						</button>
					)}
					<button type="button" class="button quiet small" onClick={() => (selection.value = nothingChosen)}>
						{t("several.none")}
					</button>
				</div>
			</div>
		</form>
	);
}

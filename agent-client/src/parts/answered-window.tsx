import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import type { AnswerChannel } from "../../../server/protocol/settled.ts";
import { api } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { refusalText } from "./attempt.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { Refused } from "./refused.tsx";
import { say } from "./toast.tsx";
import { firstWrong, useFocus } from "./use-focus.ts";

/** In the order of the digits 1-5. */
const channels = ["letter", "messenger", "sms", "in-person", "other"] as const satisfies readonly AnswerChannel[];

interface Draft {
	readonly channel: AnswerChannel | null;
	readonly comment: string;
}
/** What was typed and not saved: whoever closes the window finds it again. */
const typed = new Map<string, Draft>();

/** "Answered another way": where, and always a comment; from the keyboard alone: digits, Tab, Ctrl+Enter. */
export function AnsweredElsewhere({ duty, onDone }: { duty: Obligation; onDone: (id: string | null) => void }) {
	const draft = useSignal<Draft>(typed.get(duty.id) ?? { channel: null, comment: "" });
	const tried = useSignal(false);
	const busy = useSignal(false);
	const refused = useSignal<string | null>(null);
	const element = useRef<HTMLFormElement>(null);
	const group = useRef<HTMLFieldSetElement>(null);
	const focusWrong = useFocus(() => firstWrong(element.current));
	const id = useId();
	const { channel, comment } = draft.value;
	const channelMissing = tried.value && channel === null;
	const commentMissing = tried.value && comment.trim() === "";

	const change = (patch: Partial<Draft>) => {
		draft.value = { ...draft.value, ...patch };
		typed.set(duty.id, draft.value);
	};
	async function submit(): Promise<void> {
		tried.value = true;
		if (channel === null || comment.trim() === "") return focusWrong();
		if (busy.value) return;
		busy.value = true;
		refused.value = null;
		try {
			await api.answered(duty.id, { channel, comment: comment.trim() });
			typed.delete(duty.id);
			say(t("answered.done"));
			onDone(duty.id);
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			refused.value = refusalText(error);
		} finally {
			busy.value = false;
		}
	}
	return (
		<Dialog title={t("answered.title")} onClose={() => onDone(null)}>
			<form
				class="stack"
				ref={element}
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
				onKeyDown={(event) => {
					if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
						event.preventDefault();
						void submit();
					}
				}}
			>
				<p class="muted">{t("answered.text")}</p>
				<fieldset
					ref={group}
					class="status-group"
					data-wrong={channelMissing ? "" : undefined}
					onKeyDown={(event) => {
						const chosen = /^[1-5]$/.test(event.key) ? channels[Number(event.key) - 1] : undefined;
						if (!chosen || event.ctrlKey || event.altKey || event.metaKey) return;
						event.preventDefault();
						change({ channel: chosen });
						group.current?.querySelector<HTMLInputElement>(`input[value=${chosen}]`)?.focus();
					}}
				>
					<legend class="label">{t("answered.channel")}</legend>
					<div class="status-options">
						{channels.map((one, index) => (
							<label key={one} class="status-option accent">
								<input
									type="radio"
									name={`${id}-channel`}
									value={one}
									checked={channel === one}
									onChange={() => change({ channel: one })}
								/>
								<span class="digit" aria-hidden="true">
									{index + 1}
								</span>
								<span class="cut">{t(`channel.${one}`)}</span>
							</label>
						))}
					</div>
					{channelMissing && (
						<p class="wrong">
							<Icon name="alert" small />
							{t("problem.channel-missing")}
						</p>
					)}
				</fieldset>
				<TextField
					label={t("wrap.comment")}
					lines={3}
					maxLength={10_000}
					value={comment}
					wrong={commentMissing ? t("problem.comment-missing") : null}
					onValue={(text) => change({ comment: text })}
				/>
				<div class="row wrap">
					<button type="submit" class="button primary" disabled={busy.value}>
						{busy.value ? t("action.saving") : t("answered.save")}
					</button>
					<span class="muted small keys-hint">
						<kbd>Ctrl</kbd> <kbd>↵</kbd>
					</span>
					<Refused text={refused.value} />
				</div>
			</form>
		</Dialog>
	);
}

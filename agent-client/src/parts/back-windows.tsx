import { useSignal } from "@preact/signals";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, now } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { attempt, refusalText } from "./attempt.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Refused } from "./refused.tsx";
import { Outside } from "./text.tsx";
import { say } from "./toast.tsx";
import { whenText } from "./words.tsx";

/** Closing without a conversation wants a reason. */
export function Dismiss({ duty, onDone }: { duty: Obligation; onDone: (id: string | null) => void }) {
	const comment = useSignal("");
	const wrong = useSignal<string | null>(null);
	/** In the window itself: what is said behind it is covered. */
	const refused = useSignal<string | null>(null);
	return (
		<Dialog title={t("duty.dismiss-title")} onClose={() => onDone(null)}>
			<form
				class="stack"
				onSubmit={async (event) => {
					event.preventDefault();
					if (comment.value.trim() === "") {
						wrong.value = t("problem.comment-missing");
						return;
					}
					refused.value = null;
					try {
						await api.dismiss(duty.id, comment.value.trim());
						say(t("duty.dismissed-done"));
						onDone(duty.id);
					} catch (error) {
						if (!(error instanceof ApiError)) throw error;
						refused.value = refusalText(error);
					}
				}}
			>
				<p class="muted">{t("duty.dismiss-text")}</p>
				<TextField
					label={t("wrap.comment")}
					lines={3}
					value={comment.value}
					wrong={wrong.value}
					onValue={(value) => {
						comment.value = value;
						wrong.value = null;
					}}
				/>
				<div class="row">
					<button type="submit" class="button primary">
						{t("duty.dismiss-title")}
					</button>
					<Refused text={refused.value} />
				</div>
			</form>
		</Dialog>
	);
}

/** A supervisor takes what a colleague has: said once more before it is done. */
export function TakeOver({ duty, onDone }: { duty: Obligation; onDone: (taken: boolean) => void }) {
	const busy = useSignal(false);
	const { claimedBy, claimedAt } = duty;
	const time = claimedAt === null ? "" : whenText(claimedAt, now.value);
	return (
		<Dialog title={t("duty.take-over-title")} onClose={() => onDone(false)}>
			<form
				class="stack"
				onSubmit={async (event) => {
					event.preventDefault();
					busy.value = true;
					onDone(await attempt(api.claim(duty.id), t("duty.taken-over")));
				}}
			>
				<p>
					<Outside text={t("duty.take-over-text", { name: claimedBy?.name ?? "", time })} class="" />
				</p>
				<div class="row">
					<button type="submit" class="button primary" disabled={busy.value}>
						{t("duty.take-over-title")}
					</button>
					<button type="button" class="button" onClick={() => onDone(false)}>
						{t("action.cancel")}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

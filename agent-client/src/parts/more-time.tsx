import { useSignal } from "@preact/signals";
import { api, held, now, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { holding, secondsHeld } from "../model/held.ts";
import { clock } from "../model/time.ts";
import { attempt } from "./attempt.ts";

/** What is left of the time for this call, and 30 seconds more where the company allows it. */
export default function MoreTime({ callId }: { callId: string }) {
	const busy = useSignal(false);
	const own = held.items.value.find((one) => one.callId === callId && one.user.id === session.me.value?.id);
	if (!own?.until || own.saved || holding([own], now.value).length === 0) return null;
	return (
		<span class="row more-time">
			<span class="timer">{clock(secondsHeld([own], now.value) ?? 0)}</span>
			{own.extendable && (
				<button
					type="button"
					class="button small"
					title={t("wrap.more-time-text")}
					aria-disabled={busy.value}
					onClick={async () => {
						if (busy.value) return;
						busy.value = true;
						await attempt(api.extendWrapUp(own));
						await held.look();
						busy.value = false;
					}}
				>
					{t("wrap.more-time")}
				</button>
			)}
		</span>
	);
}

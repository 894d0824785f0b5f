import { useSignal } from "@preact/signals";
import type { WrapUp } from "../../../server/protocol/wrap-up.ts";
import { api, held, now, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { holding, secondsHeld } from "../model/held.ts";
import { clock, secondsSince } from "../model/time.ts";
import { attempt } from "./attempt.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Nothing } from "./states.tsx";
import { Outside } from "./text.tsx";

/** Everybody whom a wrap-up keeps from the queues; one may be let go with a reason. */
export default function HeldPeople({ onClose }: { onClose: () => void }) {
	const me = session.me.value?.id;
	const people = holding(held.items.value, now.value).filter(({ user }) => user.id !== me);
	return (
		<Dialog title={t("held.title")} onClose={onClose}>
			<div class="stack">
				<p class="muted">{t("held.text")}</p>
				{people.length === 0 && <Nothing icon="check" title={t("held.nobody")} text="" />}
				<ul class="rows">
					{people.map((one) => (
						<Person key={`${one.id} ${one.user.id}`} one={one} />
					))}
				</ul>
			</div>
		</Dialog>
	);
}

function Person({ one }: { one: WrapUp }) {
	const open = useSignal(false);
	const reason = useSignal("");
	const wrong = useSignal<string | null>(null);
	const left = secondsHeld([one], now.value);
	return (
		<li class="stack tight held-person">
			<span class="row wrap">
				<strong class="grow held-name">
					<Outside text={one.user.name} />
				</strong>
				{one.queue && <Outside text={one.queue} class="muted small" />}
				<span class="chip warn">
					{left === null
						? t("held.for", { time: clock(secondsSince(one.since, now.value)) })
						: t("held.left", { time: clock(left) })}
				</span>
				<button
					type="button"
					class="button small"
					aria-expanded={open.value}
					onClick={() => (open.value = !open.value)}
				>
					{t("held.release")}
				</button>
			</span>
			{one.effect !== "paused" && (
				<span class="muted small">
					{t(`held.effect.${one.effect}`)} {one.problem && <Outside text={one.problem} class="" />}
				</span>
			)}
			{open.value && (
				<form
					class="stack tight"
					onSubmit={async (event) => {
						event.preventDefault();
						if (reason.value.trim() === "") {
							wrong.value = t("held.reason-missing");
							return;
						}
						if (await attempt(api.releaseWrapUp(one.id, reason.value.trim()), t("held.released"))) await held.look();
					}}
				>
					<TextField
						label={t("held.reason")}
						hint={t("held.reason-hint")}
						value={reason.value}
						wrong={wrong.value}
						maxLength={1000}
						onValue={(value) => {
							reason.value = value;
							wrong.value = null;
						}}
					/>
					<div class="row">
						<button type="submit" class="button primary small">
							{t("held.release")}
						</button>
					</div>
				</form>
			)}
		</li>
	);
}

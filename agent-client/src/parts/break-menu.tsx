import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Break } from "../../../server/protocol/break.ts";
import { api, live, now, session, settings } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { harmless } from "../model/text.ts";
import { clock, secondsSince } from "../model/time.ts";
import { attempt } from "./attempt.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";
import { Failure, Loading } from "./states.tsx";
import { Outside } from "./text.tsx";
import { say } from "./toast.tsx";

/** Milliseconds between two questions what the PBX made of a break, and how many there are at most. */
const [askEvery, mostQuestions] = [1_000, 8];

const trouble = (one: Break | undefined) =>
	one?.effect === "no-control" || one?.effect === "refused" || one?.effect === "offline" ? one.effect : null;

async function ownBreak(): Promise<Break | undefined> {
	try {
		return (await api.breaks()).items.find(({ user }) => user.id === session.me.value?.id);
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		return undefined;
	}
}

/** Who walks away from the desk believes to be paused: says so where the PBX did not do it. */
async function watchEffect(questions = mostQuestions): Promise<void> {
	const found = await ownBreak();
	const what = trouble(found);
	if (what) say(`${t("break.not-paused")} ${t(`held.effect.${what}`)} ${harmless(found?.problem ?? "")}`.trim(), "bad");
	else if (found?.effect === "pending" && questions > 1) setTimeout(() => void watchEffect(questions - 1), askEvery);
}

/** Available, or a break with one of the company's reasons. */
export default function BreakMenu({ onClose }: { onClose: () => void }) {
	const own = live.stateOf(session.me.value?.id ?? "")?.onBreak ?? null;
	const found = useSignal<Break | undefined>(undefined);
	const failed = useSignal(false);
	const busy = useSignal(false);
	async function read(): Promise<void> {
		failed.value = false;
		try {
			settings.value = await api.settings();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			failed.value = settings.peek() === null;
		}
	}
	useEffect(() => {
		void read();
		if (own) void ownBreak().then((one) => (found.value = one));
	}, []);

	async function choose(work: Promise<void>, done: string, reason: string | null): Promise<void> {
		busy.value = true;
		const worked = await attempt(work, done);
		busy.value = false;
		if (!worked) return;
		onClose();
		if (reason !== null) void watchEffect();
	}
	const option = (label: string, icon: "phone" | "pause", chosen: boolean, work: () => void) => (
		<button
			key={label}
			type="button"
			class="button break-option"
			aria-pressed={chosen}
			aria-disabled={busy.value}
			autofocus={chosen}
			onClick={() => {
				if (!busy.value) work();
			}}
		>
			<Icon name={icon} />
			<bdi class="cut grow">{label}</bdi>
			{chosen && (own ? <span class="timer">{clock(secondsSince(own.since, now.value))}</span> : <Icon name="check" />)}
		</button>
	);
	const what = trouble(found.value);
	const reasons = settings.value?.breakReasons;
	return (
		<Dialog title={t("break.title")} onClose={onClose}>
			<div class="stack">
				<p class="muted">{t("break.text")}</p>
				{failed.value ? (
					<Failure code="offline" retry={() => void read()} />
				) : reasons === undefined ? (
					<Loading rows={4} />
				) : (
					<div class="stack tight">
						{option(t("agent.available"), "phone", own === null, () => {
							void choose(api.endBreak(), t("break.ended"), null);
						})}
						{[...new Set([...reasons, ...(own ? [own.reason] : [])])].map((reason) =>
							option(harmless(reason), "pause", own?.reason === reason, () => {
								void choose(api.beginBreak(reason), t("break.begun", { reason }), reason);
							}),
						)}
					</div>
				)}
				{own && what && (
					<p class="wrong" role="alert">
						<Icon name="alert" small />
						<span>
							{t("break.not-paused")} {t(`held.effect.${what}`)}{" "}
							{found.value?.problem && <Outside text={found.value.problem} class="" />}
						</span>
					</p>
				)}
			</div>
		</Dialog>
	);
}

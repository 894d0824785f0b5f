import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { alerting, api, jumpTo, live, now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import type { Card as CardModel } from "../model/picture.ts";
import { clock, secondsSince } from "../model/time.ts";
import { attempt } from "./attempt.ts";
import { CallerDetails, CardCandidates, UnknownCaller } from "./card-caller.tsx";
import { Icon } from "./icon.tsx";
import { callerTitle } from "./incoming-sentence.ts";
import { Outside } from "./text.tsx";
import { say } from "./toast.tsx";
import { useFocus } from "./use-focus.ts";
import { WrapUpForm } from "./wrap-up-form.tsx";

interface Props {
	readonly card: CardModel;
	readonly small: boolean;
	readonly onSmall: (small: boolean) => void;
}

/** The ringing call, the conversation, or what is left to do after it: bottom right over every page. */
export function Card({ card, small, onSmall }: Props) {
	const element = useRef<HTMLElement>(null);
	const noting = useSignal(false);
	const { route } = useLocation();
	const id = useId();
	const { pop, phase } = card;
	const { call, contact } = pop;

	const focusFirst = useFocus(() => {
		for (const wanted of ["input:checked", "input", "[data-first]", "button"]) {
			const found = element.current?.querySelector<HTMLElement>(wanted);
			if (found) return found;
		}
		return null;
	});
	useEffect(() => live.shown(card), [card]);
	// Read while rendering: an effect of the signal would come a frame later, when somebody may type already.
	const jumped = jumpTo.value === call.id;
	useLayoutEffect(() => {
		if (!jumped) return;
		jumpTo.value = null;
		onSmall(false);
		focusFirst();
	}, [jumped]);

	// Whoever worked in the card goes on in its form when the buttons make room for it.
	const inside = useRef(false);
	useLayoutEffect(() => {
		if (phase.kind !== "wrap-up" || small || !inside.current || document.activeElement !== document.body) return;
		jumpTo.value = call.id;
	}, [phase.kind]);

	const open = () => {
		if (!contact) return;
		if (phase.kind !== "ringing") onSmall(true);
		route(`/contacts/${contact.id}`);
	};
	const spam = () =>
		attempt(api.dispose(call.id, { status: "not_client", comment: t("card.spam-comment") }), t("card.spam-done"));

	const over = phase.kind === "elsewhere" || phase.kind === "gone";
	return (
		<article
			ref={element}
			class={`card ${phase.kind} ${small ? "is-small" : ""}`}
			aria-labelledby={`${id}-name`}
			data-call={call.id}
			onFocusIn={() => (inside.current = true)}
			onFocusOut={({ relatedTarget }) => {
				// An element that is taken away leaves the focus to nobody.
				if (relatedTarget instanceof Node && !element.current?.contains(relatedTarget)) inside.current = false;
			}}
			onKeyDown={(event) => {
				if (event.altKey && event.code === "KeyN" && contact) {
					event.preventDefault();
					noting.value = true;
				}
			}}
		>
			<header>
				<CardHead card={card} />
				{phase.kind === "ringing" && alerting.owned.value.includes(call.id) && (
					<button
						type="button"
						class="button quiet icon-only small"
						aria-label={t("card.mute")}
						title={t("card.mute")}
						disabled={alerting.muted.value.includes(call.id)}
						onClick={() => alerting.mute(call.id)}
					>
						<Icon name={alerting.muted.value.includes(call.id) ? "mute" : "bell"} small />
					</button>
				)}
				<button
					type="button"
					class="button quiet icon-only small"
					aria-label={small ? t("card.enlarge") : t("card.reduce")}
					aria-expanded={!small}
					onClick={() => onSmall(!small)}
				>
					<Icon name={small ? "plus" : "minus"} small />
				</button>
				{phase.kind === "wrap-up" && (
					<button
						type="button"
						class="button quiet icon-only small"
						aria-label={t("card.later")}
						title={t("card.later")}
						onClick={() => live.dismiss(call.id)}
					>
						<Icon name="close" small />
					</button>
				)}
			</header>

			<h2 class="caller" id={`${id}-name`}>
				<Outside text={callerTitle(card)} />
			</h2>

			{!small && phase.kind === "wrap-up" && (
				<WrapUpForm
					callId={call.id}
					compact
					onSaved={() => {
						const next = live.cards.value.find(
							(other) => other.phase.kind === "wrap-up" && other.pop.call.id !== call.id,
						);
						live.dismiss(call.id);
						const left = Math.max(0, live.counts.value.mine - 1);
						say(left > 0 ? t("wrap.saved-more", { count: left }) : t("wrap.saved"));
						if (next) jumpTo.value = next.pop.call.id;
						// The form goes with its field, or has gone: the keyboard goes on in the page.
						else if (document.activeElement === document.body || element.current?.contains(document.activeElement)) {
							document.getElementById("main")?.focus();
						}
					}}
				/>
			)}
			{!small && (phase.kind === "ringing" || phase.kind === "talking") && (
				<>
					{pop.saved === false && (
						<p class="unsaved small" role="status">
							<Icon name="alert" small />
							{t("card.unsaved")}
						</p>
					)}
					{pop.match.state === "several" && !contact ? (
						<CardCandidates pop={pop} />
					) : contact ? (
						<CallerDetails pop={pop} />
					) : (
						<UnknownCaller pop={pop} />
					)}
					{noting.value && contact && (
						<QuickNote
							contactId={contact.id}
							onDone={() => {
								noting.value = false;
								element.current?.querySelector<HTMLElement>("[data-first]")?.focus();
							}}
						/>
					)}
					<div class="row actions">
						{contact && (
							<>
								<button type="button" class="button primary small" data-first onClick={open}>
									<Icon name="user" small />
									{t("card.open")}
								</button>
								<button
									type="button"
									class="button small"
									title="Alt+N"
									aria-keyshortcuts="Alt+N"
									onClick={() => (noting.value = !noting.value)}
								>
									<Icon name="note" small />
									{t("card.note")}
								</button>
							</>
						)}
						{call.direction === "inbound" && (
							<button type="button" class="button quiet small end" onClick={() => void spam()}>
								<Icon name="ban" small />
								{t("card.spam")}
							</button>
						)}
					</div>
				</>
			)}
			{over && !small && (
				<p class="muted">
					{phase.kind === "elsewhere"
						? phase.by
							? t("card.answered-by", { name: phase.by })
							: t("card.answered-elsewhere")
						: t("card.gave-up")}
				</p>
			)}
		</article>
	);
}

/** Direction, time, queue and choice in the menu: one line. */
function CardHead({ card: { pop, phase } }: { card: CardModel }) {
	const { call } = pop;
	switch (phase.kind) {
		case "ringing":
			return (
				<p class="cut grow head">
					<Icon name={call.direction === "outbound" ? "out" : "in"} small />
					<strong>{t(`card.${call.direction}`)}</strong>
					<span class="timer">{clock(secondsSince(call.startedAt, now.value))}</span>
					{call.queue && <Outside text={call.queue} />}
					{call.ivr && <span class="nowrap">{t("card.ivr", { digits: call.ivr })}</span>}
				</p>
			);
		case "talking": {
			// Who dials has the card before the other side answers.
			const dials = call.direction === "outbound" && call.answeredAt === null;
			return (
				<p class="cut grow head">
					<Icon name={dials ? "out" : "phone"} small />
					<strong>{t(dials ? "card.outbound" : "call.talking")}</strong>
					<span class="timer">{clock(secondsSince(phase.since, now.value))}</span>
				</p>
			);
		}
		case "wrap-up":
			return (
				<p class="cut grow head">
					<Icon name="check" small />
					<strong>{t("card.finish")}</strong>
					<span class="timer" title={t("card.since-end")}>
						{clock(secondsSince(phase.endedAt, now.value))}
					</span>
				</p>
			);
		case "elsewhere":
		case "gone":
			return (
				<p class="cut grow head">
					<Icon name={phase.kind === "gone" ? "missed" : "check"} small />
					<strong>{t(phase.kind === "gone" ? "card.over" : "card.taken")}</strong>
				</p>
			);
	}
}

function QuickNote({ contactId, onDone }: { contactId: string; onDone: () => void }) {
	const text = useSignal("");
	const field = useRef<HTMLInputElement>(null);
	useLayoutEffect(() => field.current?.focus(), []);
	return (
		<form
			class="row"
			onSubmit={async (event) => {
				event.preventDefault();
				if (text.value.trim() === "") return field.current?.focus();
				if (await attempt(api.addNote(contactId, text.value.trim()), t("note.saved"))) onDone();
			}}
		>
			<input
				ref={field}
				class="input grow"
				aria-label={t("note.text")}
				placeholder={t("note.text")}
				value={text.value}
				onInput={(event) => (text.value = event.currentTarget.value)}
			/>
			<button type="submit" class="button small">
				{t("action.save")}
			</button>
		</form>
	);
}

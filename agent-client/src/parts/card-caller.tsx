import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { AgentState, Pop } from "../../../server/protocol/live.ts";
import { api, live, now } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { countryName, type Key, t } from "../i18n/translate.ts";
import { daysToBirthday, writtenDate } from "../model/time.ts";
import { attempt } from "./attempt.ts";
import { Icon } from "./icon.tsx";
import { NumberText, Outside } from "./text.tsx";
import { say } from "./toast.tsx";
import { ContactStatusChip, dayTitle, failureText } from "./words.tsx";

const agentTone: Record<AgentState["state"], string> = {
	available: "good",
	ringing: "accent",
	"in-call": "warn",
	"wrap-up": "warn",
	break: "",
	offline: "",
};

/** Who is responsible for the client, and whether he could take the call. */
function Owner({ owner }: { owner: Pop["owner"] }) {
	if (!owner) return <p class="owner muted">{t("card.no-owner")}</p>;
	if (owner.you) {
		return (
			<p class="owner">
				<span class="chip good">
					<Icon name="star" small />
					{t("card.yours")}
				</span>
			</p>
		);
	}
	const state = live.stateOf(owner.id)?.state;
	return (
		<p class="row wrap owner">
			<span class="muted">{t("card.owner")}</span>
			<strong class="cut">
				<Outside text={owner.name} />
			</strong>
			<span class="row">
				{owner.extension && <span class="muted">{owner.extension}</span>}
				{state && <span class={`chip ${agentTone[state]}`}>{t(`agent.${state}`)}</span>}
			</span>
		</p>
	);
}

/** The line that was dialled. */
const Line = ({ did }: { did: string }) =>
	did ? (
		<span class="row muted nowrap">
			{t("card.line")} <NumberText number={did} />
		</span>
	) : null;

/** Days ahead in which a birthday is worth a word. */
const soon = 3;

/** Whose birthday is today, or in the next days. */
function Birthday({ date }: { date: string | null | undefined }) {
	const days = date ? daysToBirthday(date, now.value) : soon + 1;
	if (!date || days > soon) return null;
	const day = writtenDate(date).slice(0, 5);
	const words = days === 0 ? t("card.birthday-today") : t("card.birthday", { day });
	return (
		<span class={`chip ${days === 0 ? "good" : ""}`} title={words}>
			<Icon name="cake" small />
			<span aria-hidden="true">{day}</span>
			<span class="unseen">{words}</span>
		</span>
	);
}

/** A known caller: owner, company, status, number, what happened last. */
export function CallerDetails({ pop }: { pop: Pop }) {
	const known = pop.match.candidates.find((candidate) => candidate.contact.id === pop.contact?.id);
	const last = pop.lastContacts[0];
	const missed = pop.openObligations.filter((owed) => owed.kind === "missed" && owed.callId !== pop.call.id).length;
	return (
		<div class="details">
			<Owner owner={pop.owner} />
			{known && (
				<p class="row chips">
					<ContactStatusChip status={known.contact.status} />
					<Birthday date={known.contact.birthday} />
					{known.contact.company && <Outside text={known.contact.company} />}
					{known.contact.tags.slice(0, 2).map((tag) => (
						<span key={tag} class="chip plum">
							<Outside text={tag} />
						</span>
					))}
				</p>
			)}
			<p class="row small">
				{pop.call.number && <NumberText number={pop.call.number} />}
				<Line did={pop.call.did} />
				{known?.reason === "chosen" && (
					<button
						type="button"
						class="chip end"
						onClick={() => void attempt(api.chooseContact(pop.call.id, null), t("card.choice-undone"))}
					>
						<Icon name="undo" small />
						{t("card.undo-choice")}
					</button>
				)}
			</p>
			<p class="row wrap small last">
				{missed > 0 && (
					<span class="chip bad" title={t("card.missed-before", { count: missed })}>
						<Icon name="missed" small />
						<span aria-hidden="true">{missed}</span>
						<span class="unseen">{t("card.missed-before", { count: missed })}</span>
					</span>
				)}
				{last ? (
					<>
						<span class="muted cut by">
							{dayTitle(last.at, now.value)}
							{last.by && (
								<>
									{", "}
									<Outside text={last.by.name} class="" />
								</>
							)}
						</span>
						<Outside text={last.comment ? t("card.quote", { text: last.comment }) : t("card.no-comment")} />
					</>
				) : (
					<span class="muted">{t("card.first-time")}</span>
				)}
			</p>
		</div>
	);
}

/** Several people have this number: all are offered, none is picked. */
export function CardCandidates({ pop }: { pop: Pop }) {
	const reasons = new Set(pop.match.candidates.map((candidate) => candidate.reason));
	return (
		<div class="details">
			<p class="row wrap small">
				<span>
					{t("card.who-is-it")}
					{reasons.size === 1 && ` (${t(`match.${[...reasons][0] ?? "shared"}`)})`}
				</span>
				<Line did={pop.call.did} />
			</p>
			<ul class="candidates">
				{pop.match.candidates.slice(0, 4).map((candidate, index) => (
					<li key={candidate.contact.id}>
						<button
							type="button"
							class="candidate"
							data-first={index === 0 ? "" : undefined}
							onClick={() => void attempt(api.chooseContact(pop.call.id, candidate.contact.id))}
						>
							<strong class="cut">
								<Outside text={candidate.contact.name} />
							</strong>
							<span class="muted small cut">
								{reasons.size > 1 && `${t(`match.${candidate.reason}`)} · `}
								{candidate.owner ? <Outside text={candidate.owner.name} class="" /> : t("contact.no-owner")}
							</span>
						</button>
					</li>
				))}
			</ul>
		</div>
	);
}

const unknownHints: Record<string, Key> = { withheld: "card.withheld-hint", garbage: "card.garbage-hint" };

/** Nobody has this number: one field, Enter saves; nothing is created unasked. */
export function UnknownCaller({ pop }: { pop: Pop }) {
	const name = useSignal("");
	const wrong = useSignal("");
	const saving = useSignal(false);
	const similar = useSignal<ComponentChildren>(null);
	const { number } = pop.call;
	const hint = unknownHints[pop.match.state];
	// Asked when the card is on the screen: the pop-up waits for no hint.
	useEffect(() => {
		if (!number || hint) return;
		Promise.all([api.similar(number), import("./similar.tsx")]).then(
			([{ items }, { Similar }]) => {
				if (items.length > 0) similar.value = <Similar contacts={items} />;
			},
			// The card does without.
			() => undefined,
		);
	}, [number]);

	async function save(): Promise<void> {
		if (name.value.trim() === "") {
			wrong.value = t("problem.name-missing");
			return;
		}
		saving.value = true;
		try {
			await api.createContact({ name: name.value.trim(), numbers: [{ raw: number ?? "" }] });
			say(t("card.contact-made"));
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			wrong.value = failureText(error.code);
		} finally {
			saving.value = false;
		}
	}

	return (
		<div class="details">
			<p class="row wrap small">
				{hint ? (
					<span class="muted">{t(hint)}</span>
				) : (
					<span class="chip plum">
						<Icon name="star" small />
						{pop.numberCountry
							? t("card.new-number-in", { country: countryName(pop.numberCountry) })
							: t("card.new-number")}
					</span>
				)}
				<Line did={pop.call.did} />
			</p>
			{pop.call.callerName && (
				<p class="row small">
					<span class="muted nowrap">{t("card.caller-name")}</span>
					<Outside text={pop.call.callerName} />
				</p>
			)}
			{number && !hint && (
				<form
					class="row new-contact"
					onSubmit={(event) => {
						event.preventDefault();
						void save();
					}}
				>
					<input
						class="input grow"
						aria-label={t("contact.name")}
						aria-invalid={wrong.value !== ""}
						placeholder={t("contact.name")}
						maxLength={300}
						value={name.value}
						onInput={(event) => {
							name.value = event.currentTarget.value;
							wrong.value = "";
						}}
					/>
					<button type="submit" class="button primary small" disabled={saving.value}>
						{t("action.save")}
					</button>
				</form>
			)}
			{wrong.value && (
				<p class="wrong" role="alert">
					<Icon name="alert" small />
					{wrong.value}
				</p>
			)}
			{similar.value}
		</div>
	);
}

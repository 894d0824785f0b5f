import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { Contact } from "../../../server/protocol/contact.ts";
import { api, live, session } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { writtenDate } from "../model/time.ts";
import { ContactForm } from "../parts/contact-form.tsx";
import { DialButton } from "../parts/dial-button.tsx";
import { EditButton } from "../parts/edit-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { NumberText, Outside } from "../parts/text.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { say } from "../parts/toast.tsx";
import { useFocus } from "../parts/use-focus.ts";
import { ContactStatusChip } from "../parts/words.tsx";
import { WrapUpForm } from "../parts/wrap-up-form.tsx";

/** One client: who, whose, how to reach, and everything that ever happened. */
export default function ContactPage() {
	const { params } = useRoute();
	const id = params.id ?? "";
	const contact = useSignal<Contact | null>(null);
	const failure = useSignal<FailureCode | null>(null);
	const editing = useSignal(false);
	const edit = useRef<HTMLButtonElement>(null);
	const focusEdit = useFocus(() => edit.current);
	const stopEditing = () => {
		editing.value = false;
		focusEdit();
	};

	async function load(): Promise<void> {
		try {
			contact.value = await api.contact(id);
			failure.value = null;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			failure.value = error.code;
		}
	}
	const { value: revision } = live.revision;
	useEffect(() => {
		void load();
	}, [id]);
	useEffect(() => {
		const timer = setTimeout(() => void load(), 400);
		return () => clearTimeout(timer);
	}, [revision]);

	const person = contact.value?.id === id ? contact.value : null;
	if (!person) {
		return failure.value ? <Failure code={failure.value} retry={() => void load()} /> : <Loading rows={4} />;
	}
	const owed = live.obligations.value.find(
		(duty) => duty.kind === "call" && duty.contact?.id === id && duty.call.endedAt !== null,
	);
	const number = person.numbers.find((line) => line.validTo === null);
	return (
		<div class="stack">
			<header class="contact-head">
				<div class="grow">
					<h1>
						<Outside text={person.name} class="" />
					</h1>
					<p class="row wrap">
						<ContactStatusChip status={person.status} />
						{person.company && (
							<a class="cut" href={`/contacts/${person.company.id}`}>
								<Outside text={person.company.name} />
							</a>
						)}
						<span class="muted">
							{person.owner
								? person.owner.id === session.me.value?.id
									? t("contact.yours")
									: t("contact.owned-by", { name: person.owner.name })
								: t("contact.no-owner")}
						</span>
					</p>
				</div>
				<div class="row">
					{number && <DialButton number={number.e164 ?? number.raw} contactId={person.id} label />}
					<EditButton editing={editing} button={edit} />
				</div>
			</header>

			{editing.value && (
				<section class="panel" aria-label={t("contact.edit")}>
					<div class="body">
						<ContactForm
							contact={person}
							onSaved={(saved) => {
								contact.value = saved;
								stopEditing();
								say(t("action.saved"));
							}}
							onCancel={stopEditing}
						/>
					</div>
				</section>
			)}

			<div class="contact-columns">
				<div class="stack">
					{owed && (
						<section class="panel owed" aria-labelledby="owed-title">
							<header>
								<Icon name="clock" />
								<h2 id="owed-title">{t("contact.owed")}</h2>
							</header>
							<div class="body">
								<WrapUpForm key={owed.call.id} callId={owed.call.id} onSaved={() => live.dismiss(owed.call.id)} />
							</div>
						</section>
					)}
					<Timeline contactId={person.id} />
				</div>
				<aside class="panel contact-aside" aria-label={t("contact.details")}>
					<div class="body">
						<Details contact={person} />
					</div>
				</aside>
			</div>
		</div>
	);
}

function Details({ contact }: { contact: Contact }) {
	const { route } = useLocation();
	const past = contact.numbers.filter((line) => line.validTo !== null);
	const facts = [
		[t("contact.birthday"), contact.birthday ? writtenDate(contact.birthday) : ""],
		[t("contact.source"), contact.source],
		[t("contact.region"), contact.region],
	] as const;
	return (
		<div class="stack">
			<ul class="stack tight">
				{contact.numbers
					.filter((line) => line.validTo === null)
					.map((line) => (
						<li key={line.id} class="row">
							<span class="grow">
								<NumberText number={line.e164 ?? line.raw} />
								{line.extension && <span class="muted"> {t("contact.extension", { digits: line.extension })}</span>}
								{line.label && (
									<span class="muted small cut">
										<Outside text={line.label} />
									</span>
								)}
							</span>
							<DialButton number={line.e164 ?? line.raw} contactId={contact.id} small />
						</li>
					))}
				{contact.numbers.length === 0 && <li class="muted">{t("contact.no-numbers")}</li>}
			</ul>
			{past.length > 0 && (
				<p class="muted small">
					{t("contact.past-numbers")}{" "}
					{past.map((line) => (
						<NumberText key={line.id} number={line.e164 ?? line.raw} />
					))}
				</p>
			)}
			{facts.some(([, value]) => value !== "") && (
				<dl class="facts">
					{facts
						.filter(([, value]) => value !== "")
						.map(([name, value]) => (
							<div key={name}>
								<dt>{name}</dt>
								<dd>
									<Outside text={value} />
								</dd>
							</div>
						))}
				</dl>
			)}
			{contact.tags.length > 0 && (
				<ul class="row wrap" aria-label={t("contact.tags")}>
					{contact.tags.map((tag) => (
						<li key={tag} class="chip plum">
							<Outside text={tag} />
						</li>
					))}
				</ul>
			)}
			<button
				type="button"
				class="button quiet small"
				onClick={() => route(`/calls?period=all&number=${encodeURIComponent(contact.numbers[0]?.e164 ?? "")}`)}
				disabled={!contact.numbers[0]?.e164}
			>
				{t("contact.all-calls")}
			</button>
		</div>
	);
}

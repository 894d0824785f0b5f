import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Contact } from "../../../server/protocol/contact.ts";
import { api, colleagues, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { createContactForm, fieldsOf } from "../model/contact-form.ts";
import { harmless } from "../model/text.ts";
import { SelectField, serverWrong, TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { firstWrong, useFocus } from "./use-focus.ts";
import { failureText } from "./words.tsx";

interface Props {
	/** Null for a new one. */
	readonly contact: Contact | null;
	readonly number?: string;
	readonly onSaved: (contact: Contact) => void;
	readonly onCancel: () => void;
}

/** Fields of a contact; the server's complaints stand beside the fields that they are about. */
export function ContactForm({ contact, number = "", onSaved, onCancel }: Props) {
	const element = useRef<HTMLFormElement>(null);
	const focusWrong = useFocus(() => firstWrong(element.current));
	const form = useMemo(
		() =>
			createContactForm({
				initial: fieldsOf(contact, number),
				isNew: contact === null,
				save: (draft) => (contact ? api.editContact(contact.id, draft) : api.createContact(draft)),
			}),
		[contact?.id],
	);
	useLayoutEffect(() => element.current?.querySelector("input")?.focus(), [contact?.id]);
	const fields = form.fields.value;
	const { problems } = form;
	const server = form.serverFields.value;
	const me = session.me.value;
	// An agent may give away his own client and take one that nobody has.
	const mayOwn = me?.role !== "agent" || !contact?.owner || contact.owner.id === me.id;

	return (
		<form
			ref={element}
			class="stack"
			onSubmit={async (event) => {
				event.preventDefault();
				const saved = await form.submit();
				if (saved) return onSaved(saved);
				focusWrong();
			}}
		>
			<div class="fields">
				<TextField
					label={t("contact.name")}
					value={fields.name}
					maxLength={300}
					wrong={problems.name ? t(`problem.${problems.name}`) : serverWrong(server, "name")}
					onValue={(name) => form.change({ name })}
				/>
				<SelectField
					label={t("contact.kind")}
					value={fields.kind}
					options={[
						["person", t("contact.person")],
						["company", t("contact.company-kind")],
					]}
					onValue={(kind) => form.change({ kind })}
				/>
				{mayOwn && (
					<SelectField
						label={t("contact.owner")}
						value={fields.ownerId}
						wrong={serverWrong(server, "ownerId")}
						options={[
							["", t("contact.no-owner")] as const,
							...colleagues.value
								.filter((person) => person.active || person.id === fields.ownerId)
								.map((person) => [person.id, harmless(person.name)] as const),
						]}
						onValue={(ownerId) => form.change({ ownerId })}
					/>
				)}
				<TextField
					label={t("contact.birthday")}
					value={fields.birthday}
					placeholder={t("time.date-format")}
					wrong={problems.birthday ? t(`problem.${problems.birthday}`) : serverWrong(server, "birthday")}
					onValue={(birthday) => form.change({ birthday })}
				/>
				<TextField
					label={t("contact.source")}
					value={fields.source}
					maxLength={100}
					wrong={serverWrong(server, "source")}
					onValue={(source) => form.change({ source })}
				/>
				<TextField
					label={t("contact.region")}
					value={fields.region}
					maxLength={100}
					wrong={serverWrong(server, "region")}
					onValue={(region) => form.change({ region })}
				/>
			</div>
			<TextField
				label={t("contact.tags")}
				hint={t("contact.tags-hint")}
				value={fields.tags}
				wrong={serverWrong(server, "tags")}
				onValue={(tags) => form.change({ tags })}
			/>
			<fieldset class="stack tight">
				<legend class="label">{t("contact.numbers")}</legend>
				{fields.numbers.map((line, index) => {
					const wrong = serverWrong(server, `numbers.${index}`);
					return (
						<div key={line.key} class="number-line">
							<input
								class="input"
								type="tel"
								aria-label={t("contact.number")}
								aria-invalid={wrong !== null}
								placeholder={t("contact.number")}
								maxLength={60}
								value={line.raw}
								onInput={(event) => form.changeNumber(line.key, { raw: event.currentTarget.value })}
							/>
							<input
								class="input"
								aria-label={t("contact.number-label")}
								placeholder={t("contact.number-label")}
								maxLength={40}
								value={line.label}
								onInput={(event) => form.changeNumber(line.key, { label: event.currentTarget.value })}
							/>
							<button
								type="button"
								class="button quiet icon-only"
								aria-label={t("contact.number-remove")}
								onClick={() => form.removeNumber(line.key)}
							>
								<Icon name="trash" small />
							</button>
							{wrong && (
								<p class="wrong">
									<Icon name="alert" small />
									{wrong}
								</p>
							)}
						</div>
					);
				})}
				{form.removed.map(({ key, raw, mistaken }) => (
					<label key={key} class="check">
						<input
							type="checkbox"
							checked={mistaken}
							onChange={(event) => form.setMistaken(key, event.currentTarget.checked)}
						/>
						<span>{t("contact.number-mistaken", { number: raw })}</span>
					</label>
				))}
				<div class="row">
					<button type="button" class="button small" onClick={() => form.addNumber()}>
						<Icon name="plus" small />
						{t("contact.number-add")}
					</button>
				</div>
			</fieldset>
			<div class="row wrap">
				<button type="submit" class="button primary" disabled={form.saving.value}>
					{form.saving.value ? t("action.saving") : t("action.save")}
				</button>
				<button type="button" class="button quiet" onClick={onCancel}>
					{t("action.cancel")}
				</button>
				{form.failure.value && (
					<p class="wrong" role="alert">
						<Icon name="alert" small />
						{failureText(form.failure.value)}
					</p>
				)}
			</div>
		</form>
	);
}

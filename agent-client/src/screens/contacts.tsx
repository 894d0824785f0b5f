import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Contact, ContactStatus } from "../../../server/protocol/contact.ts";
import { api, colleagues } from "../client.ts";
import { addressOf } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { harmless } from "../model/text.ts";
import { DialButton } from "../parts/dial-button.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { NumberText, Outside } from "../parts/text.tsx";
import { useList } from "../parts/use-list.ts";
import { ContactStatusChip } from "../parts/words.tsx";

const statuses = ["new", "in_work", "client", "refused", "not_client"] as const satisfies readonly ContactStatus[];

/** Search over people and companies; what is asked stands in the address. */
export default function Contacts() {
	const { query, route } = useLocation();
	const q = (query.q ?? "").slice(0, 200);
	const owner = query.owner ?? "";
	const status = statuses.find((one) => one === query.status);
	const list = useList(
		`${q} ${owner} ${status}`,
		(after, signal) => api.contacts({ q: q.trim(), owner, ...(status && { status }), after, limit: 50 }, signal),
		false,
	);
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	useEffect(() => () => clearTimeout(timer.current), []);
	const change = (patch: Record<string, string>) => route(addressOf("/contacts", { q, owner, status, ...patch }), true);
	const filtered = q !== "" || owner !== "" || status !== undefined;

	return (
		<div class="stack">
			<div class="row wrap">
				<h1 class="grow">{t("nav.contacts")}</h1>
				<a class="button primary" href="/contacts/new">
					<Icon name="plus" />
					{t("contact.new")}
				</a>
			</div>
			<form class="filters" aria-label={t("filter.label")} onSubmit={(event) => event.preventDefault()}>
				<TextField
					label={t("contacts.search")}
					type="search"
					value={q}
					placeholder={t("contacts.search-hint")}
					onValue={(text) => {
						clearTimeout(timer.current);
						timer.current = setTimeout(() => change({ q: text }), 250);
					}}
				/>
				<SelectField
					label={t("contact.owner")}
					value={owner}
					options={[
						["", t("filter.any")] as const,
						...colleagues.value.map((person) => [person.id, harmless(person.name)] as const),
					]}
					onValue={(chosen) => change({ owner: chosen })}
				/>
				<SelectField<ContactStatus | "">
					label={t("contact.status")}
					value={status ?? ""}
					options={[
						["", t("filter.any")] as const,
						...statuses.map((one) => [one, t(`contact.status.${one}`)] as const),
					]}
					onValue={(chosen) => change({ status: chosen })}
				/>
			</form>
			<section class="panel" aria-label={t("nav.contacts")}>
				<div class="body flush">
					<ListState
						list={list}
						empty={
							filtered ? (
								<Nothing icon="search" title={t("contacts.not-found")} text={t("contacts.not-found-text")} />
							) : (
								<Nothing icon="users" title={t("contacts.none")} text={t("contacts.none-text")}>
									<a class="button primary" href="/contacts/new">
										{t("contact.new")}
									</a>
								</Nothing>
							)
						}
					>
						{(contacts) => (
							<ul class="rows">
								{contacts.map((contact) => (
									<Row key={contact.id} contact={contact} />
								))}
							</ul>
						)}
					</ListState>
				</div>
			</section>
		</div>
	);
}

function Row({ contact }: { contact: Contact }) {
	const number = contact.numbers.find((line) => line.validTo === null);
	return (
		<li class="contact-row" data-row>
			<Icon name={contact.kind === "company" ? "company" : "user"} />
			<span class="contact-who">
				<a class="strong cut" href={`/contacts/${contact.id}`}>
					<Outside text={contact.name} />
				</a>
				<span class="muted small cut">{contact.company && <Outside text={contact.company.name} />}</span>
			</span>
			<span class="contact-number">{number && <NumberText number={number.e164 ?? number.raw} />}</span>
			<span class="contact-status">
				<ContactStatusChip status={contact.status} />
			</span>
			<span class="contact-owner muted small cut">
				{contact.owner ? <Outside text={contact.owner.name} /> : t("contact.no-owner")}
			</span>
			<span class="contact-dial">
				{number && <DialButton number={number.e164 ?? number.raw} contactId={contact.id} small />}
			</span>
		</li>
	);
}

import type { SimilarContact } from "../../../server/protocol/contact.ts";
import { t } from "../i18n/translate.ts";
import { writtenNumber } from "../model/number.ts";
import { Outside } from "./text.tsx";

/** Whose number looks like the caller's: a hint that leads to their pages, and no match. */
export function Similar({ contacts }: { contacts: readonly SimilarContact[] }) {
	return (
		<p class="row small similar">
			<span class="muted nowrap">{t("card.similar")}</span>
			{contacts.map(({ id, name, number }) => (
				<a key={id} class="row" href={`/contacts/${id}`} title={writtenNumber(number)}>
					<Outside text={name} />
					<bdi dir="ltr" class="nowrap">
						…{number.slice(-2)}
					</bdi>
				</a>
			))}
		</p>
	);
}

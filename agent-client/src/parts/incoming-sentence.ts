import type { UnseenPop } from "../../../server/protocol/floor.ts";
import type { EscalatedTo, Obligation } from "../../../server/protocol/obligation.ts";
import { t } from "../i18n/translate.ts";
import { writtenNumber } from "../model/number.ts";
import type { Card } from "../model/picture.ts";

/** Who calls, in one short name: contact, several people, number, or "withheld". */
export function callerTitle(card: Pick<Card, "pop">): string {
	const { pop } = card;
	if (pop.contact) return pop.contact.name;
	if (pop.match.state === "withheld") return t("caller.withheld");
	if (pop.match.state === "several") return t("caller.several", { count: pop.match.candidates.length });
	if (pop.call.number) return writtenNumber(pop.call.number);
	return pop.call.rawNumber || t("caller.withheld");
}

/** What the live region and the notice say. */
export function incomingSentence(card: Card): string {
	const { owner } = card.pop;
	const name = callerTitle(card);
	return owner ? t("incoming.owned", { name, owner: owner.name }) : t("incoming.plain", { name });
}

/** A client was not called back in time. */
export function escalatedSentence(to: EscalatedTo, { contact, number }: Obligation): string {
	const client = contact?.name ?? (number === null ? t("caller.withheld") : writtenNumber(number));
	return t(`escalated.said-${to}`, { client });
}

/** A colleague's phone rings, and nobody has seen the card. */
export function unseenSentence({ user, extension, contact, number }: UnseenPop): string {
	const caller = contact?.name ?? (number === null ? t("caller.withheld") : writtenNumber(number));
	return t("unseen.bar", { name: extension === null ? user.name : `${user.name} (${extension})`, caller });
}

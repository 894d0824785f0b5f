import { colleagues } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { Icon } from "./icon.tsx";

/** Whose work the address asks for: a person's id, `nobody`, or undefined for everybody's. Nonsense is everybody's. */
export function assigneeOf(query: Readonly<Record<string, string>>): string | undefined {
	const { assignee = "" } = query;
	return assignee === "nobody" || /^[0-9a-f-]{36}$/.test(assignee) ? assignee : undefined;
}

/** Says that a list is one person's, and offers the whole list. */
export function OnlyPerson({ assignee, href }: { assignee: string; href: string }) {
	const name = colleagues.value.find(({ id }) => id === assignee)?.name;
	return (
		<a class="chip accent" href={href} title={t("filter.clear")}>
			{t("filter.only", { name: assignee === "nobody" ? t("floor.nobody") : (name ?? "…") })}
			<Icon name="close" small />
		</a>
	);
}

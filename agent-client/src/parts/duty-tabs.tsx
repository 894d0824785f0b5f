import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { live, plansDue } from "../client.ts";
import { t } from "../i18n/translate.ts";

/** The desk and what is owed, with how much of it. */
export function DutyTabs() {
	const { path } = useLocation();
	const { mine, missed } = live.counts.value;
	const tabs = [
		["/", "tab.today", 0],
		["/process", "tab.process", mine],
		["/call-back", "tab.call-back", missed],
		["/plans", "tab.plans", plansDue.value],
	] as const;
	const element = useRef<HTMLElement>(null);
	useEffect(() => {
		element.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
	}, [path]);
	return (
		<nav ref={element} class="tabs" aria-label={t("tab.label")}>
			{tabs.map(([href, key, count]) => (
				<a key={href} href={href} aria-current={path === href ? "page" : undefined}>
					{t(key)}
					{count > 0 && <span class="count hot">{count >= 99 ? "99+" : count}</span>}
				</a>
			))}
		</nav>
	);
}

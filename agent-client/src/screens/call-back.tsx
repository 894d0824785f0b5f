import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, live, session, settings } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { nothingChosen } from "../model/selection.ts";
import { BackRow } from "../parts/back-row.tsx";
import { Dismiss, TakeOver } from "../parts/back-windows.tsx";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { Icon } from "../parts/icon.tsx";
import { assigneeOf, OnlyPerson } from "../parts/only-person.tsx";
import { SeveralBar, selectByKey } from "../parts/several.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { useList } from "../parts/use-list.ts";

const scopes = ["open", "mine", "escalated", "closed"] as const;

const emptyTitles = {
	open: "call-back.none",
	mine: "call-back.none",
	escalated: "escalated.none",
	closed: "call-back.none-closed",
} as const;

/** Clients whom nobody spoke to: take one, call back, or close it with a reason. */
export default function CallBack() {
	const { query } = useLocation();
	const scope = scopes.find((one) => one === query.scope) ?? "open";
	const only = scope === "mine" ? "me" : assigneeOf(query);
	const overdue = scope !== "closed" && query.overdue === "true";
	/** How far it went to be the viewer's. */
	const step = session.role.value === "agent" ? "team" : "supervisor";
	const dismissing = useSignal<Obligation | null>(null);
	const taking = useSignal<Obligation | null>(null);
	const list = useList(`${scope} ${only} ${overdue} ${step}`, (after, signal) =>
		api.obligations(
			{
				kind: "missed",
				assignee: only,
				overdue: overdue || undefined,
				settled: scope === "closed" || undefined,
				escalated: scope === "escalated" ? step : undefined,
				after,
			},
			signal,
		),
	);
	const { escalated } = live.counts.value;
	const selection = useSignal(nothingChosen);
	const order = list.items.value.map(({ id }) => id);
	return (
		<div class="stack">
			<h1 class="unseen">{t("tab.call-back")}</h1>
			<DutyTabs />
			<div class="row wrap">
				<div class="segments">
					{scopes.map((one) => (
						<a
							key={one}
							href={one === "open" ? "/call-back" : `/call-back?scope=${one}`}
							aria-current={scope === one ? "page" : undefined}
						>
							{one === "escalated" ? t(`escalated.scope-${step}`) : t(`scope.${one}`)}
							{one === "escalated" && escalated > 0 && (
								<span class="count hot">{escalated >= 99 ? "99+" : escalated}</span>
							)}
						</a>
					))}
				</div>
				{only && only !== "me" && <OnlyPerson assignee={only} href={`/call-back${overdue ? "?overdue=true" : ""}`} />}
				{overdue && (
					<a class="chip bad" href={only && only !== "me" ? `/call-back?assignee=${only}` : "/call-back"}>
						{t("filter.overdue")}
						<Icon name="close" small />
					</a>
				)}
				{settings.value && (
					<span class="muted small">{t("call-back.within", { count: settings.value.callBackWithinMinutes })}</span>
				)}
			</div>
			{scope !== "closed" && <SeveralBar selection={selection} list={list} dismissible />}
			<section class="panel" aria-label={t("tab.call-back")}>
				<div class="body flush">
					<ListState
						list={list}
						empty={
							<Nothing
								icon="check"
								title={t(emptyTitles[scope])}
								text={t(scope === "escalated" ? "escalated.none-text" : "call-back.none-text")}
							/>
						}
					>
						{(duties) => (
							<ul class="rows" onKeyDown={(event) => selectByKey(event, selection, order)}>
								{duties.map((duty) => (
									<BackRow
										key={duty.id}
										duty={duty}
										list={list}
										onDismiss={() => (dismissing.value = duty)}
										onTakeOver={() => (taking.value = duty)}
										{...{ selection, order }}
									/>
								))}
							</ul>
						)}
					</ListState>
				</div>
			</section>
			{order.length > 0 && session.preferences.value.keys !== false && (
				<p class="muted small keys-hint">{t("keys.rows")}</p>
			)}
			{dismissing.value && (
				<Dismiss
					duty={dismissing.value}
					onDone={(id) => {
						dismissing.value = null;
						if (id) list.remove(id);
					}}
				/>
			)}
			{taking.value && (
				<TakeOver
					duty={taking.value}
					onDone={(taken) => {
						taking.value = null;
						if (taken) void list.reload();
					}}
				/>
			)}
		</div>
	);
}

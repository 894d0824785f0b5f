import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, session, settings } from "../client.ts";
import { t } from "../i18n/translate.ts";
import {
	addressOfCallBack,
	type CallBackFilter,
	callBackFilterOf,
	queryOfCallBack,
} from "../model/call-back-filter.ts";
import { nothingChosen } from "../model/selection.ts";
import { AnsweredElsewhere } from "../parts/answered-window.tsx";
import { BackRow } from "../parts/back-row.tsx";
import { Dismiss, TakeOver } from "../parts/back-windows.tsx";
import { CallBackTabs } from "../parts/call-back-tabs.tsx";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { Icon } from "../parts/icon.tsx";
import { OnlyPerson } from "../parts/only-person.tsx";
import { SeveralBar, selectByKey } from "../parts/several.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { useList } from "../parts/use-list.ts";
import { WayFilters } from "../parts/way-filters.tsx";

const emptyTitles = {
	open: "call-back.none",
	mine: "call-back.none",
	escalated: "escalated.none",
	closed: "call-back.none-closed",
} as const;

/** Clients whom nobody spoke to: take one, call back, or close it with a reason. */
export default function CallBack() {
	const { query, route } = useLocation();
	const filter = callBackFilterOf(query);
	const { scope, assignee, overdue, did, queue } = filter;
	const address = (patch: Partial<CallBackFilter>) => addressOfCallBack({ ...filter, ...patch });
	/** How far it went to be the viewer's. */
	const step = session.role.value === "agent" ? "team" : "supervisor";
	const answering = useSignal<Obligation | null>(null);
	const dismissing = useSignal<Obligation | null>(null);
	const taking = useSignal<Obligation | null>(null);
	const list = useList(`${address({})} ${step}`, (after, signal) =>
		api.obligations({ ...queryOfCallBack(filter, step), after }, signal),
	);
	const narrowed = did !== "" || queue !== "";
	const selection = useSignal(nothingChosen);
	const order = list.items.value.map(({ id }) => id);
	return (
		<div class="stack">
			<h1 class="unseen">{t("tab.call-back")}</h1>
			<DutyTabs />
			<div class="row wrap">
				<CallBackTabs filter={filter} step={step} />
				{assignee && scope !== "mine" && <OnlyPerson assignee={assignee} href={address({ assignee: "" })} />}
				{overdue && scope !== "closed" && (
					<a class="chip bad" href={address({ overdue: false })}>
						{t("filter.overdue")}
						<Icon name="close" small />
					</a>
				)}
				{settings.value && (
					<span class="muted small">{t("call-back.within", { count: settings.value.callBackWithinMinutes })}</span>
				)}
			</div>
			<form class="filters" aria-label={t("filter.label")} onSubmit={(event) => event.preventDefault()}>
				<WayFilters did={did} queue={queue} onChange={(patch) => route(address(patch), true)} />
			</form>
			{scope !== "closed" && <SeveralBar selection={selection} list={list} dismissible />}
			<section class="panel" aria-label={t("tab.call-back")}>
				<div class="body flush">
					<ListState
						list={list}
						empty={
							narrowed ? (
								<Nothing icon="search" title={t("timeline.none-found")}>
									<button type="button" class="button" onClick={() => route(address({ did: "", queue: "" }), true)}>
										{t("filter.clear")}
									</button>
								</Nothing>
							) : (
								<Nothing
									icon="check"
									title={t(emptyTitles[scope])}
									text={t(scope === "escalated" ? "escalated.none-text" : "call-back.none-text")}
								/>
							)
						}
					>
						{(duties) => (
							<ul class="rows" onKeyDown={(event) => selectByKey(event, selection, order)}>
								{duties.map((duty) => (
									<BackRow
										key={duty.id}
										duty={duty}
										list={list}
										onAnswered={() => (answering.value = duty)}
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
			{answering.value && (
				<AnsweredElsewhere
					duty={answering.value}
					onDone={(id) => {
						answering.value = null;
						if (id) list.remove(id);
					}}
				/>
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

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Call } from "../../../server/protocol/call.ts";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, live, now, session } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { dutyOf } from "../model/duty.ts";
import { nothingChosen, type Selection } from "../model/selection.ts";
import { clock } from "../model/time.ts";
import { CallClient } from "../parts/call-row.tsx";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { Icon } from "../parts/icon.tsx";
import { assigneeOf, OnlyPerson } from "../parts/only-person.tsx";
import { SelectBox, SeveralBar, selectByKey } from "../parts/several.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { NumberText, Outside } from "../parts/text.tsx";
import { say } from "../parts/toast.tsx";
import { useList } from "../parts/use-list.ts";
import { callLook, stretchText, whenText } from "../parts/words.tsx";
import { WrapUpForm } from "../parts/wrap-up-form.tsx";

/** Calls without a status, oldest first, and beside them the form for the chosen one. */
export default function ToProcess() {
	const { query, route } = useLocation();
	const team = query.scope === "team";
	const overdue = query.overdue === "true";
	const only = team ? assigneeOf(query) : "me";
	const seesTeam = session.role.value !== "agent";
	const list = useList(`${only} ${overdue}`, (after, signal) =>
		api.obligations({ kind: "call", assignee: only, overdue: overdue || undefined, after }, signal),
	);
	const single = useSignal<Call | null>(null);
	const selection = useSignal(nothingChosen);
	const order = list.items.value.map(({ id }) => id);
	const chosen = list.items.value.find((duty) => duty.call.id === query.call) ?? null;

	// The address may name a call that stands on no page of this list.
	useEffect(() => {
		single.value = null;
		if (!query.call) return;
		api
			.call(query.call)
			.then((call) => {
				single.value = call;
			})
			.catch((error: unknown) => {
				if (!(error instanceof ApiError)) throw error;
			});
	}, [query.call]);
	const call = chosen?.call ?? single.value;

	const address = (callId: string | null) => {
		const parts = new URLSearchParams();
		if (team) parts.set("scope", "team");
		if (overdue) parts.set("overdue", "true");
		if (team && only) parts.set("assignee", only);
		if (callId) parts.set("call", callId);
		const text = parts.toString();
		return text ? `/process?${text}` : "/process";
	};
	function saved(id: string): void {
		const at = list.items.value.findIndex((duty) => duty.call.id === id);
		const rest = list.items.value.filter((duty) => duty.call.id !== id);
		const next = rest[Math.min(Math.max(at, 0), rest.length - 1)];
		live.dismiss(id);
		if (at >= 0) list.remove(list.items.value[at]?.id ?? "");
		say(next ? t("wrap.saved-more", { count: rest.length }) : t("wrap.saved"));
		route(address(next?.call.id ?? null), true);
	}

	return (
		<div class="stack">
			<h1 class="unseen">{t("tab.process")}</h1>
			<DutyTabs />
			<div class="row wrap">
				{seesTeam && (
					<div class="segments">
						<a href="/process" aria-current={team ? undefined : "page"}>
							{t("scope.mine")}
						</a>
						<a href="/process?scope=team" aria-current={team ? "page" : undefined}>
							{t("scope.team")}
						</a>
					</div>
				)}
				<label class="check">
					<input
						type="checkbox"
						checked={overdue}
						onChange={(event) => {
							const parts = new URLSearchParams(team ? { scope: "team", ...(only && { assignee: only }) } : {});
							if (event.currentTarget.checked) parts.set("overdue", "true");
							route(`/process?${parts}`, true);
						}}
					/>
					{t("filter.overdue")}
				</label>
				{team && only && <OnlyPerson assignee={only} href={`/process?scope=team${overdue ? "&overdue=true" : ""}`} />}
			</div>
			<SeveralBar selection={selection} list={list} dismissible={false} />
			<div class={call ? "split is-open" : "split"}>
				<section class="panel" aria-label={t("tab.process")}>
					<div class="body flush">
						<ListState
							list={list}
							empty={<Nothing icon="check" title={t("process.none")} text={t("process.none-text")} />}
						>
							{(duties) => (
								<ul class="rows" onKeyDown={(event) => selectByKey(event, selection, order)}>
									{duties.map((duty) => (
										<Row
											key={duty.id}
											duty={duty}
											href={address(duty.call.id)}
											open={duty.call.id === call?.id}
											{...{ selection, order }}
										/>
									))}
								</ul>
							)}
						</ListState>
					</div>
				</section>
				{call && (
					<section class="panel side" aria-labelledby="wrap-up-title">
						<header>
							<h2 id="wrap-up-title" class="grow">
								<CallClient call={call} />
							</h2>
							<a class="button quiet icon-only small" href={address(null)} aria-label={t("action.close")}>
								<Icon name="close" small />
							</a>
						</header>
						<div class="body stack">
							<p class="muted small row wrap">
								<span>{t(callLook(call).key)}</span>
								<span>{whenText(call.startedAt, now.value)}</span>
								{call.talkSeconds > 0 && <span>{clock(call.talkSeconds)}</span>}
								{call.number && <NumberText number={call.number} />}
							</p>
							{call.disposition ? (
								<p class="notice good">
									<Icon name="check" />
									{t("process.done-already")}
								</p>
							) : (
								<WrapUpForm key={call.id} callId={call.id} focus onSaved={() => saved(call.id)} />
							)}
						</div>
					</section>
				)}
			</div>
		</div>
	);
}

interface RowProps {
	readonly duty: Obligation;
	readonly href: string;
	readonly open: boolean;
	readonly selection: Signal<Selection>;
	readonly order: readonly string[];
}

function Row({ duty, href, open, selection, order }: RowProps) {
	const me = session.me.value ?? { id: "", role: "agent" };
	const view = dutyOf(duty, me, now.value);
	const { call } = duty;
	const look = callLook(call);
	const name = duty.contact?.name ?? call.contact?.name;
	return (
		<li data-row class="choosable">
			<SelectBox selection={selection} id={duty.id} order={order} name={name ?? duty.number ?? t("caller.withheld")} />
			<a class="duty-row" href={href} aria-current={open ? "true" : undefined}>
				<span class={`sign ${look.tone}`}>
					<Icon name={look.icon} />
					<span class="unseen">{t(look.key)}</span>
				</span>
				<span class="grow">
					<strong class="cut">
						{name ? <Outside text={name} /> : duty.number ? <NumberText number={duty.number} /> : t("caller.withheld")}
					</strong>
					<span class="muted small cut">
						{whenText(call.startedAt, now.value)}
						{call.talkSeconds > 0 && ` · ${clock(call.talkSeconds)}`}
						{duty.assignee && duty.assignee.id !== me.id && (
							<>
								{" · "}
								<Outside text={duty.assignee.name} class="" />
							</>
						)}
					</span>
				</span>
				{view.overdueBy > 0 ? (
					<span class="chip bad">
						<Icon name="alert" small />
						{t("duty.late", { time: stretchText(view.overdueBy) })}
					</span>
				) : (
					<Icon name="right" small />
				)}
			</a>
		</li>
	);
}

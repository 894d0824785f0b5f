import { type Signal, useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, now, session, settings } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { dutyOf } from "../model/duty.ts";
import type { List } from "../model/list.ts";
import { nothingChosen, type Selection } from "../model/selection.ts";
import { clock, secondsSince } from "../model/time.ts";
import { attempt } from "../parts/attempt.ts";
import { CallClient } from "../parts/call-row.tsx";
import { DialButton } from "../parts/dial-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { assigneeOf, OnlyPerson } from "../parts/only-person.tsx";
import { SelectBox, SeveralBar, selectByKey } from "../parts/several.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { NumberText, Outside } from "../parts/text.tsx";
import { useList } from "../parts/use-list.ts";
import { DutyChip, stretchText, whenText } from "../parts/words.tsx";

const scopes = ["open", "mine", "closed"] as const;

/** Clients whom nobody spoke to: take one, call back, or close it with a reason. */
export default function CallBack() {
	const { query } = useLocation();
	const scope = scopes.find((one) => one === query.scope) ?? "open";
	const only = scope === "mine" ? "me" : assigneeOf(query);
	const overdue = scope !== "closed" && query.overdue === "true";
	const dismissing = useSignal<Obligation | null>(null);
	const list = useList(`${scope} ${only} ${overdue}`, (after, signal) =>
		api.obligations(
			{
				kind: "missed",
				assignee: only,
				overdue: overdue || undefined,
				settled: scope === "closed" || undefined,
				after,
			},
			signal,
		),
	);
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
							{t(`scope.${one}`)}
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
								title={t(scope === "closed" ? "call-back.none-closed" : "call-back.none")}
								text={t("call-back.none-text")}
							/>
						}
					>
						{(duties) => (
							<ul class="rows" onKeyDown={(event) => selectByKey(event, selection, order)}>
								{duties.map((duty) => (
									<Row
										key={duty.id}
										duty={duty}
										list={list}
										onDismiss={() => (dismissing.value = duty)}
										{...{ selection, order }}
									/>
								))}
							</ul>
						)}
					</ListState>
				</div>
			</section>
			{dismissing.value && (
				<Dismiss
					duty={dismissing.value}
					onDone={(id) => {
						dismissing.value = null;
						if (id) list.remove(id);
					}}
				/>
			)}
		</div>
	);
}

interface RowProps {
	readonly duty: Obligation;
	readonly list: List<Obligation>;
	readonly onDismiss: () => void;
	readonly selection: Signal<Selection>;
	readonly order: readonly string[];
}

function Row({ duty, list, onDismiss, selection, order }: RowProps) {
	const me = session.me.value ?? { id: "", role: "agent", name: "" };
	const view = dutyOf(duty, me, now.value);
	const busy = useSignal(false);

	async function change(work: Promise<unknown>, shown: Obligation): Promise<void> {
		busy.value = true;
		if (await attempt(work)) list.replace(shown);
		else await list.reload();
		busy.value = false;
	}
	const owner = duty.assignee ?? duty.call.owner;
	return (
		<li class="back-row" data-row>
			<span class="back-state">
				{duty.settledAt === null && (
					<SelectBox
						selection={selection}
						id={duty.id}
						order={order}
						name={duty.contact?.name ?? duty.number ?? t("caller.withheld")}
					/>
				)}
				<DutyChip state={view.state} />
			</span>
			<span class="back-who">
				<CallClient call={{ ...duty.call, contact: duty.contact, number: duty.number }} />
				<span class="muted small cut">
					{duty.contact && duty.number && <NumberText number={duty.number} />}
					{duty.call.queue && (
						<>
							{duty.contact && duty.number && " · "}
							<Outside text={duty.call.queue} class="" />
						</>
					)}
				</span>
			</span>
			<span class="back-when small">
				<span class="nowrap">
					{whenText(duty.call.startedAt, now.value)}
					{duty.times > 1 && <strong> ×{duty.times}</strong>}
				</span>
				{duty.settledAt === null ? (
					view.overdueBy > 0 ? (
						<span class="late nowrap">
							<Icon name="alert" small />
							{t("duty.late", { time: stretchText(view.overdueBy) })}
						</span>
					) : (
						<span class="muted nowrap">{t("duty.waits", { time: clock(secondsSince(duty.openedAt, now.value)) })}</span>
					)
				) : (
					<span class="muted nowrap">{whenText(duty.settledAt, now.value)}</span>
				)}
			</span>
			<span class="back-people small muted">
				{duty.claimedBy && duty.settledAt === null ? (
					<Outside text={t("duty.held-by", { name: duty.claimedBy.name })} />
				) : duty.settledBy ? (
					<Outside text={duty.settledBy.name} />
				) : owner ? (
					<Outside text={owner.name} />
				) : (
					<span>{t("duty.nobody")}</span>
				)}
				{duty.attempts > 0 && <span class="nowrap">{t("duty.attempts", { count: duty.attempts })}</span>}
			</span>
			<span class="row back-actions">
				{view.canClaim && (
					<button
						type="button"
						class="button small"
						disabled={busy.value}
						onClick={() =>
							void change(api.claim(duty.id), {
								...duty,
								claimedBy: { id: me.id, name: me.name },
								claimedAt: new Date().toISOString(),
							})
						}
					>
						<Icon name="hand" small />
						{t("duty.claim")}
					</button>
				)}
				{view.canRelease && (
					<button
						type="button"
						class="button quiet small"
						disabled={busy.value}
						onClick={() => void change(api.release(duty.id), { ...duty, claimedBy: null, claimedAt: null })}
					>
						{t("duty.release")}
					</button>
				)}
				{view.canCall && duty.number && (
					<span data-call-back>
						<DialButton number={duty.number} contactId={duty.contact?.id} label small />
					</span>
				)}
				{view.canDismiss && (
					<button type="button" class="button quiet small" onClick={onDismiss}>
						{t("duty.dismiss")}
					</button>
				)}
			</span>
		</li>
	);
}

/** Closing without a conversation wants a reason. */
function Dismiss({ duty, onDone }: { duty: Obligation; onDone: (id: string | null) => void }) {
	const comment = useSignal("");
	const wrong = useSignal<string | null>(null);
	return (
		<Dialog title={t("duty.dismiss-title")} onClose={() => onDone(null)}>
			<form
				class="stack"
				onSubmit={async (event) => {
					event.preventDefault();
					if (comment.value.trim() === "") {
						wrong.value = t("problem.comment-missing");
						return;
					}
					if (await attempt(api.dismiss(duty.id, comment.value.trim()), t("duty.dismissed-done"))) onDone(duty.id);
				}}
			>
				<p class="muted">{t("duty.dismiss-text")}</p>
				<TextField
					label={t("wrap.comment")}
					lines={3}
					value={comment.value}
					wrong={wrong.value}
					onValue={(value) => {
						comment.value = value;
						wrong.value = null;
					}}
				/>
				<div class="row">
					<button type="submit" class="button primary">
						{t("duty.dismiss-title")}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

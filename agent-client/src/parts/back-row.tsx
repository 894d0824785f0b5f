import { type Signal, useSignal } from "@preact/signals";
import type { Obligation } from "../../../server/protocol/obligation.ts";
import { api, now, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { dutyOf } from "../model/duty.ts";
import type { List } from "../model/list.ts";
import type { Selection } from "../model/selection.ts";
import { clock, dayAndTime, secondsSince } from "../model/time.ts";
import { attempt } from "./attempt.ts";
import { CallClient } from "./call-row.tsx";
import { DialButton } from "./dial-button.tsx";
import { Icon } from "./icon.tsx";
import { SelectBox } from "./several.tsx";
import { NumberText, Outside } from "./text.tsx";
import { DutyChip, stretchText, whenText } from "./words.tsx";

interface Props {
	readonly duty: Obligation;
	readonly list: List<Obligation>;
	readonly onAnswered: () => void;
	readonly onDismiss: () => void;
	readonly onTakeOver: () => void;
	readonly selection: Signal<Selection>;
	readonly order: readonly string[];
}

/** One client whom nobody spoke to: how it stands, since when, and what may be done. */
export function BackRow({ duty, list, onAnswered, onDismiss, onTakeOver, selection, order }: Props) {
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
				{duty.escalatedTo && duty.escalatedAt && (
					<span class="chip bad back-escalated" data-escalated={duty.escalatedTo}>
						<Icon name="alert" small />
						{t(`escalated.${duty.escalatedTo}`, { time: whenText(duty.escalatedAt, now.value) })}
					</span>
				)}
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
					{duty.call.ringSeconds > 0 && (
						<span class="muted" title={t("timeline.waited", { time: clock(duty.call.ringSeconds) })}>
							{" "}
							{clock(duty.call.ringSeconds)}
						</span>
					)}
				</span>
				{duty.settledAt === null ? (
					view.overdueBy > 0 ? (
						<span class="late nowrap">
							<Icon name="alert" small />
							{t("duty.late", { time: stretchText(view.overdueBy) })}
						</span>
					) : (
						<>
							<span class="muted nowrap">
								{t("duty.waits", { time: clock(secondsSince(duty.openedAt, now.value)) })}
							</span>
							{view.leftFor !== null && (
								<span class="muted nowrap" title={dayAndTime(duty.dueAt)}>
									{t("duty.left", { time: stretchText(view.leftFor) })}
								</span>
							)}
						</>
					)
				) : (
					<span class="muted nowrap">
						{whenText(duty.settledAt, now.value)}
						{duty.reachedSeconds !== null && (
							<strong title={t("duty.reached-in-title")}>
								{" "}
								{t("duty.reached-in", { time: stretchText(Math.max(60, duty.reachedSeconds) * 1000) })}
							</strong>
						)}
					</span>
				)}
			</span>
			<span class="back-people small muted">
				{view.claim && duty.settledAt === null ? (
					<>
						<Outside text={t("duty.held-by", { name: view.claim.name })} />
						{duty.claimedUntil && (
							<span class="nowrap">{t("duty.held-until", { time: whenText(duty.claimedUntil, now.value) })}</span>
						)}
					</>
				) : duty.settledBy ? (
					<Outside text={duty.settledBy.name} />
				) : owner ? (
					<Outside text={owner.name} />
				) : (
					<span>{t("duty.nobody")}</span>
				)}
				{duty.settledChannel && <span class="nowrap">{t(`channel.${duty.settledChannel}`)}</span>}
				{duty.settledComment && <Outside text={duty.settledComment} class="back-said" />}
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
								claimedAt: new Date(now.value).toISOString(),
								// The list that is read anew says until when.
								claimedUntil: null,
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
						onClick={() =>
							void change(api.release(duty.id), { ...duty, claimedBy: null, claimedAt: null, claimedUntil: null })
						}
					>
						{t("duty.release")}
					</button>
				)}
				{view.canTakeOver && (
					<button type="button" class="button small" disabled={busy.value} onClick={onTakeOver}>
						<Icon name="hand" small />
						{t("duty.take-over")}
					</button>
				)}
				{view.canCall && duty.number && (
					<span data-call-back>
						<DialButton number={duty.number} contactId={duty.contact?.id} label small />
					</span>
				)}
				{view.canDismiss && (
					<button type="button" class="button quiet small" onClick={onAnswered}>
						{t("answered.open")}
					</button>
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

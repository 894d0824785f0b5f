import { useLocation } from "preact-iso";
import type { TimelineItem } from "../../../server/protocol/contact.ts";
import { api, now } from "../client.ts";
import { type Key, t } from "../i18n/translate.ts";
import {
	addressOfHistory,
	type HistoryFilter,
	historyFilterOf,
	historyKinds,
	narrows,
	queryOfHistory,
	wholeHistory,
} from "../model/history-filter.ts";
import { clock, dayAndTime, secondsSince, timeOfDay } from "../model/time.ts";
import { colleaguesOf } from "./call-row.tsx";
import { HistoryFilters } from "./history-filters.tsx";
import { Icon } from "./icon.tsx";
import { NoteForm } from "./note-form.tsx";
import { Player } from "./player.tsx";
import { ListState, Nothing } from "./states.tsx";
import { Lines, NumberText, Outside } from "./text.tsx";
import { useList } from "./use-list.ts";
import { callLook, DispositionChip, dayTitle, SettlementChip, stretchText } from "./words.tsx";

/** Everything that happened with this client, newest first; what of it is shown stands in the address. */
export function Timeline({ contactId }: { contactId: string }) {
	const { query, route } = useLocation();
	const filter = historyFilterOf(query);
	const change = (patch: Partial<HistoryFilter>) => route(addressOfHistory(contactId, { ...filter, ...patch }), true);
	const list = useList<TimelineItem>(addressOfHistory(contactId, filter), (after, signal) =>
		api.timeline(
			contactId,
			{ ...queryOfHistory(filter, now.peek(), statusesCalled(filter.q)), after, limit: 50 },
			signal,
		),
	);
	return (
		<section class="panel" aria-labelledby="history-title">
			<header>
				<h2 id="history-title">{t("timeline.title")}</h2>
				<fieldset class="segments end" aria-label={t("timeline.kinds")}>
					{historyKinds.map((kind) => (
						<button key={kind} type="button" aria-pressed={filter.kind === kind} onClick={() => change({ kind })}>
							{t(`timeline.${kind}`)}
						</button>
					))}
				</fieldset>
			</header>
			<div class="body stack">
				<HistoryFilters filter={filter} onChange={change} />
				<NoteForm contactId={contactId} onSaved={() => void list.reload()} />
				<ListState list={list} empty={<Empty filter={filter} onWhole={() => change(wholeHistory)} />}>
					{(items) => <Days items={items} />}
				</ListState>
			</div>
		</section>
	);
}

function Empty({ filter, onWhole }: { filter: HistoryFilter; onWhole: () => void }) {
	if (!narrows(filter)) return <Nothing icon="clock" title={t("timeline.none")} text={t("timeline.none-text")} />;
	const onlyPeriod = filter.by === "" && filter.q.trim() === "";
	return (
		<Nothing icon="search" title={t(onlyPeriod ? "timeline.none-in-period" : "timeline.none-found")}>
			<button type="button" class="button" onClick={onWhole}>
				{t("filter.clear")}
			</button>
		</Nothing>
	);
}

/** Statuses in whose name, as this person reads it, the words stand. */
function statusesCalled(words: string): string[] {
	const looked = words.trim().toLowerCase();
	const statuses = ["in_work", "bought", "refused", "not_client"] as const;
	return looked === "" ? [] : statuses.filter((status) => t(`status.${status}`).toLowerCase().includes(looked));
}

function Days({ items }: { items: readonly TimelineItem[] }) {
	const days = new Map<string, TimelineItem[]>();
	for (const item of items) {
		const day = dayTitle(item.at, now.value);
		days.set(day, [...(days.get(day) ?? []), item]);
	}
	return (
		<div class="timeline">
			{[...days].map(([day, entries]) => (
				<section key={day}>
					<h3 class="day">{day}</h3>
					<ol>
						{entries.map((item) => (
							<li key={`${item.kind} ${item.id}`} class={`event ${item.kind}`}>
								<Entry item={item} />
							</li>
						))}
					</ol>
				</section>
			))}
		</div>
	);
}

function Entry({ item }: { item: TimelineItem }) {
	switch (item.kind) {
		case "call":
			return <CallEntry item={item} />;
		case "note":
			return (
				<>
					<span class="sign accent">
						<Icon name="note" />
					</span>
					<div class="event-body">
						<p class="row wrap small muted">
							<time dateTime={item.at}>{timeOfDay(item.at)}</time>
							<span>{t("timeline.note-by")}</span>
							<Outside text={item.by.name} />
						</p>
						<p>
							<Lines text={item.text} />
						</p>
					</div>
				</>
			);
		case "task":
			return (
				<>
					<span class={`sign ${item.doneAt ? "good" : "warn"}`}>
						<Icon name={item.doneAt ? "check" : "calendar"} />
					</span>
					<div class="event-body">
						<p class="row wrap">
							<strong>{t(item.doneAt ? "timeline.task-done" : "timeline.task-planned")}</strong>
							<time class="muted" dateTime={item.at}>
								{dayAndTime(item.at)}
							</time>
						</p>
						<p>
							<Lines text={item.title} />
						</p>
					</div>
				</>
			);
		case "change":
			return <ChangeEntry item={item} />;
	}
}

const statusKeys: Record<string, Key> = {
	new: "contact.status.new",
	in_work: "contact.status.in_work",
	client: "contact.status.client",
	refused: "contact.status.refused",
	not_client: "contact.status.not_client",
};

function ChangeEntry({ item }: { item: Extract<TimelineItem, { kind: "change" }> }) {
	const shown = (value: string | null) => {
		const key = item.field === "status" && value !== null ? statusKeys[value] : undefined;
		return key ? t(key) : (value ?? t("timeline.nothing"));
	};
	return (
		<>
			<span class="sign">
				<Icon name="change" />
			</span>
			<div class="event-body">
				<p class="row wrap small muted">
					<time dateTime={item.at}>{timeOfDay(item.at)}</time>
					<span>{t(`timeline.change.${item.field}`)}</span>
					{item.field === "created" ? null : (
						<span class="row">
							<Outside text={shown(item.from)} />
							{item.field !== "mistaken" && (
								<>
									<Icon name="right" small />
									<Outside text={shown(item.to)} />
								</>
							)}
						</span>
					)}
					{item.by && <Outside text={item.by.name} />}
				</p>
			</div>
		</>
	);
}

function CallEntry({ item: { call, at } }: { item: Extract<TimelineItem, { kind: "call" }> }) {
	const look = callLook(call);
	const people = colleaguesOf(call);
	const settled = call.obligation?.settledAt;
	const word = call.disposition ? null : call.obligation?.settlement;
	return (
		<>
			<span class={`sign ${look.tone}`}>
				<Icon name={look.icon} />
			</span>
			<div class="event-body">
				<p class="row wrap">
					<time class="muted" dateTime={at}>
						{timeOfDay(at)}
					</time>
					<strong>{t(look.key)}</strong>
					{call.talkSeconds > 0 && <span>{clock(call.talkSeconds)}</span>}
					{call.endedAt === null && (
						<span class="chip accent timer">{clock(secondsSince(call.startedAt, now.value))}</span>
					)}
					{people && <Outside text={people} class="muted cut" />}
					{call.disposition && <DispositionChip disposition={call.disposition} />}
					{word && <SettlementChip settlement={word} />}
					{!call.disposition && call.endedAt !== null && call.obligation && !settled && (
						<a class="chip warn" href={`/process?call=${call.id}`}>
							<Icon name="edit" small />
							{t("call.process")}
						</a>
					)}
					{call.recovered && <span class="chip">{t("call.recovered")}</span>}
					{call.interrupted && <span class="chip warn">{t("call.interrupted")}</span>}
				</p>
				<p class="row wrap small muted">
					{call.number && <NumberText number={call.number} />}
					{call.queue && <Outside text={t("card.queue", { queue: call.queue })} class="" />}
					{call.did && (
						<span>
							{t("card.line")} <NumberText number={call.did} />
						</span>
					)}
					{call.ringSeconds > 0 && <span>{t("timeline.waited", { time: clock(call.ringSeconds) })}</span>}
					{call.outcome === "missed" && settled && (
						<span>
							{t("timeline.settled-after", { time: stretchText(Date.parse(settled) - Date.parse(call.startedAt)) })}
						</span>
					)}
				</p>
				{call.disposition && (
					<p class="said">
						<Lines text={call.disposition.comment} />
						{call.disposition.refusalReason && (
							<span class="muted small">
								{" "}
								<Outside text={t("timeline.reason", { reason: call.disposition.refusalReason })} class="" />
							</span>
						)}
					</p>
				)}
				{word?.comment && (
					<p class="said">
						<Lines text={word.comment} />
						{word.by && (
							<span class="muted small">
								{" "}
								<Outside text={word.by.name} class="" />
							</span>
						)}
					</p>
				)}
				{call.recordings.map((recording) => (
					<Player key={recording.url} recording={recording} />
				))}
			</div>
		</>
	);
}

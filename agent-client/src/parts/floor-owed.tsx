import { useSignal } from "@preact/signals";
import type { FloorFigures, FloorLink, UnseenPop } from "../../../server/protocol/floor.ts";
import { api, now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { proofOf } from "../model/floor.ts";
import { dayAndTime, startOfDay, timeOfDay } from "../model/time.ts";
import { paragraph } from "../said/said.ts";
import { attempt } from "./attempt.ts";
import { CallClient } from "./call-row.tsx";
import { Icon } from "./icon.tsx";
import { Nothing } from "./states.tsx";
import { Lines, Outside } from "./text.tsx";
import { pbxTones, stretchText } from "./words.tsx";

/** Whose work is late: each figure opens its list. */
export function FloorOverdue({ overdue }: Pick<FloorFigures, "overdue">) {
	return (
		<section class="panel" aria-label={t("floor.overdue")}>
			<header>
				<h2>{t("floor.overdue")}</h2>
			</header>
			<div class="body flush">
				{overdue.length === 0 ? (
					<Nothing icon="check" title={t("floor.overdue-none")} />
				) : (
					<ul class="rows">
						{overdue.map(({ user, calls, missed, oldest }) => {
							const whose = `overdue=true&assignee=${user?.id ?? "nobody"}`;
							return (
								<li key={user?.id ?? ""} class="floor-row" data-row>
									<span class="grow">
										<strong class="cut">{user ? <Outside text={user.name} /> : t("floor.nobody")}</strong>
										<span class="floor-links">
											{calls > 0 && (
												<a href={`/process?scope=team&${whose}`}>{t("floor.overdue-calls", { count: calls })}</a>
											)}
											{missed > 0 && <a href={`/call-back?${whose}`}>{t("floor.overdue-missed", { count: missed })}</a>}
										</span>
									</span>
									<span class="chip bad">
										<Icon name="alert" small />
										{t("duty.late", { time: stretchText(now.value - Date.parse(oldest)) })}
									</span>
								</li>
							);
						})}
					</ul>
				)}
			</div>
		</section>
	);
}

/** Phones that rang while nobody saw the card: today's newest, then all of them. */
export function FloorUnseen({ unseen }: Pick<FloorFigures, "unseen">) {
	const all = useSignal<readonly UnseenPop[] | null>(null);
	const shown = all.value ?? unseen.items;
	return (
		<section class="panel" id="not-seen" aria-label={t("unseen.title")} tabIndex={-1}>
			<header>
				<h2>{t("unseen.title")}</h2>
				{unseen.count > 0 && <span class="count hot">{unseen.count}</span>}
			</header>
			<div class="body flush">
				{shown.length === 0 ? (
					<Nothing icon="check" title={t("unseen.none")} />
				) : (
					<ul class="rows">
						{shown.map((pop) => (
							<Unseen key={pop.id} pop={pop} />
						))}
					</ul>
				)}
				{all.value === null && unseen.count > shown.length && (
					<div class="more">
						<button
							type="button"
							class="button"
							onClick={() =>
								void attempt(
									api.unseen({ from: new Date(startOfDay(now.peek())).toISOString(), limit: 200 }).then(({ items }) => {
										all.value = items;
									}),
								)
							}
						>
							{t("unseen.more")}
						</button>
					</div>
				)}
			</div>
		</section>
	);
}

function Unseen({ pop }: { pop: UnseenPop }) {
	return (
		<li class="floor-row" data-row data-call={pop.callId}>
			<time class="muted nowrap" dateTime={pop.rangAt}>
				{timeOfDay(pop.rangAt)}
			</time>
			<span class="grow floor-stack">
				<strong class="cut">
					<Outside text={pop.extension === null ? pop.user.name : `${pop.user.name} · ${pop.extension}`} />
				</strong>
				<CallClient call={{ contact: pop.contact, number: pop.number, rawNumber: "" }} />
				<span class="muted small">{t(`unseen.cause.${pop.cause}`)}</span>
				<span class={`chip ${pop.seenAt ? "good" : "bad"}`}>
					<Icon name={pop.seenAt ? "check" : "alert"} small />
					{pop.seenAt
						? t("unseen.seen-by", { name: pop.seenBy?.name ?? "", time: timeOfDay(pop.seenAt) })
						: t("unseen.not-seen")}
				</span>
			</span>
		</li>
	);
}

/** Each PBX: whether we see it now, what we did not see today, and the proof that nothing is missing. */
export function FloorLinks({ links }: Pick<FloorFigures, "links">) {
	return (
		<section class="panel" aria-label={t("floor.links")}>
			<header>
				<h2>{t("floor.links")}</h2>
			</header>
			<div class="body flush">
				{links.length === 0 ? (
					<Nothing icon="plug" title={t("floor.links-none")} />
				) : (
					<ul class="rows">
						{links.map((link) => (
							<Link key={link.id} link={link} />
						))}
					</ul>
				)}
			</div>
		</section>
	);
}

function Link({ link }: { link: FloorLink }) {
	const { daily } = link;
	const proof = proofOf(link, now.value);
	return (
		<li class="floor-link" data-row data-pbx={link.id}>
			<span class="row wrap">
				<a class="strong cut" href={`/pbx/${link.id}/observed`}>
					<Outside text={link.name} />
				</a>
				<span class={`chip ${pbxTones[link.state]}`}>
					<span class="dot" />
					{t(`pbx.state.${link.state}`)}
				</span>
				<span class={`chip ${link.gapsToday > 0 ? "warn" : "good"}`}>
					<Icon name={link.gapsToday > 0 ? "alert" : "check"} small />
					{t("floor.gaps", { count: link.gapsToday })}
				</span>
			</span>
			<span class="muted small">
				{link.blindSince
					? t("floor.blind", { at: dayAndTime(link.blindSince) })
					: link.observedUntil && t("floor.until", { at: timeOfDay(link.observedUntil) })}
			</span>
			{daily && proof ? (
				<p class={`notice small ${proof.tone}`} data-proof={proof.tone}>
					<Icon name={proof.tone === "good" ? "check" : "alert"} small />
					<span class="floor-stack">
						<span>
							<strong>{proof.told.map(({ key, count }) => t(key, { count })).join(" · ")}</strong>
							{" · "}
							{t("floor.counters", {
								families: daily.families,
								calls: daily.calls,
								external: daily.external,
								obligations: daily.obligations,
							})}
						</span>
						<span>
							{t(proof.isOld ? "floor.counted-old" : "observed.counted", {
								at: dayAndTime(daily.at),
							})}
						</span>
					</span>
				</p>
			) : (
				<p class="muted small">{t("observed.not-counted")}</p>
			)}
			{link.journalProblem && (
				<p class="notice small bad" data-journal-problem>
					<Icon name="alert" small />
					<Lines text={paragraph(link.journalSaid, link.journalProblem)} />
				</p>
			)}
		</li>
	);
}

import { useLocation } from "preact-iso";
import { api, demo, live, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { clock, startOfDay } from "../model/time.ts";
import { attempt } from "../parts/attempt.ts";
import { CallRow } from "../parts/call-row.tsx";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { Icon } from "../parts/icon.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { Outside } from "../parts/text.tsx";
import { useList } from "../parts/use-list.ts";

/** The day of one person: figures, own last calls, and what waits. */
export function Desk() {
	const me = session.me.value;
	const { route } = useLocation();
	const from = () => new Date(startOfDay(Date.now())).toISOString();
	const list = useList("today", async (_after, signal) => {
		const { items } = await api.calls({ from: from(), agent: me?.id, limit: 25 }, signal);
		// The rest of the day is one click away, under all calls.
		return { items, next: null };
	});
	const counted = useList("figures", async (_after, signal) => {
		return { items: [{ id: "today", ...(await api.today(from(), signal)) }], next: null };
	});
	const figures = counted.items.value[0];
	const waiting = live.picture.value.queues.filter((queue) => queue.waiting > 0);
	const shown = (value: string | number | null | undefined) => value ?? "–";

	return (
		<div class="stack">
			<h1 class="unseen">{t("nav.desk")}</h1>
			<DutyTabs />
			<dl class="figures">
				<Figure name={t("desk.inbound")} value={shown(figures?.inbound)} />
				<Figure name={t("desk.outbound")} value={shown(figures?.outbound)} />
				<Figure
					name={t("desk.missed")}
					value={shown(figures?.missed)}
					tone={figures && figures.missed > 0 ? "bad" : ""}
				/>
				<Figure
					name={t("desk.average")}
					value={shown(figures && figures.averageTalk !== null ? clock(figures.averageTalk) : null)}
				/>
				<Figure
					name={t("desk.unprocessed")}
					value={live.counts.value.mine >= 99 ? "99+" : live.counts.value.mine}
					tone={live.counts.value.mine > 0 ? "warn" : ""}
					href="/process"
				/>
				<Figure
					name={t("desk.overdue")}
					value={live.counts.value.overdue >= 99 ? "99+" : live.counts.value.overdue}
					tone={live.counts.value.overdue > 0 ? "bad" : ""}
					href="/process?overdue=true"
				/>
			</dl>
			{waiting.length > 0 && (
				<ul class="row wrap">
					{waiting.map((queue) => (
						<li key={`${queue.pbx} ${queue.queue}`} class="chip accent">
							<Icon name="users" small />
							<Outside text={t("desk.queue-waiting", { queue: queue.queue, count: queue.waiting })} />
						</li>
					))}
				</ul>
			)}
			<section class="panel" aria-labelledby="last-calls">
				<header>
					<h2 id="last-calls">{t("desk.last-calls")}</h2>
					<a class="end small" href="/calls">
						{t("desk.all-calls")}
					</a>
				</header>
				<div class="body flush">
					<ListState list={list} empty={<FirstSteps />}>
						{(calls) => (
							<ul class="rows">
								{calls.map((call) => (
									<CallRow key={call.id} call={call} onProcess={() => route(`/process?call=${call.id}`)} />
								))}
							</ul>
						)}
					</ListState>
				</div>
			</section>
		</div>
	);
}

function Figure(props: { name: string; value: string | number; tone?: string; href?: string }) {
	return (
		<div class={`figure ${props.tone ?? ""}`}>
			<dt>{props.href ? <a href={props.href}>{props.name}</a> : props.name}</dt>
			<dd>{props.value}</dd>
		</div>
	);
}

/** Before the first call: connect a PBX, or be shown one. */
function FirstSteps() {
	const admin = session.role.value === "admin";
	const bare = live.picture.value.pbxs.length === 0;
	const scenario = demo.value?.scenarios[0];
	return (
		<Nothing
			icon="bell"
			title={t(bare ? "desk.no-pbx" : "desk.no-calls")}
			text={t(bare ? (admin ? "desk.no-pbx-admin" : "desk.no-pbx-agent") : "desk.no-calls-text")}
		>
			{bare && admin && (
				<a class="button primary" href="/admin/pbx">
					<Icon name="plug" />
					{t("desk.connect")}
				</a>
			)}
			{scenario && (
				<button
					type="button"
					class="button"
					onClick={() => void attempt(api.simulate(scenario.id), t("demo.on-its-way"))}
				>
					<Icon name="spark" />
					{t("desk.show-me")}
				</button>
			)}
		</Nothing>
	);
}

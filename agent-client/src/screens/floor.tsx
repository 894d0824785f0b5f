import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FloorFigures } from "../../../server/protocol/floor.ts";
import { link, live, lost, now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { type Floor, foldFloor, type QueueView, queuesOf, staleAfter } from "../model/floor.ts";
import { clock, secondsSince } from "../model/time.ts";
import { FloorLinks, FloorOverdue, FloorUnseen } from "../parts/floor-owed.tsx";
import { FloorCalls, FloorPeople, FloorQueues } from "../parts/floor-people.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { stretchText } from "../parts/words.tsx";
import "../styles/floor.css";

/** Milliseconds after which a floor that never came is a failure and no longer a wait. */
const patience = 8_000;

/** The supervisor's page: who calls, who does what, what is owed, and whether anything is missing. */
export default function FloorPage() {
	const floor = useSignal<Floor | null>(null);
	const openedAt = useSignal(Date.now());
	const watch = () => link.peek()?.send({ type: "watch", floor: true });

	useEffect(() => {
		const stop = live.hear((message) => {
			// A new connection knows nothing of what the old one showed.
			if (message.type === "snapshot") watch();
			floor.value = foldFloor(floor.peek(), message, Date.now());
		});
		watch();
		return () => {
			stop();
			link.peek()?.send({ type: "watch", floor: false });
		};
	}, []);

	const local = now.value - live.skew.value;
	const state = floor.value;
	if (state === null) {
		const late = local - openedAt.value > patience;
		const again = () => {
			openedAt.value = Date.now();
			watch();
		};
		return (
			<div class="stack">
				<h1>{t("floor.title")}</h1>
				{late ? <Failure code={lost.value ? "offline" : "unavailable"} retry={again} /> : <Loading rows={6} />}
			</div>
		);
	}
	const { calls, figures } = state;
	const queues = queuesOf(live.picture.value.queues, calls);
	return (
		<div class="floor stack">
			<div class="row wrap">
				<h1 class="grow">{t("floor.title")}</h1>
				<Freshness age={local - state.heardAt} />
			</div>
			<Figures figures={figures} calls={calls.length} queues={queues} />
			<div class="floor-columns">
				<div class="stack">
					<FloorCalls calls={calls} />
					<FloorUnseen unseen={figures.unseen} />
				</div>
				<div class="stack">
					<FloorPeople people={live.picture.value.agents} />
					<FloorQueues queues={queues} />
				</div>
				<div class="stack">
					<FloorOverdue overdue={figures.overdue} />
					<FloorLinks links={figures.links} />
				</div>
			</div>
		</div>
	);
}

function Freshness({ age }: { age: number }) {
	const seconds = Math.max(0, Math.round(age / 1000));
	if (age <= staleAfter) return <span class="muted small">{t("floor.fresh", { seconds })}</span>;
	return (
		<p class="notice bad floor-stale" role="alert">
			<Icon name="lost" />
			{t("floor.stale")} <span aria-hidden="true">{clock(seconds)}</span>
		</p>
	);
}

function Figures({ figures, calls, queues }: { figures: FloorFigures; calls: number; queues: readonly QueueView[] }) {
	const { missed, escalated, reached, unprocessed, unseen, paint } = figures;
	const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
	const longest = queues.flatMap((queue) => queue.longest ?? []).sort()[0];
	const time = (milliseconds: number | null) =>
		milliseconds === null ? "—" : t("time.milliseconds", { count: milliseconds });
	const jump = (id: string) => () => document.getElementById(id)?.focus();
	return (
		<dl class="figures">
			<Figure label={t("floor.calls")} href="/calls?period=today" value={calls} />
			<Figure
				label={t("floor.waiting")}
				href="#queues"
				onClick={jump("queues")}
				value={waiting}
				tone={waiting > 0 ? "warn" : ""}
				note={longest && t("floor.longest", { time: clock(secondsSince(longest, now.value)) })}
			/>
			<OwedFigure label={t("floor.missed")} href="/call-back" owed={missed} tone="bad" />
			<OwedFigure label={t("floor.escalated")} href="/call-back?scope=escalated" owed={escalated} tone="bad" />
			<Figure
				label={t("floor.reached")}
				href="/call-back?scope=closed"
				value={reached.median === null ? "—" : stretchText(Math.max(60, reached.median) * 1000)}
				note={reached.count === 0 ? null : t("floor.reached-count", { count: reached.count })}
			/>
			<OwedFigure label={t("floor.unprocessed")} href="/process?scope=team" owed={unprocessed} tone="warn" />
			<Figure
				label={t("unseen.figure")}
				href="#not-seen"
				onClick={jump("not-seen")}
				value={bounded(unseen.count)}
				tone={unseen.count > 0 ? "bad" : ""}
			/>
			<Figure
				label={t("floor.paint")}
				value={time(paint.p50)}
				note={paint.p95 === null ? null : t("floor.paint-p95", { time: time(paint.p95) })}
			/>
		</dl>
	);
}

/** The server counts no further than a thousand. */
const bounded = (count: number) => (count >= 1000 ? "1000+" : count);

/** How much is open, and since when the oldest of it. */
function OwedFigure({
	label,
	href,
	owed,
	tone,
}: {
	label: string;
	href: string;
	owed: FloorFigures["missed"];
	tone: string;
}) {
	const { open, oldest } = owed;
	return (
		<Figure
			label={label}
			href={href}
			value={bounded(open)}
			tone={open > 0 ? tone : ""}
			note={oldest && t("floor.oldest", { time: stretchText(Math.max(0, now.value - Date.parse(oldest))) })}
		/>
	);
}

function Figure(props: {
	label: string;
	value: number | string;
	href?: string;
	tone?: string;
	note?: string | null | undefined;
	onClick?: () => void;
}) {
	return (
		<div class={`figure ${props.tone ?? ""}`}>
			<dt>
				{props.href ? (
					<a href={props.href} onClick={props.onClick}>
						{props.label}
					</a>
				) : (
					props.label
				)}
			</dt>
			<dd>
				{props.value}
				{props.note && <span class="floor-note">{props.note}</span>}
			</dd>
		</div>
	);
}

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useRoute } from "preact-iso";
import type { BlindWindow, Observed } from "../../../server/protocol/observed.ts";
import { api, now, session } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { type Key, t } from "../i18n/translate.ts";
import { dayAndTime } from "../model/time.ts";
import { DailyFigure } from "../parts/daily-figure.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failure, Loading, Nothing } from "../parts/states.tsx";
import { Lines, Outside } from "../parts/text.tsx";
import { stretchText } from "../parts/words.tsx";
import { paragraph } from "../said/said.ts";

type Phase = { kind: "loading" } | { kind: "failed"; code: FailureCode } | { kind: "there"; observed: Observed };

/** What was seen of a PBX and what was not: proof that nothing is missing, or what is. */
export default function ObservedPage() {
	const { id = "" } = useRoute().params;
	const phase = useSignal<Phase>({ kind: "loading" });

	async function read(): Promise<void> {
		try {
			phase.value = { kind: "there", observed: await api.observed(id) };
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			phase.value = { kind: "failed", code: error.code };
		}
	}
	useEffect(() => {
		void read();
		const timer = setInterval(() => {
			// What is shown stays until something newer is there.
			if (phase.peek().kind === "there") void read();
		}, 15_000);
		return () => clearInterval(timer);
	}, [id]);

	const state = phase.value;
	return (
		<div class="stack">
			<h1>
				{t("observed.title")}
				{state.kind === "there" && (
					<>
						{": "}
						<Outside text={state.observed.pbx.name} class="" />
					</>
				)}
			</h1>
			{state.kind === "loading" && <Loading rows={4} />}
			{state.kind === "failed" && <Failure code={state.code} retry={() => void read()} />}
			{state.kind === "there" && <Seen observed={state.observed} />}
		</div>
	);
}

function Seen({ observed }: { observed: Observed }) {
	const { since, until, journal, daily, windows } = observed;
	return (
		<>
			<section class="panel" aria-label={t("observed.missing")}>
				<div class="body stack">
					{daily ? (
						<>
							<DailyFigure daily={daily} />
							<p>
								{t("observed.counters", {
									families: daily.families,
									calls: daily.calls,
									external: daily.external,
									obligations: daily.obligations,
								})}
							</p>
							{daily.proven === false && <p>{t("observed.not-proven-text")}</p>}
							{(daily.unmatched ?? 0) > 0 && <p>{t("observed.unmatched-text")}</p>}
							{(daily.refused ?? 0) > 0 && <p>{t("observed.refused", { count: daily.refused ?? 0 })}</p>}
							<p class="muted small">{t("observed.counted", { at: dayAndTime(daily.at) })}</p>
						</>
					) : (
						<p class="muted">{t("observed.not-counted")}</p>
					)}
				</div>
			</section>
			<section class="panel" aria-label={t("observed.times")}>
				<div class="body stack">
					<p>
						{since && until
							? t("observed.span", { since: dayAndTime(since), until: dayAndTime(until) })
							: t("observed.never")}
					</p>
					{journal ? (
						<p>
							{t("observed.journal", { kind: kindText(journal.kind) })}{" "}
							{journal.newest && t("observed.journal-newest", { at: dayAndTime(journal.newest) })}
						</p>
					) : (
						<p class="notice warn">
							<Icon name="alert" />
							{t("observed.no-journal")}
						</p>
					)}
					{journal?.problem && (
						<p class="notice bad">
							<Icon name="alert" />
							<span>
								<Lines text={paragraph(journal.said, journal.problem)} />{" "}
								{session.role.value === "admin" && <a href="/admin/pbx">{t("observed.journal-check")}</a>}
							</span>
						</p>
					)}
				</div>
			</section>
			<section class="panel" aria-label={t("observed.windows")}>
				<header>
					<h2>{t("observed.windows")}</h2>
				</header>
				<div class="body flush">
					{windows.length === 0 ? (
						<Nothing icon="check" title={t("observed.none")} text={t("observed.none-text")} />
					) : (
						<ul class="rows">
							{windows.map((window) => (
								<Blind key={window.id} window={window} journal={journal !== null} />
							))}
						</ul>
					)}
				</div>
			</section>
		</>
	);
}

const kinds: Readonly<Record<string, Key>> = {
	mysql: "pbx.history.mysql",
	postgres: "pbx.history.postgres",
	"cel-sqlite": "pbx.history.cel-sqlite",
	"cel-csv": "pbx.history.cel-csv",
	"cdr-csv": "pbx.history.cdr-csv",
};
/** What kind of journal it is; one that only a newer server knows keeps its name. */
const kindText = (kind: string) => (kinds[kind] ? t(kinds[kind]) : kind);

const causes: Record<BlindWindow["cause"], Key> = {
	"link-lost": "observed.cause.link-lost",
	"events-lost": "observed.cause.events-lost",
	"server-stopped": "observed.cause.server-stopped",
};

function stateText({ reconciledAt, recovered, torn }: BlindWindow, journal: boolean): string {
	if (reconciledAt) return t("observed.recovered", { count: recovered });
	if (torn) return t("observed.torn", { count: recovered });
	return t(journal ? "observed.not-yet" : "observed.unknown");
}

function Blind({ window, journal }: { window: BlindWindow; journal: boolean }) {
	const length = (window.to === null ? now.value : Date.parse(window.to)) - Date.parse(window.from);
	return (
		<li class="blind-row" data-row>
			<Icon name={window.to === null ? "lost" : "clock"} small />
			<span class="grow">
				<span class="strong">{t(causes[window.cause])}</span>{" "}
				<time dateTime={window.from}>{dayAndTime(window.from)}</time>
				{" · "}
				{window.to === null ? t("observed.lasts") : stretchText(Math.max(0, length))}
			</span>
			<span class={`chip ${window.reconciledAt ? "good" : "warn"}`}>{stateText(window, journal)}</span>
		</li>
	);
}

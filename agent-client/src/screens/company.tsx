import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Settings } from "../../../server/protocol/settings.ts";
import { api, settings } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import {
	type CompanyFields,
	changedSettings,
	companyFieldsOf,
	hoursOf,
	problemsOfCompany,
	weekdays,
} from "../model/company-form.ts";
import { problemsOfWrapUp } from "../model/wrap-up-rules.ts";
import { serverWrong, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { say } from "../parts/toast.tsx";
import { firstWrong, useFocus } from "../parts/use-focus.ts";
import { failureText } from "../parts/words.tsx";
import { WrapUpRulesForm } from "../parts/wrap-up-rules.tsx";

/** Rules of the company: hours, deadlines, reasons, templates. */
export default function Company() {
	const present = settings.value;
	const failure = useSignal<FailureCode | null>(null);
	async function read(): Promise<void> {
		failure.value = null;
		try {
			settings.value = await api.settings();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			failure.value = error.code;
		}
	}
	useEffect(() => {
		if (settings.peek() === null) void read();
	}, []);
	return (
		<div class="stack narrow">
			<h1>{t("nav.company")}</h1>
			{present ? (
				<CompanyForm present={present} />
			) : failure.value ? (
				<Failure code={failure.value} retry={() => void read()} />
			) : (
				<Loading rows={6} />
			)}
		</div>
	);
}

function CompanyForm({ present }: { present: Settings }) {
	const element = useRef<HTMLFormElement>(null);
	const focusWrong = useFocus(() => firstWrong(element.current));
	const fields = useSignal<CompanyFields>(companyFieldsOf(present));
	const touched = useSignal(false);
	const failure = useSignal<FailureCode | null>(null);
	const server = useSignal<Readonly<Record<string, string>>>({});
	const saving = useSignal(false);
	const problems = touched.value ? problemsOfCompany(fields.value) : {};
	const change = (patch: Partial<CompanyFields>) => {
		fields.value = { ...fields.value, ...patch };
	};

	async function save(): Promise<void> {
		touched.value = true;
		failure.value = null;
		server.value = {};
		if (Object.keys(problemsOfCompany(fields.value)).length === 0) {
			saving.value = true;
			try {
				settings.value = await api.saveSettings(changedSettings(fields.value, present));
				say(t("action.saved"));
				return;
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				failure.value = error.code;
				server.value = error.fields;
			} finally {
				saving.value = false;
			}
		}
		focusWrong();
	}
	const text = (
		key: Exclude<keyof CompanyFields, "hours" | "wrapUp">,
		label: string,
		rest: { hint?: string; lines?: number } = {},
	) => {
		const problem = problems[key];
		return (
			<TextField
				label={label}
				value={fields.value[key]}
				wrong={problem ? t(`problem.${problem}`) : serverWrong(server.value, key)}
				onValue={(value) => change({ [key]: value })}
				{...rest}
			/>
		);
	};
	return (
		<form
			ref={element}
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<section class="panel" aria-labelledby="company-main">
				<header>
					<h2 id="company-main">{t("company.main")}</h2>
				</header>
				<div class="body fields">
					{text("companyName", t("company.name"))}
					{text("country", t("company.country"), { hint: t("company.country-hint") })}
					{text("areaCode", t("company.area-code"), { hint: t("company.area-code-hint") })}
					{text("timeZone", t("company.time-zone"), { hint: "Europe/Kyiv" })}
					{text("currency", t("company.currency"), { hint: "UAH, USD, EUR" })}
				</div>
			</section>
			<section class="panel" aria-labelledby="company-hours">
				<header>
					<h2 id="company-hours">{t("company.hours")}</h2>
				</header>
				<div class="body stack tight">
					{weekdays.map((day, index) => {
						const hours = fields.value.hours[index] ?? "";
						const wrong = touched.value && hoursOf(hours) === undefined;
						return (
							<div key={day} class="hours-line">
								<label for={`hours-${day}`}>{t(`day.${day}`)}</label>
								<input
									id={`hours-${day}`}
									class="input"
									aria-invalid={wrong}
									placeholder={t("company.closed")}
									value={hours}
									onInput={(event) => {
										const list = [...fields.value.hours];
										list[index] = event.currentTarget.value;
										change({ hours: list });
									}}
								/>
							</div>
						);
					})}
					<p class={problems.hours ? "wrong" : "muted small"}>
						{problems.hours ? t(`problem.${problems.hours}`) : t("company.hours-hint")}
					</p>
				</div>
			</section>
			<section class="panel" aria-labelledby="company-deadlines">
				<header>
					<h2 id="company-deadlines">{t("company.deadlines")}</h2>
				</header>
				<div class="body fields">
					{text("processWithinMinutes", t("company.process-within"), { hint: t("company.minutes-hint") })}
					{text("callBackWithinMinutes", t("company.call-back-within"), { hint: t("company.minutes-hint") })}
					{text("escalateToTeamMinutes", t("company.to-team"), { hint: t("company.escalation-hint") })}
					{text("escalateToSupervisorMinutes", t("company.to-supervisor"), { hint: t("company.escalation-hint") })}
					{text("claimMinutes", t("company.claim"), { hint: t("company.claim-hint") })}
					{text("wrapUpExtensions", t("company.more-time"), { hint: t("company.more-time-hint") })}
					{text("conversationSeconds", t("company.conversation"), { hint: t("company.conversation-hint") })}
				</div>
			</section>
			<WrapUpRulesForm
				fields={fields.value.wrapUp}
				wrong={(path) => {
					const problem = touched.value ? problemsOfWrapUp(fields.value.wrapUp)[path] : undefined;
					return problem ? t(`problem.${problem}`) : null;
				}}
				onChange={(wrapUp) => change({ wrapUp })}
			/>
			<section class="panel" aria-labelledby="company-words">
				<header>
					<h2 id="company-words">{t("company.words")}</h2>
				</header>
				<div class="body fields">
					{text("refusalReasons", t("company.reasons"), { lines: 7, hint: t("company.reasons-hint") })}
					{text("breakReasons", t("company.break-reasons"), { lines: 4, hint: t("company.break-reasons-hint") })}
					{text("commentTemplates", t("company.templates"), { lines: 7, hint: t("company.templates-hint") })}
				</div>
			</section>
			<div class="row wrap">
				<button type="submit" class="button primary" disabled={saving.value}>
					{saving.value ? t("action.saving") : t("action.save")}
				</button>
				{failure.value && (
					<p class="wrong" role="alert">
						<Icon name="alert" small />
						{failureText(failure.value)}
					</p>
				)}
			</div>
		</form>
	);
}

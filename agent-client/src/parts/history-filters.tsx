import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { colleagues } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { type HistoryFilter, historyPeriods, narrows, wholeHistory } from "../model/history-filter.ts";
import { harmless } from "../model/text.ts";
import { parseDate, writtenDate } from "../model/time.ts";
import { SelectField, TextField } from "./field.tsx";
import { LateField } from "./late-field.tsx";

interface Props {
	readonly filter: HistoryFilter;
	readonly onChange: (patch: Partial<HistoryFilter>) => void;
}

/** When, with whom, and what was written. */
export function HistoryFilters({ filter, onChange }: Props) {
	return (
		<form class="filters" aria-label={t("filter.label")} onSubmit={(event) => event.preventDefault()}>
			<SelectField
				label={t("filter.period")}
				value={filter.period}
				options={historyPeriods.map((period) => [period, t(`period.${period}`)] as const)}
				onValue={(period) => onChange({ period, from: "", to: "" })}
			/>
			{filter.period === "own" && (
				<>
					<DayField label={t("filter.from")} value={filter.from} onValue={(from) => onChange({ from })} />
					<DayField label={t("filter.to")} value={filter.to} onValue={(to) => onChange({ to })} />
				</>
			)}
			<SelectField
				label={t("filter.agent")}
				value={filter.by}
				options={[
					["", t("filter.any")] as const,
					...colleagues.value.map((person) => [person.id, harmless(person.name)] as const),
				]}
				onValue={(by) => onChange({ by })}
			/>
			<LateField
				label={t("filter.written")}
				value={filter.q}
				maxLength={200}
				placeholder={t("filter.written-hint")}
				onValue={(q) => onChange({ q })}
			/>
			{narrows(filter) && (
				<button
					type="button"
					class="button quiet small"
					onClick={() => onChange({ ...wholeHistory, kind: filter.kind })}
				>
					{t("filter.clear")}
				</button>
			)}
		</form>
	);
}

/** A day as people write it; what is no day yet changes nothing. */
function DayField(props: { label: string; value: string; onValue: (day: string) => void }) {
	const { value } = props;
	const written = value ? writtenDate(value) : "";
	const text = useSignal(written);
	useEffect(() => {
		if (parseDate(text.peek()) !== (value || null)) text.value = written;
	}, [value]);
	const wrong = text.value.trim() !== "" && parseDate(text.value) === null;
	return (
		<TextField
			label={props.label}
			value={text.value}
			placeholder={t("filter.day-hint")}
			maxLength={10}
			wrong={wrong && text.value.trim().length >= 8 ? t("problem.date-wrong") : null}
			onValue={(typed) => {
				text.value = typed;
				const day = typed.trim() === "" ? "" : parseDate(typed);
				if (day !== null && day !== value) props.onValue(day);
			}}
		/>
	);
}

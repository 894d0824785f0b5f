import { t } from "../i18n/translate.ts";
import { type Daily, dailyLine } from "../model/daily.ts";
import { Icon } from "./icon.tsx";

/** The daily figure in a line: what is missing, or that nobody can tell. */
export function DailyFigure({ daily }: { daily: Daily }) {
	const { tone, told } = dailyLine(daily);
	return (
		<p class={`notice ${tone}`}>
			<Icon name={tone === "good" ? "check" : "alert"} />
			<strong>{told.map(({ key, count }) => t(key, { count })).join(" · ")}</strong>
		</p>
	);
}

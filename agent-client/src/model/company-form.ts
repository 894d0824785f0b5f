import type { Settings } from "../../../server/protocol/settings.ts";

import { problemsOfWrapUp, type WrapUpFields, wrapUpFieldsOf, wrapUpRulesOf } from "./wrap-up-rules.ts";

export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

export interface CompanyFields {
	readonly companyName: string;
	readonly country: string;
	readonly areaCode: string;
	readonly timeZone: string;
	readonly currency: string;
	/** `09:00-18:00` per weekday, Monday first; empty = closed. */
	readonly hours: readonly string[];
	readonly processWithinMinutes: string;
	readonly callBackWithinMinutes: string;
	readonly escalateToTeamMinutes: string;
	readonly escalateToSupervisorMinutes: string;
	readonly claimMinutes: string;
	readonly conversationSeconds: string;
	readonly wrapUpExtensions: string;
	/** One to a line. */
	readonly refusalReasons: string;
	readonly commentTemplates: string;
	readonly breakReasons: string;
	readonly wrapUp: WrapUpFields;
}
export type CompanyProblem =
	| "country-wrong"
	| "digits-wrong"
	| "zone-wrong"
	| "currency-wrong"
	| "hours-wrong"
	| "count-wrong"
	| "before-team"
	| "reasons-wrong"
	| "reason-long"
	| "wrap-up-wrong";

type Hours = Settings["workingHours"][number];
const two = (value: number) => String(value).padStart(2, "0");
const written = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

/** `9-18`, `09:00–18:30` → minutes; empty → closed (null); anything else → undefined. */
export function hoursOf(text: string): Hours | undefined {
	if (text.trim() === "") return null;
	const found = /^(\d{1,2})(?::(\d{2}))?\s*[-–—]\s*(\d{1,2})(?::(\d{2}))?$/.exec(text.trim());
	if (!found) return undefined;
	const [, fromHour, fromMinute = "0", toHour, toMinute = "0"] = found;
	const from = Number(fromHour) * 60 + Number(fromMinute);
	const to = Number(toHour) * 60 + Number(toMinute);
	return from < to && to <= 1440 && Number(fromMinute) < 60 && Number(toMinute) < 60 ? { from, to } : undefined;
}

const linesOf = (text: string) => [
	...new Set(
		text
			.split("\n")
			.map((line) => line.trim())
			.filter(Boolean),
	),
];

export const companyFieldsOf = (settings: Settings): CompanyFields => ({
	companyName: settings.companyName,
	country: settings.country,
	areaCode: settings.areaCode,
	timeZone: settings.timeZone,
	currency: settings.currency,
	hours: settings.workingHours.map((day) => (day ? `${written(day.from)}-${written(day.to)}` : "")),
	processWithinMinutes: String(settings.processWithinMinutes),
	callBackWithinMinutes: String(settings.callBackWithinMinutes),
	escalateToTeamMinutes: String(settings.escalateToTeamMinutes),
	escalateToSupervisorMinutes: String(settings.escalateToSupervisorMinutes),
	claimMinutes: String(settings.claimMinutes),
	conversationSeconds: String(settings.conversationSeconds),
	wrapUpExtensions: String(settings.wrapUpExtensions),
	refusalReasons: settings.refusalReasons.join("\n"),
	commentTemplates: settings.commentTemplates.join("\n"),
	breakReasons: settings.breakReasons.join("\n"),
	wrapUp: wrapUpFieldsOf(settings.wrapUp),
});

function zoneExists(zone: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: zone });
		return true;
	} catch {
		return false;
	}
}
const between = (text: string, low: number, high: number) =>
	/^\d+$/.test(text.trim()) && Number(text) >= low && Number(text) <= high;

export function problemsOfCompany(fields: CompanyFields): Partial<Record<keyof CompanyFields, CompanyProblem>> {
	const reasons = linesOf(fields.refusalReasons);
	const breaks = linesOf(fields.breakReasons);
	return {
		...(!/^[A-Za-z]{2}$/.test(fields.country.trim()) && { country: "country-wrong" }),
		...(!/^\d{0,6}$/.test(fields.areaCode.trim()) && { areaCode: "digits-wrong" }),
		...(!zoneExists(fields.timeZone.trim()) && { timeZone: "zone-wrong" }),
		...(!/^[A-Za-z]{3}$/.test(fields.currency.trim()) && { currency: "currency-wrong" }),
		...(fields.hours.some((day) => hoursOf(day) === undefined) && { hours: "hours-wrong" }),
		...(!between(fields.processWithinMinutes, 1, 10_080) && { processWithinMinutes: "count-wrong" }),
		...(!between(fields.callBackWithinMinutes, 1, 10_080) && { callBackWithinMinutes: "count-wrong" }),
		...(!between(fields.escalateToTeamMinutes, 1, 10_080) && { escalateToTeamMinutes: "count-wrong" }),
		...(Number(fields.escalateToSupervisorMinutes) < Number(fields.escalateToTeamMinutes) && {
			escalateToSupervisorMinutes: "before-team",
		}),
		...(!between(fields.escalateToSupervisorMinutes, 1, 10_080) && { escalateToSupervisorMinutes: "count-wrong" }),
		...(!between(fields.claimMinutes, 1, 1440) && { claimMinutes: "count-wrong" }),
		...(!between(fields.conversationSeconds, 1, 600) && { conversationSeconds: "count-wrong" }),
		...(!between(fields.wrapUpExtensions, 0, 20) && { wrapUpExtensions: "count-wrong" }),
		...((reasons.length < 1 || reasons.length > 12) && { refusalReasons: "reasons-wrong" }),
		...((breaks.length < 1 || breaks.length > 12) && { breakReasons: "reasons-wrong" }),
		...(breaks.some((reason) => reason.length > 40) && { breakReasons: "reason-long" }),
		...(Object.keys(problemsOfWrapUp(fields.wrapUp)).length > 0 && { wrapUp: "wrap-up-wrong" }),
	};
}

/** Only what differs from the present settings. */
export function changedSettings(fields: CompanyFields, present: Settings): Partial<Settings> {
	const whole: Settings = {
		companyName: fields.companyName.trim(),
		country: fields.country.trim().toUpperCase(),
		areaCode: fields.areaCode.trim(),
		timeZone: fields.timeZone.trim(),
		currency: fields.currency.trim().toUpperCase(),
		workingHours: fields.hours.map((day) => hoursOf(day) ?? null),
		processWithinMinutes: Number(fields.processWithinMinutes),
		callBackWithinMinutes: Number(fields.callBackWithinMinutes),
		escalateToTeamMinutes: Number(fields.escalateToTeamMinutes),
		escalateToSupervisorMinutes: Number(fields.escalateToSupervisorMinutes),
		claimMinutes: Number(fields.claimMinutes),
		conversationSeconds: Number(fields.conversationSeconds),
		wrapUpExtensions: Number(fields.wrapUpExtensions),
		refusalReasons: linesOf(fields.refusalReasons),
		commentTemplates: linesOf(fields.commentTemplates),
		breakReasons: linesOf(fields.breakReasons),
		wrapUp: wrapUpRulesOf(fields.wrapUp),
	};
	const before = new Map<string, unknown>(Object.entries(present));
	return Object.fromEntries(
		Object.entries(whole).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before.get(key))),
	);
}

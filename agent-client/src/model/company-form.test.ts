import { expect, test } from "vitest";
import type { Settings } from "../../../server/protocol/settings.ts";
import { changedSettings, companyFieldsOf, hoursOf, problemsOfCompany } from "./company-form.ts";

const nine = { from: 540, to: 1080 };
const present: Settings = {
	companyName: "ТОВ «Дзвін»",
	country: "UA",
	areaCode: "44",
	timeZone: "Europe/Kyiv",
	currency: "UAH",
	workingHours: [nine, nine, nine, nine, nine, null, null],
	processWithinMinutes: 60,
	callBackWithinMinutes: 20,
	escalateToTeamMinutes: 15,
	escalateToSupervisorMinutes: 30,
	claimMinutes: 15,
	conversationSeconds: 10,
	refusalReasons: ["Дорого", "Немає в наявності"],
	commentTemplates: [],
	breakReasons: ["Обід", "Інше"],
	wrapUp: { mode: "optional", seconds: 60, queues: [] },
	wrapUpExtensions: 3,
};

test("hours as people write them", () => {
	expect(hoursOf("9-18")).toEqual({ from: 540, to: 1080 });
	expect(hoursOf("09:30 – 18:15")).toEqual({ from: 570, to: 1095 });
	expect(hoursOf("0:00-24:00")).toEqual({ from: 0, to: 1440 });
	expect(hoursOf(" ")).toBe(null);
	for (const wrong of ["18-9", "9", "9-25", "9:70-10:00", "always"]) expect(hoursOf(wrong)).toBe(undefined);
});

test("the form shows the present settings and sends only what changed", () => {
	const fields = companyFieldsOf(present);
	expect(problemsOfCompany(fields)).toEqual({});
	expect(changedSettings(fields, present)).toEqual({});
	expect(fields.hours[0]).toBe("09:00-18:00");
	expect(changedSettings({ ...fields, currency: "eur", refusalReasons: "Дорого\n\nДорого\nІнше" }, present)).toEqual({
		currency: "EUR",
		refusalReasons: ["Дорого", "Інше"],
	});
});

test("what the server would refuse is said beside the field", () => {
	const fields = {
		...companyFieldsOf(present),
		timeZone: "Kyiv/Europe",
		refusalReasons: "",
		processWithinMinutes: "0",
		escalateToSupervisorMinutes: "10",
		claimMinutes: "",
		wrapUpExtensions: "21",
		breakReasons: `Обід\n${"О".repeat(41)}`,
	};
	expect(problemsOfCompany(fields)).toEqual({
		timeZone: "zone-wrong",
		refusalReasons: "reasons-wrong",
		processWithinMinutes: "count-wrong",
		escalateToSupervisorMinutes: "before-team",
		claimMinutes: "count-wrong",
		wrapUpExtensions: "count-wrong",
		breakReasons: "reason-long",
	});
});

import { z } from "zod";
import { text } from "./basics.ts";
import { BreakReason } from "./break.ts";
import { WrapUpRules } from "./wrap-up.ts";

/** Minutes from local midnight, Monday first; null = closed that day. */
const Day = z.object({ from: z.number().int().min(0).max(1440), to: z.number().int().min(0).max(1440) }).nullable();
export const Settings = z.strictObject({
	companyName: text(200),
	/** ISO 3166-1 alpha-2. */
	country: z.string().regex(/^[A-Z]{2}$/),
	/** Area code for numbers dialled without one, for example `44`. */
	areaCode: z.string().regex(/^\d{0,6}$/),
	timeZone: text(60),
	currency: z.string().regex(/^[A-Z]{3}$/),
	workingHours: z.array(Day).length(7),
	/** Working minutes until an unprocessed call is overdue. */
	processWithinMinutes: z.number().int().min(1).max(10_080),
	/** Working minutes until a missed call is overdue. */
	callBackWithinMinutes: z.number().int().min(1).max(10_080),
	/** Working minutes until a missed call that nobody settled is everybody's, and until it is the supervisors' too. */
	escalateToTeamMinutes: z.number().int().min(1).max(10_080),
	escalateToSupervisorMinutes: z.number().int().min(1).max(10_080),
	/** Minutes by the wall clock for which "I take it" keeps a missed call from colleagues. */
	claimMinutes: z.number().int().min(1).max(1440),
	/** A conversation of at least this many seconds settles a missed call. */
	conversationSeconds: z.number().int().min(1).max(600),
	refusalReasons: z.array(text(100).min(1)).min(1).max(12),
	commentTemplates: z.array(text(500).min(1)).max(50),
	/** For what people may take a break, in the order of the menu. */
	breakReasons: z.array(BreakReason).min(1).max(12),
	wrapUp: WrapUpRules,
	/** How often a person may add 30 seconds to a box; 0: never. */
	wrapUpExtensions: z.number().int().min(0).max(20),
});
export type Settings = z.infer<typeof Settings>;
export const SettingsPatch = Settings.partial().strict();

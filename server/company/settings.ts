import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { settings as table } from "../../db/schema/company.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import { say } from "../protocol/sentences.ts";
import { Settings, type SettingsPatch } from "../protocol/settings.ts";
import { standardSettings } from "./standard-settings.ts";

export interface CompanySettings {
	/** In memory; never waits. Before `start` the standard ones. */
	current(): Settings;
	/** Fields left out stay. Throws `validation` for what only the server can judge. */
	update(patch: z.infer<typeof SettingsPatch>): Promise<Settings>;
	/** Reads what is kept, or writes the standard settings of the country on the first start. */
	start(): Promise<void>;
	/** Takes over what another server wrote. */
	refresh(): Promise<void>;
}

export function createSettings(deps: {
	readonly database: Database;
	readonly bus: EventBus;
	readonly country: string;
}): CompanySettings {
	const { database, bus, country } = deps;
	const standard = standardSettings(country);
	let current = standard;
	let writtenAt = 0;

	// What is kept may be older than a field that this version added.
	const complete = (value: unknown): Settings => Settings.parse({ ...standard, ...Object(value) });

	return {
		current: () => current,

		async start() {
			await database.ui.insert(table).values({ id: 1, value: standard }).onConflictDoNothing();
			const [row] = await database.ui.select().from(table).where(eq(table.id, 1));
			current = complete(row?.value);
			writtenAt = row?.updatedAt.getTime() ?? 0;
		},

		async refresh() {
			const [row] = await database.ui.select().from(table).where(eq(table.id, 1));
			// What was read before our own change was written is older than what we know.
			if (row === undefined || row.updatedAt.getTime() <= writtenAt) return;
			current = complete(row.value);
			writtenAt = row.updatedAt.getTime();
			bus.emit("settings.changed", {});
		},

		async update(patch) {
			const next = await database.ui.transaction(async (tx) => {
				const [row] = await tx.select().from(table).where(eq(table.id, 1)).for("update");
				const changed = complete({ ...Object(row?.value), ...patch });
				const known = await tx.execute(sql`select from pg_timezone_names where name = ${changed.timeZone}`);
				requireSense(changed, known.rowCount === 1);
				// Later than what it replaces, whatever this server's clock says.
				const updatedAt = new Date(Math.max(Date.now(), (row?.updatedAt.getTime() ?? 0) + 1));
				await tx.update(table).set({ value: changed, updatedAt }).where(eq(table.id, 1));
				return { value: changed, at: updatedAt.getTime() };
			});
			if (next.at > writtenAt) {
				current = next.value;
				writtenAt = next.at;
			}
			bus.emit("settings.changed", {});
			return next.value;
		},
	};
}

function requireSense(settings: Settings, databaseKnowsZone: boolean): void {
	const fields: Record<string, string> = {};
	if (!databaseKnowsZone || !runtimeKnowsZone(settings.timeZone)) fields.timeZone = "not a time zone";
	for (const [day, hours] of settings.workingHours.entries()) {
		if (hours !== null && hours.to <= hours.from) fields[`workingHours.${day}`] = "ends before it begins";
	}
	// Deadlines count working minutes; with none in the week they would never come.
	if (settings.workingHours.every((hours) => hours === null)) fields.workingHours = "no working day";
	if (settings.escalateToSupervisorMinutes < settings.escalateToTeamMinutes) {
		fields.escalateToSupervisorMinutes = "is before the team's";
	}
	const queues = settings.wrapUp.queues.map(({ queue }) => queue);
	if (new Set(queues).size < queues.length) fields.wrapUp = "twice the same";
	if (new Set(settings.breakReasons).size < settings.breakReasons.length) fields.breakReasons = "twice the same";
	if (new Set(settings.refusalReasons).size < settings.refusalReasons.length) fields.refusalReasons = "twice the same";
	if (Object.keys(fields).length > 0) throw new DzvinError("validation", say("refused.fields"), fields);
}

function runtimeKnowsZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

import type { Pool } from "pg";
import type { PaintTimes } from "./live/paint-times.ts";
import type { UnseenStore } from "./live/unseen-store.ts";
import { dayBegan } from "./local-day.ts";
import { owedFigures } from "./obligations/figures.ts";
import type { Health, Windows } from "./observed/windows.ts";
import type { FloorFigures, FloorLink } from "./protocol/floor.ts";
import type { PbxLive } from "./protocol/live.ts";

interface Deps {
	readonly pool: Pool;
	readonly unseen: Pick<UnseenStore, "since">;
	readonly paintTimes: Pick<PaintTimes, "today">;
	readonly windows: Pick<Windows, "health">;
	readonly pbxs: () => readonly PbxLive[];
	/** Of the company: its day begins at its own midnight. */
	readonly timeZone: () => string;
	readonly now: () => number;
}

/** The newest unseen pop-ups that the floor shows; the others are one click away. */
const unseenShown = 20;

/** What the supervisors' floor says beside calls, people and queues. Its cost does not grow with the history. */
export function floorFigures({ pool, unseen, paintTimes, windows, pbxs, timeZone, now }: Deps) {
	return async (): Promise<FloorFigures> => {
		const today = new Date(dayBegan(timeZone(), now()));
		const [owed, pops, paint, health] = await Promise.all([
			owedFigures(pool, today),
			unseen.since(today, unseenShown),
			paintTimes.today(),
			windows.health(today),
		]);
		return { ...owed, unseen: pops, paint, links: pbxs().map((pbx) => linkOf(pbx, health.get(pbx.id))) };
	};
}

/** A PBX's connection, beside what was seen of it. */
function linkOf(pbx: PbxLive, seen: Health | undefined): FloorLink {
	return {
		...pbx,
		observedUntil: seen?.until.toISOString() ?? null,
		gapsToday: seen?.gaps ?? 0,
		blindSince: seen?.blindSince?.toISOString() ?? null,
		daily: seen?.daily ?? null,
		journalProblem: seen?.journalProblem ?? null,
		journalSaid: seen?.journalSaid ?? null,
	};
}

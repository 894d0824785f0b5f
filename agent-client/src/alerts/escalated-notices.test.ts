import { expect, test } from "vitest";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import { call, iso, obligation } from "../model/fixtures.ts";
import { createEscalatedNotices } from "./escalated-notices.ts";

const now = Date.now();

function desk(leads: boolean) {
	const said: string[] = [];
	let tell: (message: ServerMessage) => void = () => {};
	createEscalatedNotices({
		hear: (listener) => {
			tell = listener;
		},
		leads: () => leads,
		now: () => now,
		say: (to, { id }) => said.push(`${to} ${id}`),
	});
	const opened = (n: number, escalatedTo: "team" | "supervisor" | null, ago = 0) => {
		const missed = obligation(n, {
			...{ kind: "missed", call: call(n), number: `+38050000000${n}`, escalatedTo },
			escalatedAt: escalatedTo && iso(now - ago),
		});
		const counts = { mine: 0, team: 0, missed: 1, overdue: 0, escalated: 1 };
		tell({ type: "obligation.opened", seq: n, at: iso(now), obligation: missed, counts });
		return missed.id;
	};
	return { said, opened };
}

test("agents hear once of what went to the team, supervisors of what came to them", () => {
	const agent = desk(false);
	const id = agent.opened(1, "team");
	agent.opened(1, "team");
	agent.opened(2, "supervisor");
	agent.opened(3, null);
	expect(agent.said).toEqual([`team ${id}`]);
	const supervisor = desk(true);
	supervisor.opened(1, "team");
	supervisor.opened(1, "supervisor");
	expect(supervisor.said).toEqual([`supervisor ${id}`]);
});

test("what went further long ago is no news", () => {
	const agent = desk(false);
	agent.opened(1, "team", 61_000);
	expect(agent.said).toEqual([]);
});

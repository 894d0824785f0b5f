import { expect, test } from "vitest";
import type { ClientMessage, ServerMessage } from "../../../server/protocol/live.ts";
import { call, iso, olena, pop } from "./fixtures.ts";
import { createLive } from "./live.ts";

/** A client whose page paints at once. */
function desk() {
	const said: ClientMessage[] = [];
	const live = createLive({
		...{ now: Date.now, me: () => olena.id, leads: () => false, wrapUps: () => [], random: Math.random },
		send: (message) => said.push(message),
		afterPaint: (work) => work(),
		later: () => {},
	});
	const receive = (message: ServerMessage) => {
		live.receive(message);
		for (const card of live.ringing.value) live.shown(card);
	};
	return { receive, said };
}
const picture = (part: Partial<Extract<ServerMessage, { type: "snapshot" }>>): ServerMessage => ({
	...{ type: "snapshot", seq: 1, at: iso(Date.now()), ringing: [], talking: [], obligations: [], agents: [] },
	...{ counts: { mine: 0, team: 0, missed: 0, overdue: 0, escalated: 0 }, queues: [], pbxs: [], unseen: [] },
	...part,
});

test("a pop-up from the first picture that the server then brings once more is acknowledged once more", () => {
	const { receive, said } = desk();
	const ringing = pop(call(1), [], olena.id);
	const painted = (seq: number) => ({ type: "painted", callId: ringing.call.id, seq });
	receive({ type: "hello", version: "1" });
	receive(picture({ ringing: [ringing] }));
	expect(said).toEqual([painted(1)]);
	receive({ type: "call.ringing", seq: 2, at: iso(Date.now()), ...ringing });
	expect(said).toEqual([painted(1), painted(2)]);
	receive({ type: "call.changed", seq: 3, at: iso(Date.now()), call: ringing.call, match: ringing.match });
	expect(said).toHaveLength(2);
});

import type { Audience } from "./audience.ts";
import { encode } from "./connection.ts";
import type { CountsNews, Owed } from "./counts-news.ts";
import type { FanOut } from "./fan-out.ts";
import type { Floor } from "./floor.ts";
import type { LiveCalls } from "./live-calls.ts";
import type { LiveMetrics } from "./metrics.ts";
import { forRole, type LivePerson, leads } from "./person.ts";
import type { Presence } from "./presence.ts";
import type { QueueStates } from "./queue-states.ts";
import type { UnseenNews } from "./unseen-news.ts";

interface Deps {
	readonly fanOut: FanOut;
	readonly audience: Audience;
	readonly presence: Presence;
	readonly liveCalls: LiveCalls;
	readonly counts: CountsNews;
	readonly queues: QueueStates;
	readonly unseen: UnseenNews;
	readonly floor: Floor;
	readonly metrics: LiveMetrics;
	/** The call was changed by a person, or by what became known later: tells those who have its card. */
	changedCall(callId: string): Promise<void>;
	/** Somebody's row changed. */
	changedPerson(userId: string): Promise<void>;
	endSessions(userId: string, sessionId: string | null): void;
	readonly at: () => string;
	onFailure(error: unknown): void;
}

/** What happened in the business, and whom it is told. Answers the ways to stop listening. */
export function tellNews(deps: Deps): (() => void)[] {
	const { fanOut, audience, liveCalls, counts, queues, unseen, floor, at } = deps;
	const tellOwed = (change: Owed, assigneeId: string | null, escalated: boolean) => {
		for (const person of audience.online()) {
			if (escalated || assigneeId === null || assigneeId === person.id || leads(person))
				counts.add(person.id, change, assigneeId === person.id);
		}
	};
	return [
		fanOut.on("call.saved", "live", (saved) => {
			unseen.saved(saved);
			// A phone that is answered by now must not ring once more: what is newer comes as soon as it is stored.
			if (saved.outdated) return;
			liveCalls.saved(saved);
			floor.saved(saved.call);
		}),
		fanOut.on("call.unsaved", "live", (call) => {
			liveCalls.unsaved(call);
			floor.saved(call.call);
		}),
		fanOut.on("call.superseded", "live", ({ callId }) => {
			const call = liveCalls.find(callId)?.latest.call;
			liveCalls.superseded(callId);
			if (call !== undefined) floor.saved({ ...call, endedAt: at() });
		}),
		fanOut.on("call.contact", "live", ({ callId }) => deps.changedCall(callId).catch(deps.onFailure)),
		fanOut.on("recording.changed", "live", ({ callId }) => deps.changedCall(callId).catch(deps.onFailure)),
		fanOut.on("obligation.opened", "live", ({ obligation }) => {
			// While a call goes on and nobody has it, there is nothing to process yet.
			if (obligation.call.endedAt === null && obligation.assignee === null) return;
			tellOwed(
				{ type: "obligation.opened", at: at(), obligation },
				obligation.assignee?.id ?? null,
				obligation.escalatedTo !== null,
			);
		}),
		fanOut.on("obligation.settled", "live", ({ id, callId, assigneeId, escalated }) =>
			tellOwed({ type: "obligation.settled", at: at(), id, callId }, assigneeId, escalated),
		),
		fanOut.on("user.changed", "live", ({ userId }) => deps.changedPerson(userId).catch(deps.onFailure)),
		fanOut.on("people.away", "live", ({ away }) => deps.presence.away(away)),
		fanOut.on("session.ended", "live", ({ userId, sessionId }) => deps.endSessions(userId, sessionId)),
		fanOut.on("pbx.state", "live", ({ at: moment, ...pbx }) => {
			const said = (person: LivePerson) => encode({ type: "pbx.state", at: moment, pbx: forRole(pbx, person) });
			for (const person of audience.online()) audience.tell(person.id, said(person));
			floor.hurry();
		}),
		fanOut.on("queue.state", "live", (queue) => {
			if (queues.put(queue)) audience.tellLeads(encode({ type: "queue.state", at: at(), queue }));
		}),
		fanOut.on("storage.state", "live", (storage) => {
			const said = encode({ type: "storage.state", at: at(), storage });
			for (const { id } of audience.online()) audience.tell(id, said);
		}),
		fanOut.on("pop.unseen", "live", (pop) => {
			deps.metrics.unseen.inc();
			unseen.announced(pop);
			floor.hurry();
		}),
		fanOut.on("pop.seen", "live", (pop) => {
			unseen.announcedSeen(pop);
			floor.hurry();
		}),
	];
}

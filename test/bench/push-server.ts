/**
 * The server of push.ts: the real hub and handshake, with the database left out. A socket says who it is in a cookie
 * (`n=17`). Commands come from the parent: `push <count> <per second>`, `rss`.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { newId } from "../../db/id.ts";
import { createEventBus } from "../../server/events.ts";
import { memoryFanOut } from "../../server/live/fan-out.ts";
import { createHub } from "../../server/live/hub.ts";
import { createLiveMetrics } from "../../server/live/metrics.ts";
import { acceptSockets } from "../../server/live/upgrade.ts";
import { createLog } from "../../server/web/log.ts";
import { popOf } from "../live/calls.ts";
import { ringPhones } from "./rings.ts";

const size = Number(process.argv[2]);
const people = Array.from({ length: size }, (_, index) => ({
	id: newId(),
	name: `Agent ${index}`,
	extension: String(index),
	role: index === 0 ? ("supervisor" as const) : ("agent" as const),
	active: true,
}));
const log = createLog("warn", process.stderr);
const bus = createEventBus((listener, kind, error) => log.error({ listener, kind, err: error }, "failed"));
const metrics = createLiveMetrics(new Registry());
const hub = createHub({
	fanOut: memoryFanOut(bus),
	people: async () => people,
	popFor: async (saved) => popOf(saved),
	popOfCall: async () => null,
	liveCallsOf: async () => ({ ringing: [], talking: [] }),
	obligations: async () => [],
	counts: async () => ({ mine: 0, team: 0, missed: 0, overdue: 0, escalated: 0 }),
	liveCalls: async () => [],
	floorFigures: async () => {
		throw new Error("Nobody looks at the floor");
	},
	unseen: { note: async () => null, seen: async () => null },
	announce() {},
	mayPass: () => true,
	onPainted() {},
	pbxs: () => [],
	storage: () => ({ state: "enough", where: "server", usedPercent: null, since: new Date(0).toISOString() }),
	maySend: () => true,
	version: "bench",
	metrics,
	log,
	now: Date.now,
});
await hub.start();
const server = createServer();
acceptSockets(server, {
	hub,
	originAllowed: () => true,
	signed: () => true,
	async authenticate(request) {
		const person = people[Number(/n=(\d+)/.exec(request.headers.cookie ?? "")?.[1])];
		const expiresAt = Date.now() + 86_400_000;
		return person === undefined ? null : { userId: person.id, sessionId: person.id, expiresAt };
	},
	metrics,
	log,
	now: Date.now,
});

/** Chosen by chance. */
const anybody = () => people[1 + Math.floor(Math.random() * (size - 1))] ?? nobody;
const nobody = { id: newId(), name: "Nobody", extension: "" };

process.on("message", async (text: string) => {
	const [command, count, perSecond] = text.split(" ");
	if (command === "push") await ringPhones(bus, anybody, Number(count), Number(perSecond));
	globalThis.gc?.();
	process.send?.(JSON.stringify({ rss: process.memoryUsage().rss }));
});
server.listen(0, "127.0.0.1", 20_000, () =>
	process.send?.(JSON.stringify({ port: (server.address() as AddressInfo).port })),
);

/**
 * The server of storm.ts: the whole application on a database of its own with as many people, each with a session.
 * Commands come from the parent: `rows`, `push <count> <per second>`, `figures`.
 */
import { createHash } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { migrate } from "../../db/migrate.ts";
import { createApp } from "../../server/app.ts";
import { createLog } from "../../server/web/log.ts";
import { incoming, moment } from "../live/calls.ts";
import { personOf, sessionOf } from "./storm-people.ts";

const [url = "", size = "0", others = "0"] = process.argv.slice(2);
const people = Number(size) + Number(others);
const watched = Array.from({ length: Number(others) }, (_, n) => Number(size) + n);

await migrate(url);
const pool = new pg.Client({ connectionString: url });
await pool.connect();
const numbers = Array.from({ length: people }, (_, n) => n);
await pool.query(
	`insert into users (id, name, email, role, extension) select id, 'Agent ' || n, 'a' || n || '@x.y', 'agent', n::text
	from unnest($1::uuid[], $2::integer[]) t(id, n)`,
	[numbers.map(personOf), numbers],
);
await pool.query(
	`insert into sessions (id, user_id, token, expires_at) select id, id, token, now() + interval '1 day'
	from unnest($1::uuid[], $2::text[]) t(id, token)`,
	[numbers.map(personOf), numbers.map(sessionOf)],
);
await pool.query("analyze");
await pool.end();

const dzvin = await createApp(
	{
		...{ port: 0, host: "127.0.0.1", dataDir: "/nonexistent", publicUrl: null, adminEmail: "admin@example.com" },
		...{ adminPassword: "a password of the bench", secretKey: createHash("sha256").update("storm").digest() },
		...{ country: "UA", natsUrl: null, logLevel: "warn" as const, trustProxy: false, journalDays: 0, demo: false },
		databaseUrl: url,
	},
	{ log: createLog("warn", process.stderr) },
);
await dzvin.start();

/** Rings one phone after the other of those who stay; the moment of the event travels as the caller's name. */
async function push(count: number, perSecond: number): Promise<void> {
	const began = performance.now();
	for (let index = 0; index < count; index += 1) {
		await sleep(Math.max(0, began + (index * 1000) / perSecond - performance.now()));
		const n = watched[index % watched.length] ?? 0;
		const person = { id: personOf(n), name: `Agent ${n}`, extension: String(n) };
		const call = incoming({ callerName: String(process.hrtime.bigint()) });
		dzvin.bus.emit("call.saved", moment(call, { ringing: [person] }));
		setTimeout(() => dzvin.bus.emit("call.saved", moment(call, { past: [person], ended: true })), 200);
	}
}

const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
process.on("message", async (text: string) => {
	const [command, count, perSecond] = text.split(" ");
	if (command === "push") await push(Number(count), Number(perSecond));
	if (command === "settle") globalThis.gc?.();
	const figures = { rss: process.memoryUsage().rss, loopP99: loop.percentile(99) / 1e6, loopMax: loop.max / 1e6 };
	loop.reset();
	process.send?.(JSON.stringify({ done: command, ...figures }));
});
process.send?.(JSON.stringify({ port: new URL(dzvin.address()).port }));

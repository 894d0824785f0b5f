/**
 * The server of storm.ts: the whole application on a database of its own with as many people, each with a session.
 * Commands: storm-commands.ts.
 */
import { createHash } from "node:crypto";
import pg from "pg";
import { migrate } from "../../db/migrate.ts";
import { createApp } from "../../server/app.ts";
import { createLog } from "../../server/web/log.ts";
import { incoming, moment } from "../live/calls.ts";
import { serveCommands } from "./storm-commands.ts";
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

/** One after the other of those who stay. */
const next = (index: number) => {
	const n = watched[index % watched.length] ?? 0;
	return { id: personOf(n), name: `Agent ${n}`, extension: String(n) };
};

serveCommands((index, due) => {
	const person = next(index);
	const call = incoming({ callerName: due });
	dzvin.bus.emit("call.saved", moment(call, { ringing: [person] }));
	setTimeout(() => dzvin.bus.emit("call.saved", moment(call, { past: [person], ended: true })), 200);
});
process.send?.(JSON.stringify({ port: new URL(dzvin.address()).port }));

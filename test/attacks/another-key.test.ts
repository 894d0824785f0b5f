import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { createLog } from "../../server/web/log.ts";
import { cookieOf, password } from "../access/running.ts";
import { listen } from "../live/listener.ts";
import { testDatabase } from "../support/database.ts";

const pbx = {
	name: "office",
	host: "127.0.0.1",
	port: 1,
	events: { username: "dzvin", secret: "the events secret" },
	control: { username: "click", secret: "the control secret" },
};

test("a server that lost its key says so where the admin looks, tells no secret, and takes new accounts", async () => {
	const { url, drop } = await testDatabase();
	onTestFinished(drop);
	const lines: string[] = [];
	const startWith = async (key: string) => {
		const config = loadConfig({
			DZVIN_SECRET_KEY: key,
			DZVIN_PORT: "0",
			DZVIN_HOST: "127.0.0.1",
			DZVIN_ADMIN_EMAIL: "admin@example.com",
			DZVIN_ADMIN_PASSWORD: password,
		});
		const log = createLog("info", { write: (line) => lines.push(line) });
		const dzvin = await createApp({ ...config, databaseUrl: url }, { log });
		await dzvin.ensureFirstAdmin();
		await dzvin.start();
		const base = dzvin.address();
		const send = (method: string, path: string, cookie: string, body?: unknown) =>
			fetch(`${base}${path}`, {
				method,
				headers: { cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
		const signedIn = await send("POST", "/api/session", "", { email: "admin@example.com", password });
		const cookie = cookieOf(signedIn.headers);
		return { dzvin, base, cookie, send: (m: string, p: string, b?: unknown) => send(m, p, cookie, b) };
	};
	const first = await startWith(randomBytes(32).toString("hex"));
	const made = await first.send("POST", "/api/pbx", pbx);
	const { id } = JSON.parse(await made.text());
	await first.dzvin.stop();

	const second = await startWith(randomBytes(32).toString("hex"));
	onTestFinished(() => second.dzvin.stop());
	const said = { state: "stopped", problem: expect.stringMatching(/do not open: DZVIN_SECRET_KEY/) };
	const listed = JSON.parse(await (await second.send("GET", "/api/pbx")).text());
	expect(listed.items).toMatchObject([{ id, ...said }]);
	const desk = await listen(second.base, second.cookie);
	onTestFinished(desk.end);
	expect((await desk.heard("snapshot")).pbxs).toMatchObject([{ id, name: "office", ...said }]);
	const checked = await second.send("POST", `/api/pbx/${id}/check`);
	expect([checked.status, await checked.json()]).toMatchObject([409, { error: { message: said.problem } }]);

	const { events, control } = pbx;
	expect((await second.send("PATCH", `/api/pbx/${id}`, { events, control })).status).toBe(200);
	await desk.heard("pbx.state", (message) => message.pbx.state === "away");
	const now = JSON.parse(await (await second.send("GET", "/api/pbx")).text());
	expect(now.items[0].problem).toMatch(/refuses connections/);
	expect(lines.join()).not.toMatch(/the events secret|the control secret/);
});

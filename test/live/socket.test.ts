import { connect } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Running, runServer, serverForTest, type Visitor } from "../access/running.ts";
import { type Agent, incoming, moment, popOf } from "./calls.ts";
import { listen, Refused } from "./listener.ts";

let house: Running;
beforeAll(async () => {
	house = await runServer({}, { live: { popFor: async (saved) => popOf(saved) } });
});
afterAll(() => house.end());

const join = async (cookie: string, headers = {}, base = house.base) => {
	const listener = await listen(base, cookie, headers);
	onTestFinished(listener.end);
	return listener;
};
const refusal = async (cookie: string, headers = {}, base = house.base) =>
	listen(base, cookie, headers).then(
		(listener) => {
			listener.end();
			return "let in";
		},
		(error: unknown) => (error instanceof Refused ? error.status : error),
	);
const asAgent = (visitor: Visitor, extension: string): Agent => ({ id: visitor.id, name: "The agent", extension });

test("a page of another site is refused before the handshake, whatever cookie it brings", async () => {
	const { cookie } = await house.hire("agent");
	expect(await refusal(cookie, { origin: "https://evil.example" })).toBe(403);
	expect(await refusal(cookie, { origin: "null" })).toBe(403);
	expect(await refusal(cookie, { origin: `${house.base}.evil.example` })).toBe(403);
	expect(await refusal(cookie, { origin: house.base })).toBe("let in");
});

test("with a public address, pages from it are let in and no others", async () => {
	const own = await serverForTest({ publicUrl: "http://calls.example.com" });
	const { cookie } = await own.hire("agent");
	expect(await refusal(cookie, { origin: "http://calls.example.com" }, own.base)).toBe("let in");
	expect(await refusal(cookie, { origin: "https://calls.example.com" }, own.base)).toBe(403);
	expect(await refusal(cookie, { origin: own.base }, own.base)).toBe(403);
});

test("only people who are signed in get anything", async () => {
	const left = await house.hire("agent");
	await house.call("PATCH", `/api/users/${left.id}`, { cookie: await house.admin(), body: { active: false } });
	expect(await refusal("")).toBe(401);
	expect(await refusal("dzvin=nonsense")).toBe(401);
	expect(await refusal(left.cookie)).toBe(401);
	expect((await house.call("GET", "/api/live", { cookie: await house.admin() })).status).toBe(426);
});

test("other addresses take no sockets", async () => {
	const answer = await new Promise<string>((resolve) => {
		const { port, hostname } = new URL(house.base);
		const socket = connect(Number(port), hostname, () => {
			socket.write("GET /api/other HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
		});
		let text = "";
		socket.on("data", (data) => {
			text += data.toString();
		});
		socket.on("close", () => resolve(text));
	});
	expect(answer).toMatch(/^HTTP\/1\.1 404 /);
});

test("signing out closes the sockets of that session, and no others", async () => {
	const agent = await house.hire("agent");
	const other = await house.signIn(agent.email);
	const tabs = [await join(agent.cookie), await join(agent.cookie)];
	const elsewhere = await join(other);
	await house.call("DELETE", "/api/session", { cookie: agent.cookie });
	for (const tab of tabs) expect(await tab.closed()).toMatchObject({ code: 4401 });
	await elsewhere.settled();
	expect(await refusal(agent.cookie)).toBe(401);
});

test("a person who is made inactive is cut off everywhere", async () => {
	const agent = await house.hire("agent");
	const tabs = [await join(agent.cookie), await join(await house.signIn(agent.email))];
	await house.call("PATCH", `/api/users/${agent.id}`, { cookie: await house.admin(), body: { active: false } });
	for (const tab of tabs) expect(await tab.closed()).toMatchObject({ code: 4401 });
});

test("a session that ends by its age closes its sockets", async () => {
	let time = Date.now();
	const own = await serverForTest({}, { now: () => time, live: { times: { checkEvery: 20, pingEvery: 100 } } });
	const { cookie } = await own.hire("agent");
	const tab = await join(cookie, {}, own.base);
	await tab.heard("snapshot");
	time += 15 * 24 * 60 * 60 * 1000;
	expect(await tab.closed()).toMatchObject({ code: 4401 });
});

test("what is no message of ours closes the connection that sent it", async () => {
	const { cookie } = await house.hire("agent");
	const wrong = [
		"nonsense",
		"{}",
		'{"type":"call.saved"}',
		'{"type":"ping","more":1}',
		'{"type":"painted"}',
		"x".repeat(5000),
	];
	for (const message of wrong) {
		const tab = await join(cookie);
		tab.say(message);
		expect([1008, 1009]).toContain((await tab.closed()).code);
	}
	const tab = await join(cookie);
	tab.socket.send(Buffer.from([1, 2, 3]), { binary: true });
	expect((await tab.closed()).code).toBe(1008);
});

test("a client that saw a jump gets a new picture, and the numbers go on", async () => {
	const { cookie } = await house.hire("agent");
	const tab = await join(cookie);
	const first = await tab.heard("snapshot");
	tab.say({ type: "resync" });
	const second = await tab.heard("snapshot", ({ seq }) => seq > first.seq);
	expect(second.seq).toBeGreaterThan(first.seq);
});

test("changes that happen while the picture is being made come after it", async () => {
	const gate: (() => void)[] = [];
	const own = await serverForTest(
		{},
		{
			live: {
				popFor: async (saved) => popOf(saved),
				obligations: () => new Promise((resolve) => gate.push(() => resolve([]))),
			},
		},
	);
	const visitor = await own.hire("agent", "101");
	const tab = await join(visitor.cookie, {}, own.base);
	await tab.heard("hello");
	own.dzvin.bus.emit("call.saved", moment(incoming(), { ringing: [asAgent(visitor, "101")] }));
	await tab.settled();
	expect(tab.messages.map(({ type }) => type)).toEqual(["hello", "pong"]);
	for (const go of gate) go();
	await tab.heard("call.ringing");
	const kinds = tab.messages.map(({ type }) => type).filter((type) => type !== "agent.state" && type !== "pong");
	expect(kinds).toEqual(["hello", "snapshot", "call.ringing"]);
});

test("a server that ends says so to every browser, so that they return", async () => {
	const own = await runServer();
	const { cookie } = await own.hire("agent");
	const tab = await join(cookie, {}, own.base);
	await tab.heard("snapshot");
	await own.end();
	expect(await tab.closed()).toMatchObject({ code: 1012 });
});

test("a browser that does not answer holds up neither a sign-out nor the end of the server", async () => {
	const own = await runServer();
	const agent = await own.hire("agent");
	const tabs = [await join(agent.cookie, {}, own.base), await join(await own.admin(), {}, own.base)];
	for (const tab of tabs) {
		await tab.heard("snapshot");
		tab.socket.pause();
	}
	await own.call("DELETE", "/api/session", { cookie: agent.cookie });
	await own.end();
	for (const tab of tabs) tab.socket.resume();
	for (const tab of tabs) await tab.closed();
});

test("a browser that takes nothing is dropped for that, and the others are served meanwhile", async () => {
	const own = await serverForTest(
		{},
		{ live: { popFor: async (saved) => popOf(saved), times: { checkEvery: 20, stallAfter: 400 } } },
	);
	const slow = await own.hire("agent", "101");
	const quick = await own.hire("agent", "102");
	const stuck = await join(slow.cookie, {}, own.base);
	const tab = await join(quick.cookie, {}, own.base);
	await stuck.heard("snapshot");
	stuck.socket.pause();
	// More than the kernel's buffers take: from then on bytes wait in the server.
	const people = [asAgent(slow, "101"), asAgent(quick, "102")];
	const dropped = async () =>
		/dzvin_live_dropped_total\{reason="no progress"\} 1/.test((await own.call("GET", "/metrics")).text);
	let calls = 0;
	while (!(await dropped())) {
		for (let i = 0; i < 20; i += 1) {
			const call = incoming({ callerName: "x".repeat(10_000) });
			own.dzvin.bus.emit("call.saved", moment(call, { past: people, ended: true }));
			calls += 1;
			await tab.heard("call.ended", (message) => message.call.id === call.id);
		}
	}
	expect(tab.of("call.ended")).toHaveLength(calls);
	stuck.socket.resume();
	await stuck.closed();
}, 60_000);

test("a browser that reads slowly but steadily is not dropped; what was left out is mended by a new picture", async () => {
	const own = await serverForTest(
		{},
		{ live: { popFor: async (saved) => popOf(saved), times: { checkEvery: 20, stallAfter: 5_000 } } },
	);
	const visitor = await own.hire("agent", "101");
	const tab = await join(visitor.cookie, {}, own.base);
	const first = await tab.heard("snapshot");
	tab.socket.pause();
	const person = asAgent(visitor, "101");
	const call = incoming({ callerName: "x".repeat(50_000) });
	for (let i = 0; i < 400; i += 1) {
		own.dzvin.bus.emit("call.saved", moment(call, { ringing: [person] }));
		// Lets the pop-up out before the next change, and the socket take what it can.
		await new Promise((resolve) => setImmediate(resolve));
	}
	tab.socket.resume();
	const mended = await tab.heard("snapshot", ({ seq }) => seq > first.seq);
	const numbers = tab.messages.flatMap((message) => ("seq" in message ? [message.seq] : []));
	const jumps = numbers.filter((seq, index) => index > 0 && seq !== (numbers[index - 1] ?? 0) + 1);
	expect(jumps.length).toBeGreaterThan(0);
	expect(numbers.at(-1)).toBeGreaterThanOrEqual(mended.seq);
}, 60_000);

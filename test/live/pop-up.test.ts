import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { SavedCall } from "../../server/events.ts";
import type { Pop } from "../../server/protocol/live.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type Agent, incoming, moment, popOf } from "./calls.ts";
import { type Listener, listen } from "./listener.ts";

let house: Running;
let olena: Agent & Visitor;
let petro: Agent & Visitor;
let ira: Agent & Visitor;
let boss: Visitor;
let popFor = async (saved: SavedCall): Promise<Pop> => popOf(saved);

const hire = async (name: string, extension: string) => ({
	...(await house.hire("agent", extension, name)),
	name,
	extension,
});
beforeAll(async () => {
	house = await runServer(
		{},
		{ live: { popFor: (saved) => popFor(saved), liveCallsOf: async () => ({ ringing: [], talking: [] }) } },
	);
	olena = await hire("Олена", "101");
	petro = await hire("Petro", "102");
	ira = await hire("Ира", "103");
	boss = await house.hire("supervisor", null, "Boss");
});
afterAll(() => house.end());

const open: Listener[] = [];
afterEach(() => {
	popFor = async (saved) => popOf(saved);
	for (const listener of open.splice(0)) {
		expect(listener.problems).toEqual([]);
		listener.end();
	}
});
const desk = async (person: { cookie: string }): Promise<Listener> => {
	const listener = await listen(house.base, person.cookie);
	open.push(listener);
	await listener.heard("snapshot");
	return listener;
};
const saved = (event: SavedCall) => house.dzvin.bus.emit("call.saved", event);

test("who comes in gets the picture first, then changes whose numbers have no holes", async () => {
	const one = await desk(olena);
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	await one.heard("call.ringing");
	saved(moment(call, { talking: [olena] }));
	await one.heard("call.talking");
	saved(moment(call, { past: [olena], ended: true }));
	await one.heard("call.ended");
	expect(one.messages[0]).toMatchObject({ type: "hello" });
	expect(one.messages[1]).toMatchObject({ type: "snapshot", seq: 1, agents: [{ user: { name: "Олена" } }] });
	const numbers = one.messages.flatMap((message) => ("seq" in message ? [message.seq] : []));
	expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test("exactly the people whose phone rings see the pop-up, each on every screen that is open", async () => {
	const screens = [await desk(olena), await desk(olena), await desk(petro)];
	const foreign = await desk(ira);
	const call = incoming();
	saved(moment(call, { ringing: [olena, petro] }));
	for (const screen of screens) expect((await screen.heard("call.ringing")).call.id).toBe(call.id);
	await foreign.settled();
	expect(foreign.messages.filter(({ type }) => type.startsWith("call."))).toEqual([]);
	for (const screen of screens) {
		await screen.settled();
		expect(screen.of("call.ringing")).toHaveLength(1);
	}
});

test("when one answers, the others hear by whom, and the one who answered talks", async () => {
	const answering = await desk(olena);
	const waiting = await desk(petro);
	const call = incoming();
	saved(moment(call, { ringing: [olena, petro] }));
	await waiting.heard("call.ringing");
	saved(moment(call, { talking: [olena], past: [petro] }));
	expect(await waiting.heard("call.ended")).toMatchObject({ elsewhere: true, by: { name: "Олена" } });
	expect(await answering.heard("call.talking")).toMatchObject({
		by: { name: "Олена" },
		pop: { call: { id: call.id } },
	});
	expect(answering.of("call.ended")).toEqual([]);
});

test("who dials has the card at once, without a phone that rings, and talks when the other side answers", async () => {
	const screen = await desk(olena);
	const call = incoming({ direction: "outbound" });
	saved(moment(call, { dialling: [olena] }));
	expect(await screen.heard("call.talking")).toMatchObject({
		by: { name: "Олена" },
		call: { outcome: "ringing", answeredAt: null },
		pop: { call: { id: call.id } },
	});
	saved(moment(call, { talking: [olena] }));
	expect(await screen.heard("call.talking", (message) => message.call.outcome === "talking")).toMatchObject({
		by: { name: "Олена" },
	});
	saved(moment(call, { past: [olena], ended: true }));
	await screen.heard("call.ended");
	expect(screen.of("call.ringing")).toEqual([]);
});

test("when the caller gives up, every pop-up closes", async () => {
	const screens = [await desk(olena), await desk(petro)];
	const call = incoming();
	saved(moment(call, { ringing: [olena, petro] }));
	for (const screen of screens) await screen.heard("call.ringing");
	saved(moment(call, { past: [olena, petro], ended: true }));
	for (const screen of screens) {
		expect(await screen.heard("call.ended")).toMatchObject({ elsewhere: false, by: null, call: { outcome: "missed" } });
	}
});

test("a queue that rings one after the other moves the pop-up along", async () => {
	const first = await desk(olena);
	const second = await desk(petro);
	const call = incoming({ queue: "sales" });
	saved(moment(call, { ringing: [olena] }));
	await first.heard("call.ringing");
	saved(moment(call, { ringing: [petro], past: [olena] }));
	expect(await first.heard("call.ended")).toMatchObject({ elsewhere: false, call: { endedAt: null } });
	expect((await second.heard("call.ringing")).call.queue).toBe("sales");
});

test("somebody who answers while the pop-up is still being read is told that he talks, not that it rings", async () => {
	const screen = await desk(olena);
	const call = incoming();
	const reading: (() => void)[] = [];
	popFor = async (event) => {
		await new Promise<void>((go) => reading.push(go));
		return popOf(event);
	};
	saved(moment(call, { ringing: [olena] }));
	saved(moment(call, { talking: [olena] }));
	for (const go of reading) go();
	await screen.heard("call.talking");
	await screen.settled();
	expect(screen.of("call.ringing")).toEqual([]);
	expect(screen.of("call.talking")).toHaveLength(1);
});

test("a caller who gives up while the pop-up is still being read leaves nothing on the screen", async () => {
	const screen = await desk(olena);
	const call = incoming();
	const reading: (() => void)[] = [];
	popFor = async (event) => {
		await new Promise<void>((go) => reading.push(go));
		return popOf(event);
	};
	saved(moment(call, { ringing: [olena] }));
	saved(moment(call, { past: [olena], ended: true }));
	for (const go of reading) go();
	await screen.settled();
	expect(screen.of("call.ringing")).toEqual([]);
});

test("a slow or failing database costs the last contacts, not the pop-up", async () => {
	const screen = await desk(olena);
	popFor = () => Promise.reject(new Error("no database"));
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	expect(await screen.heard("call.ringing")).toMatchObject({ call: { id: call.id }, lastContacts: [] });
});

test("the card shows what the client's owner is doing, and follows it", async () => {
	const owner = await hire("Owner", "106");
	const screen = await desk(olena);
	popFor = async (event) => popOf(event, { owner: { id: owner.id, name: "Owner", extension: "106", you: false } });
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	await screen.heard("call.ringing");
	expect(screen.of("agent.state").filter((m) => m.agent.user.id === owner.id)).toMatchObject([
		{ agent: { state: "offline" } },
	]);
	await desk(owner);
	await screen.heard("agent.state", (m) => m.agent.user.id === owner.id && m.agent.state === "available");
	saved(moment(call, { past: [olena], ended: true }));
	await screen.heard("call.ended");
	saved(moment(incoming(), { ringing: [owner] }));
	await screen.settled();
	expect(screen.of("agent.state").filter((m) => m.agent.user.id === owner.id)).toHaveLength(2);
});

test("a pop-up that was read before any phone rang is not read again, unless it is about another client", async () => {
	const screen = await desk(olena);
	const asked: (string | null)[] = [];
	popFor = async (event) => {
		asked.push(event.call.number);
		return popOf(event, { numberCountry: event.call.number === null ? null : "UA" });
	};
	const call = incoming({ number: null });
	saved(moment(call, {}));
	saved(moment(call, { ringing: [olena] }));
	expect(await screen.heard("call.ringing")).toMatchObject({ call: { legs: [{ extension: "101" }] } });
	expect(asked).toEqual([null]);
	const other = incoming({ number: null });
	saved(moment(other, {}));
	saved(moment({ ...other, number: "+380501234567" }, { ringing: [olena] }));
	const pop = await screen.heard("call.ringing", (message) => message.call.id === other.id);
	expect(pop.numberCountry).toBe("UA");
});

test("the owner of the client is told that it is he", async () => {
	const own = await desk(petro);
	const other = await desk(olena);
	popFor = async (event) => popOf(event, { owner: { id: petro.id, name: "Petro", extension: "102", you: false } });
	saved(moment(incoming(), { ringing: [petro, olena] }));
	expect((await own.heard("call.ringing")).owner?.you).toBe(true);
	expect((await other.heard("call.ringing")).owner?.you).toBe(false);
});

test("a call that turns out to be part of another closes its pop-up", async () => {
	const screen = await desk(olena);
	const part = incoming();
	const whole = incoming();
	saved(moment(part, { ringing: [olena] }));
	await screen.heard("call.ringing");
	saved(moment(whole, { ringing: [olena] }));
	house.dzvin.bus.emit("call.superseded", { callId: part.id, into: whole.id });
	expect((await screen.heard("call.ended")).call.id).toBe(part.id);
	await screen.heard("call.ringing", ({ call }) => call.id === whole.id);
});

test("after a restart, the end of a call that only the database knew closes what a snapshot showed", async () => {
	const screen = await desk(olena);
	const call = incoming();
	saved(moment(call, { past: [olena], talking: [petro] }));
	expect(await screen.heard("call.ended")).toMatchObject({ elsewhere: true, by: { name: "Petro" } });
});

test("what callers call themselves arrives as the text that it is", async () => {
	const screen = await desk(olena);
	const names = [
		"я".repeat(10_000),
		'<img src=x onerror="alert(1)"></script><!--',
		"\u202eгровтсо\u2066 \u200f",
		"Eve\r\nX-Injected: 1\r\n\r\n\u0000\u001b[31m",
		'","seq":999,"type":"snapshot',
		"\ud800 half a letter",
	];
	for (const callerName of names) {
		const call = incoming({ callerName });
		saved(moment(call, { ringing: [olena] }));
		const pop = await screen.heard("call.ringing", (message) => message.call.id === call.id);
		expect(pop.call.callerName).toBe(callerName);
	}
	const numbers = screen.messages.flatMap((message) => ("seq" in message ? [message.seq] : []));
	expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test("a browser that painted the pop-up says so, and the time from the PBX to the screen is counted once", async () => {
	const screen = await desk(olena);
	const other = await desk(petro);
	const count = async () => {
		const { text } = await house.call("GET", "/metrics");
		return Number(/dzvin_event_to_paint_seconds_count (\d+)/.exec(text)?.[1]);
	};
	const before = await count();
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	const { seq } = await screen.heard("call.ringing");
	// Somebody whose phone does not ring cannot acknowledge it.
	other.say({ type: "painted", callId: call.id, seq: 1 });
	await other.settled();
	expect(await count()).toBe(before);
	screen.say({ type: "painted", callId: call.id, seq });
	screen.say({ type: "painted", callId: call.id, seq });
	await screen.settled();
	expect(await count()).toBe(before + 1);
});

test("supervisors see who does what; an agent sees his own state only", async () => {
	const wall = await desk(boss);
	const vira = await hire("Vira", "104");
	const taras = await hire("Taras", "105");
	const agent = await desk(vira);
	const stranger = await desk(taras);
	await wall.heard("agent.state", ({ agent: { user, state } }) => user.id === taras.id && state === "available");
	const call = incoming();
	saved(moment(call, { ringing: [vira] }));
	await wall.heard("agent.state", (m) => m.agent.user.id === vira.id && m.agent.state === "ringing");
	await agent.heard("call.ringing");
	saved(moment(call, { talking: [vira] }));
	await wall.heard("agent.state", (m) => m.agent.user.id === vira.id && m.agent.state === "in-call");
	saved(moment(call, { past: [vira], ended: true }));
	await wall.heard("call.changed", (m) => m.call.endedAt !== null);
	await agent.heard("call.ended");
	await stranger.settled();
	expect(stranger.of("agent.state").every((m) => m.agent.user.id === taras.id)).toBe(true);
	expect(agent.of("agent.state").at(-1)?.agent.state).toBe("available");
});

test("everybody sees that a PBX is away, only an admin what is wrong with it", async () => {
	const agent = await desk(olena);
	const admin = await desk({ cookie: await house.admin() });
	const at = new Date().toISOString();
	const pbx = {
		id: incoming().id,
		name: "office",
		state: "login-refused" as const,
		problem: "secret is wrong",
		since: at,
	};
	house.dzvin.bus.emit("pbx.state", { ...pbx, at });
	expect((await agent.heard("pbx.state")).pbx).toEqual({ ...pbx, problem: null, said: null });
	expect((await admin.heard("pbx.state")).pbx).toEqual(pbx);
});

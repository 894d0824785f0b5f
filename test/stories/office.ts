import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { replayOf, stepsOf } from "../../server/asterisk/loopback/replay.ts";
import type { Call } from "../../server/protocol/call.ts";
import type { Contact } from "../../server/protocol/contact.ts";
import { password, runServer, type Visitor } from "../access/running.ts";
import { startBrowser } from "../support/browser.ts";
import { tone } from "../support/client-data.ts";
import { wordsIn } from "./words.ts";

const traces = join(import.meta.dirname, "../traces");
const secret = "a secret of the loopback";

export interface Caller {
	/** As the trunk writes it, for example `0671234567`. */
	readonly number: string;
	readonly name?: string;
}
/** A recorded call that happens step by step, so that a story can look in between. */
export interface StagedCall {
	/** Until the phones ring. */
	ring(): Promise<void>;
	/** Until two people speak. */
	answer(): Promise<void>;
	/** To its end. */
	end(): Promise<void>;
}

/**
 * The whole product for a story: the real server on a database of its own, a PBX that speaks AMI and
 * plays recorded traces, people with extensions 101 to 103, and a browser.
 */
export async function openOffice() {
	const recordings = await mkdtemp(join(tmpdir(), "dzvin-recordings-"));
	const client = process.env.DZVIN_CLIENT_ROOT;
	const server = await runServer({}, client ? { client } : {});
	const pbx = await startLoopbackPbx({ accounts: { events: secret, control: secret } });
	const browser = await startBrowser();
	const admin = await server.admin();
	const post = async (path: string, body: unknown, cookie = admin, method = "POST") => {
		const answer = await server.call(method, path, { cookie, body });
		if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.text}`);
		return answer.json;
	};
	const olena = await server.hire("agent", "101", "Олена Ткаченко");
	const petro = await server.hire("agent", "102", "Петро Гудзь");
	const oleh = await server.hire("agent", "103", "Олег Мельник");
	await post("/api/pbx", {
		name: "Office",
		host: "127.0.0.1",
		port: pbx.port,
		events: { username: "events", secret },
		control: { username: "control", secret },
		recordings: { root: recordings },
	});
	const settings = await post("/api/settings", { conversationSeconds: 1 }, admin, "PATCH");
	await until(async () => {
		const { json } = await server.call("GET", "/api/pbx", { cookie: admin });
		return json.items[0]?.state === "connected";
	});

	let played = 0;
	/** Prepares a recorded call with another customer. */
	async function stage(trace: string, caller: Caller): Promise<StagedCall> {
		const bytes = await readFile(join(traces, `${trace}.ami`));
		const recorded = stepsOf(bytes);
		const first = recorded.find(({ text }) => text.startsWith("Event: Newchannel"))?.text ?? "";
		const number = /\r\nCallerIDNum: (\d+)/.exec(first)?.[1] ?? "";
		const name = /\r\nCallerIDName: (.*?)\r\n/.exec(first)?.[1] ?? "";
		played += 1;
		const steps = replayOf(recorded).play({ startedAt: Date.now(), playing: 100 + played, speed: 1 });
		const cast = (text: string) => {
			let line = number === "" ? text : text.replaceAll(number, caller.number);
			if (caller.name !== undefined) {
				line = line.replaceAll(`IDName: ${name}\r\n`, `IDName: ${caller.name}\r\n`);
				line = line.replaceAll(`LineName: ${name}\r\n`, `LineName: ${caller.name}\r\n`);
			}
			return line.replaceAll("/srv/asterisk/spool/monitor", recordings);
		};
		const packets = steps.map(({ text }) => cast(text));
		const at = (wanted: RegExp) => {
			const found = packets.findIndex((text) => wanted.test(text));
			return found === -1 ? packets.length : found;
		};
		const up = at(/^Event: Newstate\r\n[\s\S]*Channel: PJSIP\/10\d-[\s\S]*ChannelStateDesc: Up/);
		const down = at(/^Event: HangupRequest/);
		let sent = 0;
		const sendTo = async (end: number) => {
			for (; sent < end; sent++) {
				const packet = packets[sent] ?? "";
				const file = /\r\nVariable: MIXMONITOR_FILENAME\r\nValue: (.*?)(\r\n|$)/.exec(packet)?.[1];
				if (file) {
					await mkdir(dirname(file), { recursive: true });
					await writeFile(file, tone(6));
				}
				pbx.send(packet);
			}
		};
		return {
			ring: () => sendTo(Math.min(up, down)),
			answer: () => sendTo(down),
			end: () => sendTo(packets.length),
		};
	}

	return {
		server,
		pbx,
		admin,
		settings,
		people: { olena, petro, oleh },
		post,
		stage,
		/** A call from beginning to end, over when its obligation stands in the database. */
		async past(trace: string, caller: Caller): Promise<void> {
			const before = (await server.call("GET", "/api/calls?limit=200", { cookie: admin })).json.items.length;
			await (await stage(trace, caller)).end();
			await until(async () => {
				const { json } = await server.call("GET", "/api/calls?limit=200", { cookie: admin });
				return json.items.length > before && json.items.every((call: Call) => call.endedAt !== null);
			});
		},
		contact: (body: object): Promise<Contact> => post("/api/contacts", body),
		read: async (path: string, who: Visitor) => (await server.call("GET", path, { cookie: who.cookie })).json,
		/** Opens a browser of this person's own and signs in through the door. */
		async sit(who: Visitor, options: Parameters<typeof browser.open>[0] = {}) {
			const seat = await browser.open(options);
			await seat.page.goto(server.base);
			await signIn(seat.page, who.email);
			return seat;
		},
		browser,
		async close() {
			await browser.close();
			await pbx.stop();
			await server.end();
			await rm(recordings, { recursive: true, force: true });
		},
	};
}
export type Office = Awaited<ReturnType<typeof openOffice>>;

export async function signIn(page: Page, email: string, language: keyof typeof wordsIn = "uk"): Promise<void> {
	const words = wordsIn[language];
	await page.getByLabel(words["sign-in.email"]).fill(email);
	await page.getByLabel(words["sign-in.password"], { exact: true }).fill(password);
	await page.getByRole("button", { name: words["sign-in.enter"] }).click();
	await page.locator(".shell").waitFor();
	// The live picture is here when the own state is.
	await page.locator(".own-state .chip").waitFor();
}

/** Waits for a condition that comes true by itself, at most ten seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
	const end = Date.now() + 10_000;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error("It did not come true in ten seconds.");
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

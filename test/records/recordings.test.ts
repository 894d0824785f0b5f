import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createRecordingWatcher, type RecordingWatcher } from "../../server/calls/recordings/watcher.ts";
import type { Person } from "../../server/http.ts";
import { type Company, ended, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let watcher: RecordingWatcher;
let olena: Person;
let petro: Person;
let chief: Person;
let folder: string;
let root: string;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	folder = await mkdtemp(join(tmpdir(), "dzvin-recordings-"));
	root = join(folder, "monitor");
	await mkdir(join(root, "2026/11/22"), { recursive: true });
	await company.rows("update pbxs set recordings_root = $1", [root]);
	office = await openOffice(company);
	watcher = createRecordingWatcher({
		pool: company.database.pools.ui,
		bus: company.bus,
		log: { warn: () => {}, error: () => {} },
	});
});
afterAll(async () => {
	await office.end();
	await company.drop();
	await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
	office.audited.length = 0;
});

/** 8 kHz, 16 bit, one channel. `declared`: the length that the header says. */
function wav(soundBytes: number, declared = soundBytes, format = 1): Buffer {
	const file = Buffer.alloc(44 + soundBytes, 0x55);
	file.write("RIFF", 0);
	file.writeUInt32LE(declared === 0 ? 0 : declared + 36, 4);
	file.write("WAVEfmt ", 8);
	file.writeUInt32LE(16, 16);
	file.writeUInt16LE(format, 20);
	file.writeUInt16LE(1, 22);
	file.writeUInt32LE(8000, 24);
	file.writeUInt32LE(16_000, 28);
	file.writeUInt16LE(2, 32);
	file.writeUInt16LE(16, 34);
	file.write("data", 36);
	file.writeUInt32LE(declared, 40);
	return file;
}

/** A call of Olena's that ended just now (or `ago` ms before) with a recording of this name. */
async function recorded(path: string, { closed = true, ago = 5_000 } = {}): Promise<string> {
	const startedAt = Date.now() - ago - 71_000;
	const facts = ended("answered", "101", { startedAt, recordings: [{ path, startedAt, closed }] });
	await company.record(facts);
	return company.idOf(facts);
}
const monitor = "/var/spool/asterisk/monitor";
const stateOf = async (id: string) => {
	const [row] = await company.rows("select state, seconds, bytes::integer from recordings where call_id = $1", [id]);
	return row;
};
/** Looks twice, as if the time between had passed. */
async function watch(times = 2): Promise<void> {
	for (let n = 0; n < times; n++) {
		await company.rows("update recordings set checked_at = now() - interval '1 day' where checked_at is not null");
		while ((await watcher.look()) > 0);
	}
}
const play = (id: string, headers: Record<string, string> = {}, person = olena, method = "GET") =>
	office.ask(person, method, `/api/calls/${id}/recordings/0`, undefined, headers);

test("a recording that has come is ready, with its length; the client is told", async () => {
	const id = await recorded(`${monitor}/2026/11/22/in-1.wav`);
	await writeFile(join(root, "2026/11/22/in-1.wav"), wav(32_000));
	const told: string[] = [];
	const off = company.bus.on("recording.changed", "test", ({ callId }) => void told.push(callId));
	await watch();
	off();
	expect(await stateOf(id)).toEqual({ state: "ready", seconds: 2, bytes: 32_044 });
	expect(told).toEqual([id]);
});

test("a file that still grows is waited for", async () => {
	const id = await recorded(`${monitor}/grows.wav`);
	const file = join(root, "grows.wav");
	await writeFile(file, wav(1000, 0));
	await watch(1);
	await appendFile(file, Buffer.alloc(1000));
	await watch(1);
	expect(await stateOf(id)).toMatchObject({ state: "expected" });
	await watch(1);
	expect(await stateOf(id)).toMatchObject({ state: "ready", bytes: 2044 });
});

test.each([
	["nobody sent sound: 44 bytes of header", "empty.wav", wav(0), "empty"],
	["nothing was written", "nothing.wav", Buffer.alloc(0), "empty"],
	["wav49", "wav49.WAV", wav(650, 650, 0x31), "unplayable"],
	["gsm", "voice.gsm", Buffer.alloc(330, 0xd0), "unplayable"],
])("what cannot be played is said: %s", async (_name, name, content, state) => {
	const id = await recorded(`${monitor}/${name}`);
	await writeFile(join(root, name), content);
	await watch();
	expect(await stateOf(id)).toMatchObject({ state });
	const answer = await play(id);
	expect(answer.status).toBe(404);
	expect(await answer.json()).toMatchObject({ error: { message: expect.stringMatching(/empty|wav/) } });
});

test("a file that does not come is expected for half a minute, then missing, and found when it comes after all", async () => {
	const fresh = await recorded(`${monitor}/late-1.wav`, { ago: 5_000 });
	const old = await recorded(`${monitor}/late-2.wav`, { ago: 40_000 });
	await watch();
	expect(await stateOf(fresh)).toMatchObject({ state: "expected" });
	expect(await stateOf(old)).toMatchObject({ state: "missing" });
	await writeFile(join(root, "late-2.wav"), wav(16_000));
	await watch();
	expect(await stateOf(old)).toMatchObject({ state: "ready", seconds: 1 });
});

test("the watcher comes back by itself, ever less often", async () => {
	const id = await recorded(`${monitor}/never.wav`, { ago: 3_600_000 });
	while ((await watcher.look()) > 0);
	expect(await stateOf(id)).toMatchObject({ state: "missing" });
	expect(await watcher.look()).toBe(0);
	await company.rows("update recordings set checked_at = now() - interval '20 minutes' where call_id = $1", [id]);
	expect(await watcher.look()).toBe(1);
});

test("a folder without the right to read is said to be so", async () => {
	const file = join(root, "denied.wav");
	await writeFile(file, wav(1000));
	await chmod(file, 0);
	const id = await recorded(`${monitor}/denied.wav`);
	await watch();
	// Root reads everything.
	expect(await stateOf(id)).toMatchObject({ state: process.getuid?.() === 0 ? "ready" : "denied" });
});

test("the sound is served whole and in ranges", async () => {
	const content = wav(100_000);
	for (let at = 44; at < content.length; at++) content[at] = at % 251;
	await writeFile(join(root, "ranges.wav"), content);
	const id = await recorded(`${monitor}/ranges.wav`);
	const whole = await play(id);
	expect(whole.status).toBe(200);
	expect(Object.fromEntries(whole.headers)).toMatchObject({
		"content-type": "audio/wav",
		"content-length": "100044",
		"accept-ranges": "bytes",
		"cache-control": "no-store",
		"x-content-type-options": "nosniff",
	});
	expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
	for (const [range, from, to] of [
		["bytes=0-0", 0, 0],
		["bytes=0-", 0, 100_043],
		["bytes=10-99", 10, 99],
		["bytes=40-50000", 40, 50_000],
		["bytes=90000-999999", 90_000, 100_043],
		["bytes=-1", 100_043, 100_043],
		["bytes=-500000", 0, 100_043],
	] as const) {
		const part = await play(id, { range });
		expect([range, part.status, part.headers.get("content-range")]).toEqual([range, 206, `bytes ${from}-${to}/100044`]);
		expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(from, to + 1))).toBe(true);
	}
	for (const range of ["bytes=100044-", "bytes=-0", "bytes=999999999999-"]) {
		const answer = await play(id, { range });
		expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */100044"]);
		await answer.arrayBuffer();
	}
	for (const range of ["bytes=5-1", "pieces=0-1", "bytes=a-b", "bytes=0-1,5-6"]) {
		const answer = await play(id, { range });
		expect([range, answer.status]).toEqual([range, 200]);
		await answer.arrayBuffer();
	}
	const head = await play(id, {}, olena, "HEAD");
	expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "100044", ""]);
});

test("a recording of a call that still runs plays what is there: its header is mended on the way", async () => {
	await writeFile(join(root, "running.wav"), wav(16_000, 0));
	const id = await recorded(`${monitor}/running.wav`, { closed: false });
	const heard = async (range: string) => Buffer.from(await (await play(id, { range })).arrayBuffer());
	const first = await heard("bytes=0-");
	expect([first.length, first.readUInt32LE(40), first.readUInt32LE(4)]).toEqual([16_044, 16_000, 16_036]);
	await appendFile(join(root, "running.wav"), Buffer.alloc(8_000));
	const piece = await heard("bytes=38-45");
	expect(piece.readUInt32LE(2)).toBe(24_000);
});

test("a header that promises more than there is is mended too", async () => {
	await writeFile(join(root, "cut.wav"), wav(1000, 900_000));
	const id = await recorded(`${monitor}/cut.wav`);
	const sound = Buffer.from(await (await play(id)).arrayBuffer());
	expect([sound.length, sound.readUInt32LE(40)]).toEqual([1044, 1000]);
});

test("a recording of four gigabytes is streamed, not loaded", async () => {
	const file = join(root, "huge.wav");
	await writeFile(file, wav(0, 0));
	await truncate(file, 4 * 1024 ** 3 + 44);
	const id = await recorded(`${monitor}/huge.wav`);
	await watch();
	const [row] = await company.rows("select state, bytes from recordings where call_id = $1", [id]);
	expect(row).toEqual({ state: "ready", bytes: String(4 * 1024 ** 3 + 44) });
	const tail = await play(id, { range: "bytes=4294967296-" });
	expect([tail.status, (await tail.arrayBuffer()).byteLength]).toEqual([206, 44]);
	// What it costs in memory: recording-memory.test.ts.
	const answer = await play(id, { range: "bytes=4294000000-4294967295" });
	expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([206, 967_296]);
});

test("a listener who goes away leaves no open file", async () => {
	await writeFile(join(root, "left.wav"), wav(50_000_000));
	const id = await recorded(`${monitor}/left.wav`);
	const openFiles = () =>
		readdirSync("/proc/self/fd").filter((fd) => {
			try {
				return readlinkSync(`/proc/self/fd/${fd}`).endsWith("left.wav");
			} catch {
				return false;
			}
		}).length;
	const answer = await play(id);
	expect(openFiles()).toBe(1);
	await answer.body?.cancel();
	await expect.poll(openFiles).toBe(0);
	for (let n = 0; n < 20; n++) await (await play(id, {}, olena, "HEAD")).text();
	expect(openFiles()).toBe(0);
});

test.each([
	["climbs out", "/var/spool/asterisk/monitor/../../../../secret.wav"],
	["climbs out without a name", "../secret.wav"],
	["has a dot", "./secret.wav"],
	["has a backslash", "..\\secret.wav"],
	["ends in nothing", "/"],
	["is empty", ""],
	["is a folder", "/var/spool/asterisk/monitor/2026"],
	["is a link out of the root", "/var/spool/asterisk/monitor/link.wav"],
	["goes through a linked folder", "/var/spool/asterisk/monitor/away/secret.wav"],
	["is a pipe", "/var/spool/asterisk/monitor/pipe.wav"],
	["is a device", "/dev/zero"],
	["is somewhere else", "/etc/passwd"],
])("a path that %s leads nowhere", async (_name, path) => {
	await writeFile(join(folder, "secret.wav"), wav(1000));
	await symlink(join(folder, "secret.wav"), join(root, "link.wav")).catch(() => {});
	await symlink(folder, join(root, "away")).catch(() => {});
	try {
		execFileSync("mkfifo", [join(root, "pipe.wav")], { stdio: "ignore" });
	} catch {
		// There already.
	}
	const id = await recorded(path);
	expect((await play(id)).status).toBe(404);
	await watch();
	expect(await stateOf(id)).toMatchObject({ state: "expected" });
});

test("a link that stays below the root is followed", async () => {
	await writeFile(join(root, "2026/11/22/real.wav"), wav(1000));
	await symlink(join(root, "2026/11/22/real.wav"), join(root, "short.wav"));
	expect((await play(await recorded(`${monitor}/short.wav`))).status).toBe(200);
});

test("agents hear their own calls, supervisors all; nothing is served by path", async () => {
	await writeFile(join(root, "own.wav"), wav(1000));
	const id = await recorded(`${monitor}/own.wav`);
	expect((await play(id)).status).toBe(200);
	expect((await play(id, {}, petro)).status).toBe(403);
	expect((await play(id, {}, chief)).status).toBe(200);
	for (const path of ["1", "-1", "own.wav", "..%2fown.wav", "0.5", "99999999999"]) {
		const answer = await office.ask(olena, "GET", `/api/calls/${id}/recordings/${path}`);
		expect([path, answer.status < 500 && answer.status >= 400]).toEqual([path, true]);
	}
});

test("each play is audited once, however many pieces the player asks for", async () => {
	await writeFile(join(root, "audited.wav"), wav(100_000));
	const id = await recorded(`${monitor}/audited.wav`);
	for (const range of ["bytes=0-", "bytes=0-1", "bytes=50000-60000", "bytes=-100"]) {
		await (await play(id, { range })).arrayBuffer();
	}
	await (await play(id, {}, olena, "HEAD")).text();
	expect(office.audited).toEqual([
		{ userId: olena.id, action: "recording.play", subject: id, detail: { recording: 0 }, ipAddress: "127.0.0.1" },
	]);
	// Beginning in the middle does not pass unseen.
	await (await play(id, { range: "bytes=100-" }, chief)).arrayBuffer();
	expect(office.audited).toHaveLength(2);
	await (await play(id, {}, petro)).arrayBuffer();
	expect(office.audited).toHaveLength(2);
});

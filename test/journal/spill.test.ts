import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Entry } from "../../server/calls/journal/entry.ts";
import { openSpill } from "../../server/calls/journal/spill.ts";

let folder: string;
let file: string;
let torn: number[];
const open = () => openSpill(file, (bytes) => torn.push(bytes));
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "dzvin-spill-"));
	file = join(folder, "journal-spill");
	torn = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (n: number, name = `PJSIP/10${n}-1`): Entry => ({
	pbxId: "01900000-0000-7000-8000-000000000001",
	day: "2026-11-22",
	key: `boot/${n}/channel.renamed`,
	arrival: 1_795_000_000_000_000 + n,
	at: 1_795_000_000_000,
	event: { kind: "channel.renamed", at: 1_795_000_000_000, seq: n, channelId: String(n), name },
});

test("events come back in their order after the process that wrote them is gone, and the file goes with the last", async () => {
	const first = await open();
	await first.append([entry(1), entry(2, "line\u2028break\nand \r more")]);
	await first.append([entry(3)]);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	const second = await open();
	expect([second.size, second.oldest]).toEqual([3, 1_795_000_000_000.001]);
	expect(await second.peek(2)).toEqual([entry(1), entry(2, "line\u2028break\nand \r more")]);
	await second.drop();
	await second.append([entry(4)]);
	expect(await second.peek(200)).toEqual([entry(3), entry(4)]);
	await second.drop();
	expect([second.size, second.bytes]).toEqual([0, 0]);
	expect(() => statSync(file)).toThrow("ENOENT");
	await second.append([entry(5)]);
	expect(await second.peek(200)).toEqual([entry(5)]);
	await Promise.all([first.close(), second.close()]);
});

test("a file that was made is on the disk under its name, and so is its folder, before an event counts as kept", async () => {
	const forced: string[] = [];
	file = join(folder, "data", "spill", "journal-spill");
	const spill = await openSpill(
		file,
		(bytes) => torn.push(bytes),
		async (place) => {
			forced.push(`${relative(folder, place)}: ${readdirSync(place).join(" ")}`);
		},
	);
	await spill.append([entry(1)]);
	expect(forced).toEqual(["data/spill: journal-spill", "data: spill", ": data"]);
	// Its name is there: forcing its bytes is enough.
	await spill.append([entry(2)]);
	expect(forced).toHaveLength(3);
	// Drained, the file goes; the next one is a new name.
	await spill.peek(200);
	await spill.drop();
	await spill.append([entry(3)]);
	expect(forced.slice(3)).toEqual(["data/spill: journal-spill"]);
	await spill.close();
	// A folder that cannot be forced keeps nothing.
	const refused = await openSpill(
		join(folder, "other"),
		() => {},
		async () => {
			throw new Error("the disk is gone");
		},
	);
	await expect(refused.append([entry(4)])).rejects.toThrow("the disk is gone");
	expect(refused.size).toBe(0);
	await refused.close();
});

test("a last line torn at any byte is cut off, and what is appended behind it is whole", async () => {
	const first = await open();
	await first.append([entry(1), entry(2)]);
	await first.close();
	const whole = readFileSync(file);
	const lineEnd = whole.indexOf("\n") + 1;
	for (let length = whole.length - 1; length >= lineEnd; length--) {
		rmSync(file);
		appendFileSync(file, whole);
		truncateSync(file, length);
		const spill = await open();
		expect(spill.size).toBe(1);
		await spill.append([entry(3)]);
		expect(await spill.peek(200)).toEqual([entry(1), entry(3)]);
		await spill.close();
	}
	expect(torn).toHaveLength(whole.length - 1 - lineEnd);
});

test("what was peeked and not dropped is there again after a kill: storing it twice is harmless", async () => {
	const first = await open();
	await first.append([entry(1), entry(2)]);
	await first.peek(1);
	await first.drop();
	const second = await open();
	expect(await second.peek(200)).toEqual([entry(1), entry(2)]);
	await Promise.all([first.close(), second.close()]);
});

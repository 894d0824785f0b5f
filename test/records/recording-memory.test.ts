import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const mega = 1024 ** 2;

test("two people who hear four gigabytes at once cost the server less than 20 MB", async () => {
	const folder = await mkdtemp(join(tmpdir(), "dzvin-huge-"));
	const file = join(folder, "huge.wav");
	await writeFile(file, "");
	await truncate(file, 4096 * mega);
	const server = fork(join(import.meta.dirname, "recording-server.ts"), [file]);
	onTestFinished(async () => {
		server.kill();
		await rm(folder, { recursive: true, force: true });
	});
	const [port] = await once(server, "message");
	const rss = async (): Promise<number> => {
		server.send("rss");
		const [bytes] = await once(server, "message");
		return bytes;
	};
	/** Reads so many megabytes from a place of the file, as a browser that plays does. */
	const listen = async (from: number, length: number): Promise<number> => {
		const range = `bytes=${from * mega}-${(from + length) * mega - 1}`;
		const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { range } });
		let read = 0;
		for await (const chunk of answer.body ?? []) read += chunk.length;
		return read / mega;
	};

	await Promise.all([listen(0, 256), listen(3072, 256)]);
	await rss();
	await new Promise((resolve) => setTimeout(resolve, 300));
	const idle = await rss();
	expect(await Promise.all([listen(0, 1024), listen(3072, 1024)])).toEqual([1024, 1024]);
	const more = ((await rss()) - idle) / mega;
	process.stdout.write(`two listeners: +${more.toFixed(1)} MB over ${(idle / mega).toFixed(0)} MB\n`);
	expect(more).toBeLessThan(20);
});

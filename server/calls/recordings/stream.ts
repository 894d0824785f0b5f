import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ByteRange } from "./range.ts";

const chunkBytes = 64 * 1024;

/**
 * The bytes of a range, `head` in the place of the file's first bytes. One chunk at a time is in memory. Closes the handle
 * at the end, also when the listener goes away; a file that became shorter ends the stream with an error, since the
 * length was promised.
 */
export function streamRange(handle: FileHandle, head: Buffer, { start, end }: ByteRange): Readable {
	async function* bytes(): AsyncGenerator<Buffer> {
		let at = start;
		if (at < head.length) {
			yield head.subarray(at, Math.min(head.length, end + 1));
			at = Math.min(head.length, end + 1);
		}
		while (at <= end) {
			const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - at + 1));
			const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
			if (bytesRead === 0) throw new Error("The recording became shorter while it was read.");
			at += bytesRead;
			yield buffer.subarray(0, bytesRead);
		}
	}
	const stream = Readable.from(bytes(), { objectMode: false, highWaterMark: chunkBytes });
	// Not in the generator: one that was never begun ends without its `finally`.
	stream.once("close", () => {
		handle.close().catch(() => {});
	});
	return stream;
}

import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { ByteRange } from "./range.ts";

const chunkBytes = 128 * 1024;

/**
 * Sends the bytes of a range, `head` in the place of the file's first bytes. One buffer serves the whole recording: each
 * piece is read when the one before has left for the network (a stream of fresh buffers cost 25 to 36 MB until V8
 * collected them). Closes the handle at the end, also when the listener goes away. A file that became shorter ends the
 * connection, since the length was promised.
 */
export async function sendRange(
	handle: FileHandle,
	head: Buffer,
	{ start, end }: ByteRange,
	to: ServerResponse,
): Promise<void> {
	const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - start + 1));
	const send = sender(to);
	try {
		let at = start;
		if (at < head.length) {
			await send(head.subarray(at, end + 1));
			at = Math.min(head.length, end + 1);
		}
		while (at <= end) {
			const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkBytes, end - at + 1), at);
			if (bytesRead === 0) throw new Error("The recording became shorter while it was read.");
			await send(buffer.subarray(0, bytesRead));
			at += bytesRead;
		}
		to.end();
	} catch {
		to.destroy();
	} finally {
		await handle.close();
	}
}

/** Writes and waits until the bytes are no longer needed; rejects when the listener is gone. */
function sender(to: ServerResponse): (bytes: Buffer) => Promise<void> {
	const gone = new Promise<never>((_resolve, reject) => {
		to.once("close", () => reject(new Error("The listener went away.")));
	});
	// The listener may go when nothing is being written.
	gone.catch(() => {});
	const written = (bytes: Buffer) =>
		new Promise<void>((resolve, reject) => {
			to.write(bytes, (error) => (error ? reject(error) : resolve()));
		});
	return (bytes) => Promise.race([written(bytes), gone]);
}

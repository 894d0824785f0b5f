import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Relay {
	/** Path of a local socket that takes one connection. */
	readonly path: string;
	close(): void;
}

/**
 * A one-time door to a connection that is already made and proven: `asterisk-manager` can neither
 * speak TLS nor take a socket, but it connects to a path. The folder is readable by this user only.
 */
export async function openRelay(far: Socket): Promise<Relay> {
	const folder = await mkdtemp(join(tmpdir(), "dzvin-control-"));
	const path = join(folder, "ami");
	let near: Socket | null = null;
	const close = () => {
		far.destroy();
		near?.destroy();
		server.close();
		void rm(folder, { recursive: true, force: true });
	};
	const server = createServer((socket) => {
		near = socket;
		// One guest only.
		server.close();
		socket.on("error", close).on("close", close);
		far.pipe(socket).pipe(far);
	});
	far.on("error", close).on("close", close);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(path, resolve);
	});
	return { path, close };
}

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between the server and the PBX: counts who comes, and can be shut. */
export interface Gate {
	readonly port: number;
	/** Connections so far, refused ones not counted. */
	readonly passed: number;
	/** The port behind it; another one after the PBX was started anew. */
	to: number;
	/** Cuts whatever goes through and refuses what comes. */
	shut(): void;
	open(): void;
	close(): Promise<void>;
}

export async function gateTo(host: string, to: number): Promise<Gate> {
	const sockets = new Set<Socket>();
	let isShut = false;
	let passed = 0;
	const server = createServer((near) => {
		if (isShut) return void near.destroy();
		passed++;
		const far = connect({ host, port: gate.to, noDelay: true });
		near.setNoDelay(true);
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		near.pipe(far);
		far.pipe(near);
	});
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The gate does not listen");
	const gate: Gate = {
		port: address.port,
		to,
		get passed() {
			return passed;
		},
		shut() {
			isShut = true;
			cut();
		},
		open() {
			isShut = false;
		},
		async close() {
			cut();
			server.close();
			await once(server, "close");
		},
	};
	return gate;
}

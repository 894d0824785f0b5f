import { once } from "node:events";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";

/** What happens to the bytes of one direction. Everything absent means: they pass as they are. */
interface Faults {
	/** Cut the connection after this many bytes of it; whole chunks are split exactly there. */
	readonly cutAfter?: number;
	/** With `cutAfter`: end it by RST instead of FIN. */
	readonly reset?: boolean;
	/** Take the bytes and hand on none, the connection staying open: a link that is half open. */
	readonly blackHole?: boolean;
	/** Milliseconds every chunk is late. */
	readonly delay?: number;
	/** Bytes that pass in a second. */
	readonly throttle?: number;
	/** Hand on pieces of at most this many bytes. */
	readonly slice?: number;
	/** Hand on every chunk twice. */
	readonly duplicate?: boolean;
}

/** Stands between two programs on TCP (server–PBX, server–PostgreSQL, browser–server) and spoils what passes. */
export interface FaultProxy {
	readonly port: number;
	/** Connections so far, refused ones not counted. */
	readonly passed: number;
	/** Where it leads; read at every new connection. */
	to: NetConnectOpts;
	/** Spoils what the side that connected says, from its next byte on, in open connections too. */
	up: Faults;
	/** Spoils what the side that was connected to says. */
	down: Faults;
	/** Cuts whatever goes through and refuses what comes, until `open`. */
	shut(): void;
	open(): void;
	close(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function pieces(data: Buffer, size: number): Buffer[] {
	const count = Math.ceil(data.length / size);
	return Array.from({ length: count }, (_, index) => data.subarray(index * size, (index + 1) * size));
}

/** Carries one direction, one chunk after the other: a late chunk holds back those behind it. */
async function carry(from: Socket, into: Socket, faults: () => Faults): Promise<void> {
	let carried = 0;
	// One side may have said all and still listen: the end of one direction is not the end of the connection.
	for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
		const { cutAfter = Infinity, reset, blackHole, delay = 0, throttle, slice, duplicate } = faults();
		if (blackHole) continue;
		if (delay > 0) await pause(delay);
		const data = chunk.subarray(0, Math.max(0, cutAfter - carried));
		carried += chunk.length;
		// Throttled, a piece is what passes in a twentieth of a second.
		const size = slice ?? (throttle ? Math.max(1, Math.floor(throttle / 20)) : Math.max(1, data.length));
		for (const piece of pieces(duplicate ? Buffer.concat([data, data]) : data, size)) {
			// A timer counts whole milliseconds, and cuts off the rest.
			if (throttle) await pause(Math.ceil((piece.length * 1000) / throttle));
			if (into.destroyed) return void from.destroy();
			// Each piece is to leave as its own write before the next one.
			await new Promise<void>((done) => into.write(piece, () => done()));
		}
		if (carried < cutAfter) continue;
		if (reset) into.resetAndDestroy();
		else into.end();
		from.destroy();
		return;
	}
	into.end();
}

/** Listens on a free port of this machine and leads to `to`. */
export async function faultProxy(to: NetConnectOpts): Promise<FaultProxy> {
	const sockets = new Set<Socket>();
	let isShut = false;
	let passed = 0;
	const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
		if (isShut) return void near.destroy();
		passed++;
		const far = connect({ ...proxy.to, allowHalfOpen: true, noDelay: true });
		for (const [socket, other] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(socket);
			socket.on("error", () => other.destroy());
			socket.on("close", () => sockets.delete(socket));
		}
		// A connection that breaks under way is what this proxy is for.
		carry(near, far, () => proxy.up).catch(() => far.destroy());
		carry(far, near, () => proxy.down).catch(() => near.destroy());
	});
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The proxy does not listen");
	const proxy: FaultProxy = {
		port: address.port,
		to,
		up: {},
		down: {},
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
	return proxy;
}

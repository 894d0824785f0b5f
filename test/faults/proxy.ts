import { once } from "node:events";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";

/** What happens to the bytes of one direction. Everything absent means: they pass as they are. */
interface Faults {
	/** Cut a connection after so many more bytes, counted from when this is set; whole chunks are split exactly there. */
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

/** An answer that is not to arrive, although what was asked for is done. */
interface Loss {
	/** Whether these bytes ask for it. */
	asked(sent: Buffer): boolean;
	/** Whether the answer is whole with these bytes: they are kept back and the connection is cut. */
	answered(said: Buffer): boolean;
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
	/** Chunks that were sliced, throttled, repeated or kept back so far. */
	readonly spoilt: number;
	/** Answers lost so far. */
	readonly lost: number;
	/** The next answer of this kind reaches nobody. */
	loseAnswer(loss: Loss): void;
	/** Cuts whatever goes through and refuses what comes, until `open`. */
	shut(): void;
	/** As a host whose cable was pulled: nothing passes either way, no end either, and who connects hears nothing. */
	vanish(): void;
	/** Everything passes again; connections of the time before are gone. */
	open(): void;
	close(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function pieces(data: Buffer, size: number): Buffer[] {
	const count = Math.ceil(data.length / size);
	return Array.from({ length: count }, (_, index) => data.subarray(index * size, (index + 1) * size));
}

/** One direction of one connection. */
interface Direction {
	readonly from: Socket;
	readonly into: Socket;
	faults(): Faults;
	/** This chunk goes no further. */
	keeps(chunk: Buffer): boolean;
	/** This chunk does not pass as it is. */
	spoils(): void;
	/** Nothing passes, and neither side learns of the other's end. */
	isGone(): boolean;
}

/** One chunk after the other: a late chunk holds back those behind it. */
async function carry({ from, into, faults, keeps, spoils, isGone }: Direction): Promise<void> {
	let carried = 0;
	let present = faults();
	// One side may have said all and still listen: the end of one direction is not the end of the connection.
	for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
		if (present !== faults()) [present, carried] = [faults(), 0];
		const { cutAfter = Infinity, reset, blackHole, delay = 0, throttle, slice, duplicate } = present;
		if (slice || throttle || duplicate || blackHole) spoils();
		if (keeps(chunk) || isGone() || blackHole) continue;
		if (delay > 0) await pause(delay);
		const data = chunk.subarray(0, Math.max(0, cutAfter - carried));
		carried += chunk.length;
		// Throttled, a piece is what passes in a twentieth of a second.
		const size = slice ?? (throttle ? Math.max(1, Math.floor(throttle / 20)) : Math.max(1, data.length));
		for (const piece of pieces(duplicate ? Buffer.concat([data, data]) : data, size)) {
			// A timer counts whole milliseconds, and cuts off the rest. What is left of a chunk goes at once when the line is mended.
			if (throttle && present === faults()) await pause(Math.ceil((piece.length * 1000) / throttle));
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
	if (!isGone()) into.end();
}

/** Listens on a free port of this machine and leads to `to`. */
export async function faultProxy(to: NetConnectOpts): Promise<FaultProxy> {
	const sockets = new Set<Socket>();
	let isShut = false;
	let gone = false;
	let passed = 0;
	let lost = 0;
	let spoilt = 0;
	let armed: Loss | null = null;
	const isGone = () => gone;
	const spoils = () => void spoilt++;
	const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
		if (isShut) return void near.destroy();
		sockets.add(near);
		near.on("close", () => sockets.delete(near));
		if (gone) return void near.on("error", () => {}).resume();
		passed++;
		let losing: Loss | null = null;
		const far = connect({ ...proxy.to, allowHalfOpen: true, noDelay: true });
		sockets.add(far);
		far.on("close", () => sockets.delete(far));
		const breaks = (other: Socket) => () => gone || other.destroy();
		near.on("error", breaks(far));
		far.on("error", breaks(near));
		const asks = (chunk: Buffer) => {
			if (armed?.asked(chunk)) [losing, armed] = [armed, null];
			return false;
		};
		const answers = (chunk: Buffer) => {
			if (!losing?.answered(chunk)) return false;
			losing = null;
			lost++;
			for (const socket of [near, far]) socket.destroy();
			return true;
		};
		// A connection that breaks under way is what this proxy is for.
		carry({ from: near, into: far, faults: () => proxy.up, keeps: asks, spoils, isGone }).catch(breaks(far));
		carry({ from: far, into: near, faults: () => proxy.down, keeps: answers, spoils, isGone }).catch(breaks(near));
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
		get spoilt() {
			return spoilt;
		},
		get lost() {
			return lost;
		},
		loseAnswer(loss) {
			armed = loss;
		},
		shut() {
			isShut = true;
			cut();
		},
		vanish() {
			gone = true;
		},
		open() {
			if (gone) cut();
			[isShut, gone] = [false, false];
		},
		async close() {
			cut();
			server.close();
			await once(server, "close");
		},
	};
	return proxy;
}

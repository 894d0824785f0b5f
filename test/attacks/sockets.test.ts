import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Running, runServer } from "../access/running.ts";
import { listen } from "../live/listener.ts";

let house: Running;
beforeAll(async () => {
	house = await runServer();
});
afterAll(() => house.end());

/** A visitor who speaks bytes, not WebSocket; `over` resolves when the server has ended the connection. */
const visit = async (cookie: string) => {
	const { port, hostname } = new URL(house.base);
	// Half open: this side never closes by itself.
	const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
	onTestFinished(() => void socket.destroy());
	let heard = "";
	const over = new Promise<void>((resolve) => {
		socket.on("error", () => resolve());
		socket.on("close", () => resolve());
		// The server's good-bye is only half of an end: it is over when bytes find nobody there any more.
		socket.on("end", () => {
			const knock = setInterval(() => socket.write("x"), 50);
			socket.on("close", () => clearInterval(knock));
		});
	});
	const answered = new Promise<string>((resolve) =>
		socket.on("data", (data) => {
			heard += data.toString("latin1");
			resolve(heard);
		}),
	);
	socket.write(
		`GET /api/live HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
			"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
	);
	return { socket, over, status: (await answered).split(" ")[1] };
};

/** A masked frame of fewer than 126 bytes. */
const frame = (opcode: number, text: string): Buffer => {
	const payload = Buffer.from(text);
	return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
};

/** Writes as fast as the server takes it, until the server has had enough. */
const flood = async (socket: Socket, block: Buffer, over: Promise<void>): Promise<void> => {
	let ended = false;
	void over.then(() => {
		ended = true;
	});
	while (!ended) {
		const drained = socket.write(block) || new Promise((resolve) => socket.once("drain", () => resolve(null)));
		await Promise.race([drained, over]);
		await new Promise((resolve) => setImmediate(resolve));
	}
};

test.each([
	["pings of ours", frame(1, '{"type":"ping"}')],
	["pings of the protocol", frame(9, "x".repeat(100))],
	["calls for a new picture", frame(1, '{"type":"resync"}')],
	["acknowledgements", frame(1, '{"type":"painted","callId":"019aaaaa-0000-7000-8000-000000000001","seq":1}')],
])("a browser that floods the server with %s and reads nothing is cut off", async (_what, one) => {
	const { cookie } = await house.hire("agent");
	const { socket, over } = await visit(cookie);
	socket.pause();
	await flood(socket, Buffer.concat(Array.from({ length: 1000 }, () => one)), over);
	const tab = await listen(house.base, cookie);
	onTestFinished(tab.end);
	await tab.heard("snapshot");
});

test("whoever is refused at the handshake cannot keep the connection open", async () => {
	const { status, over } = await visit("dzvin=nonsense");
	expect(status).toBe("401");
	await over;
});

test.each([
	["a frame that claims 9 exabytes", Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
	["a frame without a mask", Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
	["an unknown kind of frame", frame(5, "x")],
	["compression that was not agreed upon", Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 1, 2])],
	["text that is no UTF-8", Buffer.concat([Buffer.from([0x81, 0x82, 0, 0, 0, 0]), Buffer.from([0xc3, 0x28])])],
	["an end without a beginning", frame(0, "x")],
])("%s ends that connection and nothing else", async (_what, bytes) => {
	const { cookie } = await house.hire("agent");
	const { socket, over } = await visit(cookie);
	socket.resume();
	socket.write(bytes);
	await over;
	expect((await house.call("GET", "/api/me", { cookie })).status).toBe(200);
});

test("a person with too many tabs gets no more of them", async () => {
	const { cookie } = await house.hire("agent");
	const tabs = [];
	for (let count = 0; count < 50; count += 1) tabs.push(await visit(cookie));
	expect(new Set(tabs.map(({ status }) => status))).toEqual(new Set(["101"]));
	expect((await visit(cookie)).status).toBe("429");
});

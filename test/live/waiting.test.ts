import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { createLiveMetrics } from "../../server/live/metrics.ts";
import { acceptSockets } from "../../server/live/upgrade.ts";
import { createLog } from "../../server/web/log.ts";

/** The door of the live connection, where the session of whoever comes first is not read before the test says so. */
async function slowDoor() {
	const asked: string[] = [];
	let read = () => {};
	const reading = new Promise<void>((resolve) => {
		read = resolve;
	});
	const server = createServer();
	const door = acceptSockets(server, {
		hub: {
			knows: () => true,
			refresh: async () => {},
			endedSince: () => false,
			crowded: () => false,
			attach: (socket) => socket.send("hello"),
		},
		originAllowed: () => true,
		signed: ({ headers }) => headers.cookie?.startsWith("signed") === true,
		async authenticate({ headers }) {
			const { cookie = "" } = headers;
			asked.push(cookie.slice("signed ".length));
			await reading;
			return { userId: cookie, sessionId: cookie, expiresAt: Number.POSITIVE_INFINITY };
		},
		metrics: createLiveMetrics(new Registry()),
		log: createLog("warn", { write() {} }),
		now: Date.now,
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const closed = () => new Promise<void>((resolve) => server.close(() => resolve()));
	onTestFinished(async () => {
		read();
		server.closeAllConnections();
		await closed();
	});
	/** Knocks; what follows is heard by `answer`. The server has taken the knock when `knocked` resolves. */
	const visit = async (cookie: string) => {
		const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
		onTestFinished(() => void socket.destroy());
		const over = new Promise<void>((resolve) => socket.on("close", () => resolve()));
		const answer = new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString("latin1"))));
		const knocked = new Promise<void>((resolve) => server.once("upgrade", () => resolve()));
		socket.write(
			`GET /api/live HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
				"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
		);
		await knocked;
		const status = async () => (await answer).split(" ")[1];
		return { socket: socket satisfies Socket, over, status };
	};
	return { asked, door, read: () => read(), visit, closed };
}

test("everybody who waits is let in, in the order in which they came", async () => {
	const { asked, read, visit } = await slowDoor();
	const visitors = [];
	for (let n = 0; n < 40; n += 1) visitors.push(await visit(`signed ${n}`));
	expect(asked).toEqual(["0"]);
	read();
	for (const { status } of visitors) expect(await status()).toBe("101");
	expect(asked).toEqual(visitors.map((_visitor, n) => String(n)));
});

test("a browser that gives up while it waits is let go: its session is not even read", async () => {
	const { asked, read, visit } = await slowDoor();
	await visit("signed first");
	const gone = [await visit("signed closes"), await visit("signed breaks off")];
	const patient = await visit("signed patient");
	gone[0]?.socket.end();
	gone[1]?.socket.resetAndDestroy();
	for (const { over } of gone) await over;
	read();
	expect(await patient.status()).toBe("101");
	expect(asked).toEqual(["first", "patient"]);
});

test("a stranger is refused at once and takes nobody's place, however many wait", async () => {
	const { asked, visit } = await slowDoor();
	await visit("signed first");
	await visit("signed second");
	expect(await (await visit("forged")).status()).toBe("401");
	expect(asked).toEqual(["first"]);
});

test("a server that stops sends away all who wait, and whoever is at the door, and can end", async () => {
	const { asked, door, read, visit, closed } = await slowDoor();
	const first = await visit("signed first");
	const waiting = [await visit("signed second"), await visit("signed third")];
	door.stop();
	for (const { status, over } of waiting) {
		expect(await status()).toBe("503");
		await over;
	}
	read();
	expect(await first.status()).toBe("503");
	await closed();
	expect(asked).toEqual(["first"]);
});

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FaultProxy, faultProxy } from "./proxy.ts";

let far: Server;
let proxy: FaultProxy;
let near: Socket;

/** Says back whatever it hears. */
beforeEach(async () => {
	far = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on("error", () => {});
		socket.pipe(socket);
	});
	far.listen(0, "127.0.0.1");
	await once(far, "listening");
	const address = far.address();
	if (address === null || typeof address === "string") throw new Error("The far side does not listen");
	proxy = await faultProxy({ host: "127.0.0.1", port: address.port });
	near = connect(proxy.port, "127.0.0.1");
	await once(near, "connect");
});

afterEach(async () => {
	near.destroy();
	await proxy.close();
	far.close();
});

/** All that comes back until the other side ends it, and how it ended. */
function ending(): Promise<{ heard: string; error: string | undefined }> {
	let heard = "";
	let error: string | undefined;
	near.on("data", (data) => {
		heard += data.toString();
	});
	near.on("error", (problem: NodeJS.ErrnoException) => {
		error = problem.code;
	});
	return new Promise((done) => near.on("close", () => done({ heard, error })));
}

it("lets everything pass when nothing is asked of it", async () => {
	const end = ending();
	near.end("Event: Hangup\r\n\r\n");
	expect(await end).toEqual({ heard: "Event: Hangup\r\n\r\n", error: undefined });
	expect(proxy.passed).toBe(1);
});

it("cuts at exactly the byte it was told", async () => {
	const end = ending();
	near.write("before ");
	await once(near, "data");
	proxy.down = { cutAfter: 5 };
	near.write("0123456789");
	expect(await end).toEqual({ heard: "before 01234", error: undefined });
});

it("resets a connection as a host that was started anew does", async () => {
	proxy.down = { cutAfter: 0, reset: true };
	const end = ending();
	near.write("0123456789");
	expect(await end).toEqual({ heard: "", error: "ECONNRESET" });
});

it("hands on every byte in order when it slices, is late and is slow", async () => {
	proxy.down = { slice: 3, delay: 5, throttle: 2000 };
	const end = ending();
	const began = performance.now();
	near.end("0123456789".repeat(20));
	expect((await end).heard).toBe("0123456789".repeat(20));
	// 200 bytes at 2,000 a second.
	expect(performance.now() - began).toBeGreaterThan(90);
});

it("says things twice", async () => {
	proxy.up = { duplicate: true };
	const end = ending();
	near.end("ab");
	expect((await end).heard).toBe("abab");
});

it("spoils only the direction it was told to, and passes everything again once mended", async () => {
	proxy.down = { blackHole: true };
	const heardBack = ending();
	const arrived = new Promise<string>((done) => {
		far.on("connection", (socket: Socket) => socket.once("data", (data) => done(data.toString())));
	});
	const other = connect(proxy.port, "127.0.0.1");
	other.write("lost");
	expect(await arrived).toBe("lost");
	other.destroy();
	proxy.down = {};
	near.end("heard");
	expect((await heardBack).heard).toBe("heard");
});

it("hands on nothing of what is said into a black hole", async () => {
	proxy.down = { blackHole: true };
	const end = ending();
	near.end("into nowhere");
	// The end still passes: only then is it certain that nothing was still to come.
	expect(await end).toEqual({ heard: "", error: undefined });
});

it("cuts what is open and refuses what comes while it is shut", async () => {
	const end = ending();
	proxy.shut();
	await end;
	near = connect(proxy.port, "127.0.0.1");
	expect((await ending()).heard).toBe("");
	proxy.open();
	near = connect(proxy.port, "127.0.0.1");
	const again = ending();
	near.end("back");
	expect((await again).heard).toBe("back");
});

it("loses the answer to what was done, once, and only when it is whole", async () => {
	proxy.loseAnswer({
		asked: (sent) => sent.includes("commit"),
		answered: (said) => said.toString().endsWith("done"),
	});
	const end = ending();
	near.write("hello ");
	near.write("commit ");
	await new Promise<void>((done) => near.once("data", () => done()));
	near.write("done");
	expect((await end).heard).not.toContain("done");
	expect(proxy.lost).toBe(1);
	near = connect(proxy.port, "127.0.0.1");
	const again = ending();
	near.end("commit done");
	expect((await again).heard).toBe("commit done");
	expect(proxy.lost).toBe(1);
});

it("vanishes without a word: neither side hears the other, nor its end, until it is back", async () => {
	const heardThere: string[] = [];
	far.on("connection", (socket: Socket) => socket.on("data", (data) => heardThere.push(data.toString())));
	const one = connect(proxy.port, "127.0.0.1");
	const two = connect(proxy.port, "127.0.0.1");
	const gone = [one, two].map((socket) => new Promise<void>((done) => socket.on("close", () => done())));
	for (const socket of [one, two]) socket.on("error", () => {}).resume();
	one.write("before");
	await once(one, "data");
	proxy.vanish();
	one.write("lost");
	two.end();
	const late = connect(proxy.port, "127.0.0.1");
	late.on("error", () => {}).resume();
	gone.push(new Promise<void>((done) => late.on("close", () => done())));
	late.write("lost too");
	await once(late, "ready");
	expect([one, late].map((socket) => socket.readyState)).toEqual(["open", "open"]);
	proxy.open();
	await Promise.all(gone);
	expect(heardThere).toEqual(["before"]);
	near.destroy();
	near = connect(proxy.port, "127.0.0.1");
	const again = ending();
	near.end("back");
	expect((await again).heard).toBe("back");
});

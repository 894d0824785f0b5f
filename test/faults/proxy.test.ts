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
	proxy.down = { cutAfter: 5 };
	const end = ending();
	near.write("0123456789");
	expect(await end).toEqual({ heard: "01234", error: undefined });
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

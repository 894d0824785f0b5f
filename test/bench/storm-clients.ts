/**
 * Browsers' ends of storm.ts in a process of their own: `node storm-clients.ts <port> <from> <how many>`. They return by
 * the client's own policy. Commands: `cut` (all of them lose their way at once), `figures`.
 */
import { WebSocket } from "ws";
import { extraDelay, socketPolicy } from "../../agent-client/src/connection/retry.ts";
import { processorSeconds, sinceRing } from "./rings.ts";
import { cookieOf } from "./storm-people.ts";

const [port, from = 0, size = 0] = process.argv.slice(2).map(Number);
/** Of each pop-up when it came (machine's clock, ms) and what it took. */
let took: { at: number; ms: number }[] = [];
let tries = 0;
const present = new Set<number>();
const sockets = new Map<number, WebSocket>();
const policies = new Map<number, ReturnType<typeof socketPolicy>>();
let onAll: (() => void) | null = null;

function open(n: number, failed: number): void {
	tries += 1;
	const policy = policies.get(n) ?? socketPolicy(Math.random);
	policies.set(n, policy);
	const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, {
		...{ headers: { cookie: cookieOf(n) }, perMessageDeflate: false, handshakeTimeout: policy.connectionTimeout },
	});
	sockets.set(n, socket);
	let whole = false;
	socket.on("error", () => {});
	socket.on("message", (data) => {
		const text = String(data);
		if (text.includes('"type":"snapshot"')) {
			whole = true;
			present.add(n);
			if (present.size === size) onAll?.();
		}
		const ms = sinceRing(text);
		if (ms === null) return;
		const callId = /"call":\{"id":"([^"]+)"/.exec(text)?.[1];
		socket.send(JSON.stringify({ type: "painted", callId, seq: 1 }));
		took.push({ at: Number(process.hrtime.bigint()) / 1e6, ms });
	});
	socket.on("close", (code) => {
		present.delete(n);
		const next = whole ? 0 : failed + 1;
		const grown = policy.minReconnectionDelay * policy.reconnectionDelayGrowFactor ** next;
		const delay = Math.min(grown, policy.maxReconnectionDelay) + extraDelay(code, next, Math.random);
		setTimeout(() => open(n, next), delay);
	});
}
const all = () =>
	new Promise<void>((resolve) => {
		onAll = resolve;
		if (present.size === size) resolve();
	});

process.on("message", async (text: string) => {
	const began = performance.now();
	tries = 0;
	if (text === "cut") {
		for (const socket of sockets.values()) socket.terminate();
		present.clear();
		await all();
	}
	process.send?.(JSON.stringify({ took, back: performance.now() - began, tries, processor: processorSeconds() }));
	took = [];
});
for (let n = 0; n < size; n += 200) {
	for (let offset = 0; offset < Math.min(200, size - n); offset += 1) open(from + n + offset, 0);
	const wanted = Math.min(size, n + 200);
	while (present.size < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
}
process.send?.(JSON.stringify({ open: present.size }));

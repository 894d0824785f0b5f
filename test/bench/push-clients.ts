/** The agents' ends of push.ts in a process of their own: `node push-clients.ts <port> <how many>`. */
import { WebSocket } from "ws";
import { sinceRing } from "./rings.ts";

const [port, size] = process.argv.slice(2).map(Number);
let took: number[] = [];
let closed = 0;

function open(index: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, {
			headers: { cookie: `n=${index}` },
			perMessageDeflate: false,
		});
		socket.once("error", reject);
		socket.on("close", () => {
			closed += 1;
		});
		socket.on("message", (data) => {
			const text = data.toString();
			if (text.includes('"type":"snapshot"')) resolve();
			const ms = sinceRing(text);
			if (ms !== null) took.push(ms);
		});
	});
}

for (let index = 0; index < (size ?? 0); index += 100)
	await Promise.all(Array.from({ length: Math.min(100, (size ?? 0) - index) }, (_, offset) => open(index + offset)));
process.send?.(JSON.stringify({ open: size }));
process.on("message", () => {
	process.send?.(JSON.stringify({ took, closed }));
	took = [];
});

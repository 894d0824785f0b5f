/**
 * A process of its own that streams one file to whoever asks, as the server streams recordings, and tells its memory:
 * a line `rss` on its channel is answered with the highest resident bytes since the last one.
 */
import { open } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import { rangeOf } from "../../server/calls/recordings/range.ts";
import { sendRange } from "../../server/calls/recordings/stream.ts";

const path = process.argv[2] ?? "";
const app = fastify();
app.get("/", async (request, reply) => {
	const handle = await open(path);
	const { size } = await handle.stat();
	const range = rangeOf(request.headers.range, size);
	const part = typeof range === "string" ? { start: 0, end: size - 1 } : range;
	reply.hijack();
	reply.raw.writeHead(200, { "content-length": part.end - part.start + 1 });
	await sendRange(handle, Buffer.alloc(44), part, reply.raw);
	return reply;
});
await app.listen({ host: "127.0.0.1", port: 0 });

let highest = 0;
const look = () => {
	highest = Math.max(highest, process.memoryUsage.rss());
};
setInterval(look, 5);
process.on("message", () => {
	look();
	process.send?.(highest);
	highest = 0;
});
const { port } = app.server.address() as AddressInfo;
process.send?.(port);

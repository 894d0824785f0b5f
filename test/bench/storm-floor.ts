/**
 * The floor of storm.ts: `ws` and nothing else. Whoever comes is let in at once and is sent as many bytes as a browser of
 * ours; the first `others` are rung one after the other. No sessions, no database. Commands: storm-commands.ts.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { incoming, moment, popOf } from "../live/calls.ts";
import { serveCommands } from "./storm-commands.ts";

const others = Number(process.argv[2]);
const server = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const rung: WebSocket[] = [];
/** A snapshot of an agent who has nothing. */
const snapshot = JSON.stringify({ seq: 1, type: "snapshot", filler: "x".repeat(600) });

server.on("upgrade", (request, socket, head) => {
	socket.on("error", () => {});
	sockets.handleUpgrade(request, socket, head, (open) => {
		open.on("error", () => {});
		open.on("message", () => {});
		if (rung.length < others) rung.push(open);
		open.send('{"type":"hello","version":"floor"}');
		open.send(snapshot);
	});
});
serveCommands((index, due) => {
	const person = { id: "nobody", name: "Nobody", extension: "0" };
	const pop = popOf(moment(incoming({ callerName: due }), { ringing: [person] }));
	rung[index % rung.length]?.send(JSON.stringify({ seq: 1, type: "call.ringing", at: "", ...pop }));
});
server.listen(0, "127.0.0.1", () =>
	process.send?.(JSON.stringify({ port: String((server.address() as AddressInfo).port) })),
);

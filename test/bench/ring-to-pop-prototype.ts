/**
 * The bare thing that ring-to-pop.ts compares with: parse → prepared lookup → one committed insert → ws. It knows
 * nothing of legs, roles, sessions or what is owed. Started by the benchmark as its own process:
 *
 *   node test/bench/ring-to-pop-prototype.ts <database url> <port of the PBX>
 *
 * Prints the port on which it takes sockets, one for each extension (`/101`).
 */
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import pg from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { newId } from "../../db/id.ts";

const [url, pbxPort] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4, idleTimeoutMillis: 0 });
await pool.query(
	"create table if not exists prototype_calls (id uuid primary key, number text, extension text, contact uuid)",
);

const screens = new Map<string, WebSocket>();
const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on("connection", (socket, request) => screens.set((request.url ?? "").slice(1), socket));

async function ring(number: string, extension: string): Promise<void> {
	const found = await pool.query<{ id: string; name: string }>({
		name: "lookup",
		text: "select c.id, c.name from contact_numbers n join contacts c on c.id = n.contact_id where n.e164 = $1 limit 20",
		values: [number],
	});
	const contact = found.rows[0] ?? null;
	const id = newId();
	await pool.query({
		name: "insert",
		text: "insert into prototype_calls values ($1, $2, $3, $4)",
		values: [id, number, extension, contact?.id ?? null],
	});
	screens.get(extension)?.send(JSON.stringify({ type: "call.ringing", call: { id, number }, contact }));
}

let rest = "";
const pbx = connect(Number(pbxPort), "127.0.0.1");
pbx.setNoDelay(true);
pbx.setEncoding("utf8");
pbx.on("data", (text: string) => {
	const packets = (rest + text).split("\r\n\r\n");
	rest = packets.pop() ?? "";
	for (const packet of packets) {
		const fields = new Map<string, string>();
		for (const line of packet.split("\r\n")) {
			const colon = line.indexOf(": ");
			if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
		}
		if (fields.get("Event") !== "Newstate" || fields.get("ChannelStateDesc") !== "Ringing") continue;
		const extension = /^PJSIP\/(\d+)-/.exec(fields.get("Channel") ?? "")?.[1];
		const number = fields.get("ConnectedLineNum");
		if (extension !== undefined && number !== undefined) void ring(`+38${number}`, extension);
	}
});
http.listen(0, "127.0.0.1", () => {
	const { port } = http.address() as AddressInfo;
	console.log(port);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ServerMessage } from "../../server/protocol/live.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { admin, password, type Server, Servers, until } from "./servers.ts";

let own: TestDatabase;
let servers: Servers;
let one: Server;
let two: Server;
let cookie: string;
beforeAll(async () => {
	own = await testDatabase();
	servers = new Servers(own.url);
	one = await servers.start("one");
	two = await servers.start("two");
	cookie = await one.signIn(admin);
});
afterAll(async () => {
	await servers?.end();
	await own?.drop();
});

async function person(name: string, extension: string): Promise<{ id: string; email: string }> {
	const email = `${name.toLowerCase()}@example.com`;
	const body = { name, email, password, role: "agent", extension };
	const { status, json } = await one.ask(cookie, "POST", "/api/users", body);
	expect(status).toBeLessThan(300);
	return { id: String(Reflect.get(Object(json), "id")), email };
}

/** A browser at this server; what it was told, and how its socket was closed. */
async function browser(server: Server, session: string) {
	const socket = new WebSocket(`${server.base.replace("http", "ws")}/api/live`, {
		headers: { cookie: session, origin: server.base },
	});
	const messages: ServerMessage[] = [];
	let closed: number | null = null;
	socket.on("error", () => {});
	socket.on("message", (data) => messages.push(ServerMessage.parse(JSON.parse(String(data)))));
	socket.on("close", (code) => {
		closed = code;
	});
	const snapshots = () => messages.filter(({ type }) => type === "snapshot");
	await until("the picture is there", () => snapshots().length === 1);
	return { messages, snapshots, closed: () => closed, close: () => socket.terminate() };
}

const change = async (id: string, patch: object) => {
	const { status } = await one.ask(cookie, "PATCH", `/api/users/${id}`, patch);
	expect(status).toBe(200);
	return performance.now();
};

test("a person who is stopped at one server loses the sockets at both, at once", async () => {
	const { id, email } = await person("Olena", "101");
	const open = [await browser(one, await one.signIn(email)), await browser(two, await two.signIn(email))];
	const at = await change(id, { active: false });
	await until("both are closed", () => open.every((socket) => socket.closed() !== null));
	const took = performance.now() - at;
	console.log(`sockets of both servers closed ${took.toFixed(0)} ms after the answer`);
	expect(open.map((socket) => socket.closed())).toEqual([4401, 4401]);
	// The regular look, which finds what was not told, comes every 5 s: this was told.
	expect(took).toBeLessThan(4_000);
});

test("another role and another extension count at the other server at once", async () => {
	const { id, email } = await person("Taras", "102");
	const socket = await browser(two, await two.signIn(email));
	await change(id, { role: "supervisor" });
	// A supervisor's picture is another one.
	const picture = await until("a new picture comes", () => socket.snapshots()[1]);
	expect(picture.type === "snapshot" && picture.agents.length).toBeGreaterThan(1);
	await change(id, { extension: "155" });
	await until("the extension is known", () =>
		socket.messages.some((told) => told.type === "agent.state" && told.agent.extension === "155"),
	);
	socket.close();
});

test("signing out at one server closes the session's socket at the other", async () => {
	const { email } = await person("Iryna", "103");
	const [left, stays] = [await two.signIn(email), await two.signIn(email)];
	const [socket, other] = [await browser(two, left), await browser(two, stays)];
	expect((await one.ask(left, "DELETE", "/api/session", {})).status).toBeLessThan(300);
	await until("it is closed", () => socket.closed() !== null);
	expect([socket.closed(), other.closed()]).toEqual([4401, null]);
	other.close();
});

test("what happened behind the servers' backs is found by the regular look", async () => {
	const [petro, ivan] = [await person("Petro", "104"), await person("Ivan", "105")];
	const socket = await browser(two, await two.signIn(petro.email));
	const other = await browser(two, await two.signIn(ivan.email));
	const pool = own.database.pools.ui;
	await pool.query("update users set role = 'supervisor' where id = $1", [petro.id]);
	await pool.query("delete from sessions where user_id = $1", [ivan.id]);
	await until("a new picture comes", () => socket.snapshots().length === 2);
	await until("the other is closed", () => other.closed() !== null);
	socket.close();
});

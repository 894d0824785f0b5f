import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { iso, me as meOf } from "../../agent-client/src/model/fixtures.ts";
import { type Break, BreakInput } from "../../server/protocol/break.ts";
import { DispositionInput } from "../../server/protocol/disposition.ts";
import { type AgentState, ClientMessage, type Pop, ServerMessage } from "../../server/protocol/live.ts";
import { AnsweredInput, SeveralInput } from "../../server/protocol/obligation.ts";
import type { Me } from "../../server/protocol/user.ts";
import type { WrapUp } from "../../server/protocol/wrap-up.ts";
import * as data from "./client-data.ts";
import { serveFile } from "./client-files.ts";
import * as pbxData from "./client-pbx-data.ts";

/**
 * A server that speaks the protocol of the client over real HTTP and WebSocket, with its data in
 * memory. For states that the real server enters only with much effort: an empty company, a server
 * that refuses, a connection that breaks. Everything it says goes through the protocol's schemas.
 */
export interface ClientBackend {
	readonly url: string;
	readonly person: Me;
	/** What the next requests to this path answer instead: status and error code. */
	readonly refuse: Map<string, { status: number; code: string; fields?: Record<string, string> }>;
	/** Messages from the clients, in order. */
	readonly heard: ClientMessage[];
	readonly requests: string[];
	say(message: Record<string, unknown> & { type: ServerMessage["type"] }): void;
	ring(pop: Pop): void;
	/** Closes every socket; new ones are refused until `mend`. */
	cut(): void;
	mend(): void;
	skipSeq(): void;
	state: State;
	close(): Promise<void>;
}

interface State {
	signedIn: boolean;
	calls: ReturnType<typeof data.calls>;
	contacts: ReturnType<typeof data.contacts>;
	obligations: ReturnType<typeof data.obligations>;
	/** Closed call-backs. */
	closed: ReturnType<typeof data.obligations>;
	pbxs: ReturnType<typeof pbxData.pbxs>;
	users: ReturnType<typeof data.users>;
	ringing: Pop[];
	talking: Pop[];
	wrapUps: WrapUp[];
	/** The break of the person who is signed in. */
	onBreak: Break | null;
	/** What the server says of the floor; `unproven`: with an old count and a journal that it cannot read. */
	floor: "well" | "unproven" | "silent";
	demo: boolean;
	firstRun: boolean;
	/** How what a screen reads is answered: as it should be, not at all, or with a refusal. */
	reads: "well" | "never" | "refused";
}

async function body(request: IncomingMessage): Promise<unknown> {
	let text = "";
	for await (const chunk of request) text += String(chunk);
	return text ? JSON.parse(text) : null;
}

export async function startClientBackend(part: Partial<Me> = {}, empty = false): Promise<ClientBackend> {
	const people = empty ? [] : data.contacts();
	const calls = empty ? [] : data.calls(people);
	const state: State = {
		signedIn: false,
		calls,
		contacts: people,
		obligations: empty ? [] : data.obligations(calls),
		closed: [],
		pbxs: empty ? [] : pbxData.pbxs(),
		users: data.users(),
		ringing: [],
		talking: [],
		wrapUps: [],
		onBreak: null,
		floor: "well",
		demo: false,
		firstRun: false,
		reads: "well",
	};
	let person = meOf(part);
	const settings = data.settings();
	const refuse: ClientBackend["refuse"] = new Map();
	const heard: ClientMessage[] = [];
	const requests: string[] = [];
	const sockets = new Set<WebSocket>();
	const unanswered: ServerResponse[] = [];
	let seq = 100;
	let open = true;

	const counts = () => ({
		mine: state.obligations.filter((duty) => duty.kind === "call").length,
		team: state.obligations.length,
		missed: state.obligations.filter((duty) => duty.kind === "missed").length,
		overdue: state.obligations.filter((duty) => duty.overdue).length,
		escalated: state.obligations.filter((duty) => duty.escalatedTo !== null).length,
	});
	const stateOf = (user: { id: string; name: string; extension: string | null }): AgentState => {
		const mine = user.id === person.id;
		const onBreak = mine ? state.onBreak : null;
		return {
			user: { id: user.id, name: user.name },
			extension: user.extension,
			state: onBreak ? "break" : mine || user.extension === "102" ? "available" : "offline",
			since: onBreak?.since ?? iso(Date.now() - 72_000),
			onBreak,
		};
	};
	const snapshot = () => ({
		type: "snapshot",
		seq,
		at: iso(Date.now()),
		ringing: state.ringing,
		talking: state.talking,
		obligations: state.obligations.filter((duty) => duty.kind === "call"),
		counts: counts(),
		agents: state.users.map(stateOf),
		queues: [{ pbx: "Office", queue: "Продажі", waiting: empty ? 0 : 2 }],
		pbxs: state.pbxs.map(({ stanzas: _stanzas, ...pbx }) => pbx),
		unseen: [],
	});
	const send = (socket: WebSocket, message: unknown) => socket.send(JSON.stringify(ServerMessage.parse(message)));
	const say: ClientBackend["say"] = (message) => {
		seq++;
		for (const socket of sockets) send(socket, { seq, at: iso(Date.now()), ...message });
	};

	type Answer = { status?: number; json?: unknown; raw?: Buffer; type?: string; cookie?: string };
	const list = (items: readonly unknown[]): Answer => ({ json: { items, next: null } });

	async function route(method: string, url: URL, request: IncomingMessage): Promise<Answer | null> {
		const path = url.pathname;
		const q = url.searchParams;
		const key = `${method} ${path}`;
		if (key === "GET /api/setup/first") return { json: { needed: state.firstRun } };
		if (key === "POST /api/session") {
			const input = await body(request);
			if (JSON.stringify(input).includes("wrong"))
				return { status: 401, json: { error: { code: "unauthenticated", message: "no" } } };
			state.signedIn = true;
			return { json: { user: person }, cookie: `dzvin=${randomBytes(8).toString("hex")}; HttpOnly; Path=/` };
		}
		if (key === "DELETE /api/session") {
			state.signedIn = false;
			return { status: 204 };
		}
		if (!state.signedIn) return { status: 401, json: { error: { code: "unauthenticated", message: "sign in" } } };
		const [, , area, id, sub] = path.split("/");
		switch (`${method} ${area}`) {
			case "GET me":
				return { json: person };
			case "PATCH me": {
				const input = (await body(request)) as { preferences: Me["preferences"] };
				person = { ...person, preferences: { ...person.preferences, ...input.preferences } };
				return { json: person };
			}
			case "POST me":
				if (id === "break") {
					const { reason } = BreakInput.parse(await body(request));
					const user = { id: person.id, name: person.name };
					const effect = "no-control" as const;
					state.onBreak = { user, reason, since: iso(Date.now()), effect, problem: null };
					say({ type: "agent.state", agent: stateOf(person) });
				}
				return { status: 204 };
			case "DELETE me":
				state.onBreak = null;
				say({ type: "agent.state", agent: stateOf(person) });
				return { status: 204 };
			case "GET colleagues":
				return list(
					state.users.map(({ id: userId, name, extension, role, active }) => ({
						id: userId,
						name,
						extension,
						role,
						active,
					})),
				);
			case "GET settings":
				return { json: settings };
			case "PATCH settings":
				return { json: Object.assign(settings, await body(request)) };
			case "GET users":
				return list(state.users);
			case "POST users":
			case "PATCH users":
				return { json: state.users[0] };
			case "GET pbx":
				if (sub === "observed") return { json: pbxData.observed(empty) };
				return list(state.pbxs);
			case "POST pbx":
				if (sub === "check") {
					return { json: { findings: pbxData.findings() } };
				}
				return { json: pbxData.pbxs()[0] };
			case "GET demo":
				return { json: { present: state.demo, scenarios: [{ id: "known-client", title: "A known client calls" }] } };
			case "POST demo":
				return { status: 202 };
			case "GET tasks":
				return list(empty ? [] : data.tasks());
			case "POST tasks":
				return { status: 204 };
			case "GET breaks":
				return list(state.onBreak ? [state.onBreak] : []);
			case "GET wrap-ups":
				return list(state.wrapUps);
			case "POST wrap-ups":
				if (sub === "extend") {
					state.wrapUps = state.wrapUps.map(data.moreTime);
					return { status: 204 };
				}
				state.wrapUps = state.wrapUps.filter((one) => one.id !== id);
				return { status: 204 };
			case "GET obligations": {
				if (id === "counts") return { json: counts() };
				if (id === "call-back") return { json: data.callBackTabs(state.obligations, q) };
				if (q.get("settled") === "true") return list(state.closed);
				return list(
					state.obligations.filter(
						(duty) =>
							(!q.get("kind") || duty.kind === q.get("kind")) &&
							(q.get("overdue") !== "true" || duty.overdue) &&
							data.cameBy(duty.call, q) &&
							(!q.get("escalated") || duty.escalatedTo !== null) &&
							(q.get("assignee") !== "me" || duty.kind === "call" || duty.claimedBy?.id === person.id),
					),
				);
			}
			case "POST obligations":
			case "DELETE obligations": {
				const duty = state.obligations.find((one) => one.id === id);
				if (duty && sub === "claim") {
					duty.claimedBy = method === "POST" ? { id: person.id, name: person.name } : null;
					duty.claimedAt = method === "POST" ? iso(Date.now()) : null;
					duty.claimedUntil = method === "POST" ? iso(Date.now() + 15 * 60_000) : null;
				}
				if (id === "process") {
					const input = SeveralInput.parse(await body(request));
					state.obligations = state.obligations.filter((one) => !input.ids.includes(one.id));
					return { json: { items: input.ids.map((one) => ({ id: one, result: "done" })) } };
				}
				if (sub === "answered") AnsweredInput.parse(await body(request));
				if (sub === "dismiss" || sub === "answered")
					state.obligations = state.obligations.filter((one) => one.id !== id);
				return { json: duty };
			}
			case "GET contacts": {
				if (id === "similar") return list(data.similar());
				if (sub === "timeline") return list(data.historyFor(data.timeline(id ?? "", state.calls), q));
				if (id) {
					const found = state.contacts.find((one) => one.id === id);
					return found
						? { json: found }
						: { status: 404, json: { error: { code: "not-found", message: "no such contact" } } };
				}
				const wanted = (q.get("q") ?? "").toLowerCase();
				return list(state.contacts.filter((one) => JSON.stringify(one).toLowerCase().includes(wanted)));
			}
			case "POST contacts":
			case "PATCH contacts":
				return {
					json: {
						...data.contacts()[0],
						...((await body(request)) as object),
						numbers: data.contacts()[0]?.numbers,
						tags: [],
					},
				};
			case "GET calls": {
				if (id === "ways") return { json: data.ways(state.calls) };
				if (id === "today") return { json: { inbound: 3, outbound: 2, missed: 1, averageTalk: 95 } };
				if (sub === "recordings") return { raw: data.tone(8), type: "audio/wav" };
				if (id) return { json: state.calls.find((one) => one.id === id) ?? state.calls[0] };
				const from = q.get("from") ?? "";
				return list(
					state.calls.filter((one) => one.startedAt >= from && (!q.get("outcome") || one.outcome === q.get("outcome"))),
				);
			}
			case "POST calls": {
				if (sub === "disposition") {
					const input = DispositionInput.safeParse(await body(request));
					if (!input.success) return { status: 400, json: { error: { code: "validation", message: "bad" } } };
					const duty = state.obligations.find((one) => one.call.id === id);
					state.obligations = state.obligations.filter((one) => one !== duty);
					if (duty) say({ type: "obligation.settled", id: duty.id, callId: duty.call.id, counts: counts() });
					return { json: {} };
				}
				return { json: {} };
			}
			default:
				return null;
		}
	}

	const server = createServer(async (request, response) => {
		const url = new URL(request.url ?? "/", "http://localhost");
		if (!url.pathname.startsWith("/api/")) return serveFile(url.pathname, response);
		const method = request.method ?? "GET";
		requests.push(`${method} ${url.pathname}${url.search}`);
		const asked = method === "GET" && url.pathname !== "/api/me" && state.reads;
		if (asked === "never") {
			unanswered.push(response);
			return;
		}
		for (const one of unanswered.splice(0)) one.destroy();
		const refusal =
			refuse.get(`${method} ${url.pathname}`) ??
			(asked === "refused" ? { status: 500, code: "internal", fields: undefined } : undefined);
		const answer = refusal
			? { status: refusal.status, json: { error: { code: refusal.code, message: "refused", fields: refusal.fields } } }
			: await route(method, url, request);
		const {
			status = 200,
			json,
			raw,
			type,
			cookie,
		}: Answer = answer ?? { status: 404, json: { error: { code: "not-found", message: "?" } } };
		response.writeHead(status, {
			"content-type": type ?? "application/json",
			...(cookie && { "set-cookie": cookie }),
			...(raw && { "content-length": raw.length }),
		});
		response.end(raw ?? (json === undefined ? "" : JSON.stringify(json)));
	});
	const hub = new WebSocketServer({ noServer: true });
	server.on("upgrade", (request, socket, head) => {
		if (!open || !state.signedIn) return socket.destroy();
		hub.handleUpgrade(request, socket, head, (client) => {
			sockets.add(client);
			client.on("close", () => sockets.delete(client));
			client.on("message", (text) => {
				const message = ClientMessage.parse(JSON.parse(String(text)));
				heard.push(message);
				if (message.type === "ping") send(client, { type: "pong", last: seq });
				if (message.type === "resync") send(client, snapshot());
				if (message.type === "watch" && message.floor && state.floor !== "silent")
					send(client, { type: "floor", seq, at: iso(Date.now()), ...pbxData.floor(state) });
			});
			send(client, { type: "hello", version: "test" });
			send(client, snapshot());
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		get person() {
			return person;
		},
		refuse,
		heard,
		requests,
		state,
		say,
		ring(pop) {
			state.ringing.push(pop);
			say({ type: "call.ringing", ...pop });
		},
		cut() {
			open = false;
			for (const socket of sockets) socket.terminate();
		},
		mend() {
			open = true;
		},
		skipSeq() {
			seq += 5;
		},
		async close() {
			for (const socket of sockets) socket.terminate();
			hub.close();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { actionOf, answer, type Originated } from "./answers.ts";
import { Picture } from "./picture.ts";
import { replayOf, stepsOf } from "./replay.ts";

/** An action as a client sent it: header names in lower case, repeated headers joined by a line feed. */
export type ReceivedAction = Readonly<Record<string, string>>;

export interface LoopbackOptions {
	/** Accounts: user name → secret. */
	readonly accounts: Readonly<Record<string, string>>;
	/** 0 or absent: any free port. It always listens on 127.0.0.1 only. */
	readonly port?: number;
	readonly tls?: { readonly key: string; readonly cert: string };
	/** A recorded trace from whose beginning queues and phones are taken. */
	readonly picture?: Uint8Array;
	/** What ListCommands tells an account (by user name); without a row it may list channels and originate. */
	readonly commands?: Readonly<Record<string, readonly string[]>>;
	/** What becomes of an Originate; without it every one succeeds. */
	readonly onOriginate?: (action: ReceivedAction) => Originated | Promise<Originated>;
	readonly now?: () => number;
}

export interface PlayOptions {
	/** 1 is as recorded; Infinity sends all at once (the times inside stay a call's times, ending now). */
	readonly speed?: number;
	/**
	 * Changes a packet before it is sent (its lines, without the empty line), for example another
	 * caller's number; null leaves it out. Called after ids and times were made fresh.
	 */
	readonly rewrite?: (packet: string) => string | null;
	/** Ends the playing before its end. The channels that are live then are hung up. */
	readonly signal?: AbortSignal;
}

/** Faults and answers that can be changed while it runs. */
export interface LoopbackBehaviour {
	refuseLogin: boolean;
	/** Still starting: it takes logins, but has no queues yet, and no FullyBooted is sent. */
	starting: boolean;
	/** Reads, but answers nothing and sends nothing: a frozen PBX, a half-open link. */
	frozen: boolean;
	/** Actions (lower case) answered with "Permission denied". */
	readonly denied: Set<string>;
	/** What CoreStatus says: date and time of the start. */
	boot: { date: string; time: string };
	/** Events carry SequenceNumber, as with `debug = on`. */
	numbered: boolean;
}

/**
 * A PBX that is none: a server on 127.0.0.1 that speaks AMI as Asterisk does, plays recorded traces
 * as if they happened now, and misbehaves on request. Demo and tests use it by the same road as a
 * real PBX.
 */
export interface LoopbackPbx {
	readonly port: number;
	readonly behaviour: LoopbackBehaviour;
	/** Every action received, in order, and the bytes as they came. */
	readonly actions: readonly ReceivedAction[];
	readonly received: string;
	/** Connections that are logged in. */
	readonly sessions: number;
	/** Plays a trace to everybody logged in; resolves when its last event is sent. Playings may overlap. */
	play(trace: Uint8Array, options?: PlayOptions): Promise<void>;
	/** Sends events (`Event: …` and its headers, no empty line) at once, numbered when numbering is on. */
	send(...packets: readonly string[]): void;
	/** Sends bytes as they are. */
	sendRaw(bytes: Uint8Array | string): void;
	/** Cuts every connection without a good-bye. */
	cut(): void;
	/** Ends `starting`, and says so to everybody. */
	booted(): void;
	/** Dies and is started again: calls, pauses and connections are gone. */
	restart(): void;
	/** Members of queues that are paused now, and why. */
	pauses(): readonly { readonly queue: string; readonly interface: string; readonly reason: string }[];
	stop(): Promise<void>;
}

interface Session {
	readonly socket: Socket;
	loggedIn: boolean;
	username: string;
	/** Asked for no events. */
	quiet: boolean;
	challenge: string;
	pending: string;
}

/** Starts it; resolves when it listens. */
export async function startLoopbackPbx(options: LoopbackOptions): Promise<LoopbackPbx> {
	const now = options.now ?? Date.now;
	const picture = new Picture();
	if (options.picture) picture.learn(options.picture);
	const sessions = new Set<Session>();
	const actions: ReceivedAction[] = [];
	let playings = new AbortController();
	let received = "";
	let sequence = 0;
	let playingCount = 0;
	const bootAt = (at: number) => {
		const started = new Date(at).toISOString();
		return { date: started.slice(0, 10), time: started.slice(11, 19) };
	};
	const behaviour: LoopbackBehaviour = {
		refuseLogin: false,
		starting: false,
		frozen: false,
		denied: new Set(),
		boot: bootAt(now()),
		numbered: true,
	};

	const write = (session: Session, text: string | Uint8Array) => {
		if (!behaviour.frozen && session.socket.writable) session.socket.write(text);
	};
	const broadcast = (bytes: string | Uint8Array) => {
		for (const session of sessions) if (session.loggedIn && !session.quiet) write(session, bytes);
	};
	const numbered = (packet: string) => {
		const number = `\r\nSequenceNumber: ${sequence++}`;
		const bare = packet.replace(/\r\nSequenceNumber: \d+/, "");
		const lineEnd = bare.indexOf("\r\n");
		picture.sent(bare, now());
		if (!behaviour.numbered || lineEnd < 0) return `${bare}\r\n\r\n`;
		return `${bare.slice(0, lineEnd)}${number}${bare.slice(lineEnd)}\r\n\r\n`;
	};
	const send = (...packets: readonly string[]) => broadcast(packets.map(numbered).join(""));

	const mayLogIn = (session: Session, action: ReceivedAction) => {
		const secret = options.accounts[action.username ?? ""];
		if (secret === undefined || behaviour.refuseLogin) return false;
		if (action.key === undefined) return action.secret === secret;
		return (
			action.key ===
			createHash("md5")
				.update(session.challenge + secret)
				.digest("hex")
		);
	};

	const perform = async (session: Session, action: ReceivedAction) => {
		actions.push(action);
		const reply = (...packets: readonly string[]) => {
			const id = action.actionid === undefined ? "" : `\r\nActionID: ${action.actionid}`;
			for (const packet of packets) {
				const lineEnd = packet.indexOf("\r\n");
				const head = lineEnd < 0 ? packet : packet.slice(0, lineEnd);
				const rest = (lineEnd < 0 ? "" : packet.slice(lineEnd)).replace(/\r\nActionID: [^\r]*/, "");
				write(session, `${head}${id}${rest}\r\n\r\n`);
			}
		};
		const name = (action.action ?? "").toLowerCase();
		if (name === "challenge") {
			if (behaviour.denied.has(name)) reply("Response: Error\r\nMessage: Authentication type not supported");
			else reply(`Response: Success\r\nChallenge: ${session.challenge}`);
		} else if (name === "login") {
			session.loggedIn = mayLogIn(session, action);
			session.username = action.username ?? "";
			reply(
				session.loggedIn
					? "Response: Success\r\nMessage: Authentication accepted"
					: "Response: Error\r\nMessage: Authentication failed",
			);
			if (!session.loggedIn) session.socket.end();
			else if (!behaviour.starting) write(session, fullyBooted());
		} else if (!session.loggedIn || behaviour.denied.has(name)) {
			reply("Response: Error\r\nMessage: Permission denied");
		} else {
			if (behaviour.starting && name === "queuestatus") {
				return reply("Response: Error\r\nMessage: Invalid/unknown command: QueueStatus.");
			}
			if (name === "events") session.quiet = action.eventmask === "off";
			const commands = options.commands?.[session.username] ?? ["CoreShowChannels", "Originate"];
			await answer(name, action, {
				commands,
				reply,
				picture,
				behaviour,
				now,
				onOriginate: options.onOriginate,
				send,
			});
		}
	};

	const cut = () => {
		for (const session of sessions) session.socket.destroy();
	};

	const accept = (socket: Socket) => {
		const session: Session = {
			socket,
			loggedIn: false,
			username: "",
			quiet: false,
			challenge: String(100_000_000 + sessions.size),
			pending: "",
		};
		sessions.add(session);
		socket.setNoDelay(true);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sessions.delete(session));
		socket.on("data", (chunk) => {
			const text = chunk.toString("utf8");
			received += text;
			session.pending += text;
			const packets = session.pending.split("\r\n\r\n");
			session.pending = packets.pop() ?? "";
			for (const packet of packets) if (!behaviour.frozen) void perform(session, actionOf(packet));
		});
		write(session, "Asterisk Call Manager/11.0.0\r\n");
	};

	const server: Server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
	server.on("error", () => {});
	const port = await listen(server, options.port ?? 0);

	return {
		port,
		behaviour,
		actions,
		get received() {
			return received;
		},
		get sessions() {
			return [...sessions].filter((session) => session.loggedIn).length;
		},
		async play(trace, { speed = 1, rewrite = (packet: string) => packet, signal }: PlayOptions = {}) {
			const replay = replayOf(stepsOf(trace));
			const startedAt = Number.isFinite(speed) ? now() : now() - replay.length;
			const steps = replay.play({ startedAt, playing: ++playingCount, speed });
			const stopped = signal ? AbortSignal.any([signal, playings.signal]) : playings.signal;
			let offset = 0;
			for (const step of steps) {
				await pause(step.offset - offset, stopped);
				offset = step.offset;
				// An aborted call still ends: its hang-ups are sent at once.
				if (stopped.aborted && !step.text.startsWith("Event: Hangup\r\n")) continue;
				const packet = rewrite(step.text);
				if (packet !== null) send(packet);
			}
		},
		send,
		sendRaw: broadcast,
		cut,
		booted() {
			behaviour.starting = false;
			broadcast(fullyBooted());
		},
		restart() {
			playings.abort();
			playings = new AbortController();
			picture.clear();
			behaviour.boot = bootAt(now());
			cut();
		},
		pauses: () => picture.pauses(),
		async stop() {
			playings.abort();
			cut();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

function fullyBooted(): string {
	const uptime = Math.floor(process.uptime());
	return `Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: ${uptime}\r\nLastReload: ${uptime}\r\nStatus: Fully Booted\r\n\r\n`;
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, "127.0.0.1", () => {
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : port);
		});
	});
}

/** Waits, but not longer than until it is stopped. */
function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
	if (milliseconds <= 0 || stopped.aborted) return Promise.resolve();
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			stopped.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, milliseconds);
		stopped.addEventListener("abort", done);
	});
}

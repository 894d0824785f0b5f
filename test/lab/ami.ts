import { connect, type Socket } from "node:net";

/** One AMI packet; a header that came several times is joined by line breaks. */
export type Packet = Readonly<Record<string, string>>;

/** What one action brought: its answer, and the events of its list where it has one. */
export interface Answer {
	readonly response: Packet;
	readonly list: readonly Packet[];
}

/** Where and as whom to log in. */
export interface AmiLogin {
	readonly host: string;
	readonly port: number;
	readonly username: string;
	readonly secret: string;
	/** `on`, `off`, or classes divided by commas, as in the AMI action Events. */
	readonly events: string;
}

interface Pending {
	list: Packet[];
	response?: Packet;
	resolve(answer: Answer): void;
	reject(error: Error): void;
}

const deadline = 10_000;

/** The tests' own AMI session: small and trusting. The server's reader stands in server/asterisk and is stricter. */
export class AmiSession {
	readonly #socket: Socket;
	readonly #pending = new Map<string, Pending>();
	readonly #listeners = new Set<(event: Packet) => void>();
	#rest = "";
	#count = 0;
	#closed = false;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding("utf8");
		socket.on("data", (text: string) => this.#read(text));
		socket.on("close", () => this.#close(new Error("the AMI connection was closed")));
		socket.on("error", (error) => this.#close(error));
	}

	/** Connects and logs in. */
	static async open(login: AmiLogin): Promise<AmiSession> {
		const socket = connect({ host: login.host, port: login.port, noDelay: true });
		const session = new AmiSession(socket);
		await session.action({
			Action: "Login",
			Username: login.username,
			Secret: login.secret,
			Events: login.events,
		});
		return session;
	}

	/** Sends one action; rejects when Asterisk answers with an error, or not at all within 10 s. */
	action(fields: Readonly<Record<string, string | readonly string[]>>): Promise<Answer> {
		const id = `lab-${++this.#count}`;
		const lines = [...Object.entries({ ActionID: id, ...fields })].flatMap(([key, value]) =>
			[value].flat().map((one) => `${key}: ${one}`),
		);
		const sent = String(fields.ActionID ?? id);
		return new Promise((resolve, reject) => {
			if (this.#closed) return reject(new Error("the AMI connection is closed"));
			const timer = setTimeout(() => {
				this.#pending.delete(sent);
				reject(new Error(`no answer to ${fields.Action} within ${deadline} ms`));
			}, deadline);
			this.#pending.set(sent, {
				list: [],
				resolve: (answer) => {
					clearTimeout(timer);
					resolve(answer);
				},
				reject: (error) => {
					clearTimeout(timer);
					reject(error);
				},
			});
			this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
		});
	}

	/** Hears every event from now on; call the answer to stop. */
	listen(listener: (event: Packet) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Begins to remember events, so that a later question cannot come too late. */
	watch(): Watch {
		return new Watch(this);
	}

	close(): void {
		this.#socket.destroy();
	}

	#close(error: Error): void {
		this.#closed = true;
		for (const pending of this.#pending.values()) pending.reject(error);
		this.#pending.clear();
	}

	#read(text: string): void {
		this.#rest += text;
		for (let end = this.#rest.indexOf("\r\n\r\n"); end >= 0; end = this.#rest.indexOf("\r\n\r\n")) {
			const packet = parse(this.#rest.slice(0, end));
			this.#rest = this.#rest.slice(end + 4);
			this.#take(packet);
		}
	}

	#take(packet: Packet): void {
		const pending = this.#pending.get(packet.ActionID ?? "");
		if (pending && packet.Response) {
			pending.response = packet;
			if (packet.Response === "Error") this.#finish(packet, pending, packet.Message);
			else if (packet.EventList !== "start") this.#finish(packet, pending);
		} else if (pending?.response && packet.Event && packet.Event !== "OriginateResponse") {
			if (packet.EventList === "Complete") this.#finish(packet, pending);
			else pending.list.push(packet);
		} else if (packet.Event) {
			for (const listener of this.#listeners) listener(packet);
		}
	}

	#finish(packet: Packet, pending: Pending, error?: string): void {
		this.#pending.delete(packet.ActionID ?? "");
		if (error !== undefined) pending.reject(new Error(`AMI: ${error}`));
		else pending.resolve({ response: pending.response ?? packet, list: pending.list });
	}
}

/** The events since some moment; questions may be asked about what has already happened. */
export class Watch {
	readonly #seen: Packet[] = [];
	readonly #waiting = new Set<() => void>();
	readonly #stop: () => void;

	constructor(session: AmiSession) {
		this.#stop = session.listen((event) => {
			this.#seen.push(event);
			for (const look of [...this.#waiting]) look();
		});
	}

	/** The first event since the beginning of the watch that fits; rejects after `timeout` ms. */
	until(fits: (event: Packet) => boolean, what: string, timeout = 15_000): Promise<Packet> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiting.delete(look);
				reject(new Error(`waited ${timeout} ms in vain for: ${what}`));
			}, timeout);
			const look = () => {
				const found = this.#seen.find(fits);
				if (!found) return;
				clearTimeout(timer);
				this.#waiting.delete(look);
				resolve(found);
			};
			this.#waiting.add(look);
			look();
		});
	}

	close(): void {
		this.#stop();
	}
}

function parse(block: string): Packet {
	const packet: Record<string, string> = Object.create(null);
	for (const line of block.split("\r\n")) {
		const colon = line.indexOf(":");
		if (colon < 0) continue;
		const key = line.slice(0, colon);
		const value = line.slice(colon + 1).trimStart();
		packet[key] = key in packet ? `${packet[key]}\n${value}` : value;
	}
	return packet;
}

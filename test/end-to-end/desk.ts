import { WebSocket } from "ws";
import { ServerMessage } from "../../server/protocol/live.ts";
import type { Employee } from "./office.ts";

/** A message and the moment (epoch ms) at which this tab had it. */
export interface Told {
	readonly tab: number;
	readonly arrived: number;
	readonly message: ServerMessage;
}
type OfCall = Extract<ServerMessage, { type: `call.${string}` }>;
export interface ToldOfCall extends Told {
	readonly message: OfCall;
}

/** One person in front of the client, in one or more tabs. Every message must be of the protocol. */
export class Desk {
	readonly who: Employee;
	readonly tabs: number;
	readonly told: Told[] = [];
	readonly problems: unknown[] = [];
	readonly #sockets: WebSocket[] = [];

	private constructor(who: Employee, tabs: number) {
		this.who = who;
		this.tabs = tabs;
	}

	/** Resolves when every tab has its snapshot. */
	static async open(base: string, who: Employee, tabs: number): Promise<Desk> {
		const desk = new Desk(who, tabs);
		await Promise.all(Array.from({ length: tabs }, (_, tab) => desk.#open(base, tab)));
		return desk;
	}

	#open(base: string, tab: number): Promise<void> {
		return new Promise((resolve, reject) => {
			const socket = new WebSocket(`${base.replace("http", "ws")}/api/live`, { headers: { cookie: this.who.cookie } });
			this.#sockets.push(socket);
			socket.on("error", reject);
			socket.on("message", (data) => {
				const arrived = Date.now();
				const parsed = ServerMessage.safeParse(JSON.parse(data.toString()));
				if (!parsed.success) return void this.problems.push(parsed.error);
				this.told.push({ tab, arrived, message: parsed.data });
				if (parsed.data.type === "snapshot") resolve();
			});
		});
	}

	/** What was told of calls, snapshots aside. */
	get ofCalls(): ToldOfCall[] {
		return this.told.filter((told): told is ToldOfCall => told.message.type.startsWith("call."));
	}

	snapshots() {
		return this.told.flatMap(({ message }) => (message.type === "snapshot" ? [message] : []));
	}

	close(): void {
		for (const socket of this.#sockets) socket.terminate();
	}
}

/** The call that a message is about. */
export const callOf = ({ message }: ToldOfCall) => message.call;

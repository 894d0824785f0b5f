import { WebSocket } from "ws";
import { ServerMessage } from "../../server/protocol/live.ts";

type Kind = ServerMessage["type"];
type Of<K extends Kind> = Extract<ServerMessage, { type: K }>;

/** A browser's end of the live connection: keeps what came, checks each message against the protocol, waits for more. */
export async function listen(base: string, cookie: string, headers: Record<string, string> = {}) {
	const socket = new WebSocket(`${base.replace("http", "ws")}/api/live`, { headers: { cookie, ...headers } });
	const messages: ServerMessage[] = [];
	const problems: unknown[] = [];
	const waiting = new Set<() => void>();
	const wake = () => {
		for (const look of waiting) look();
	};
	let closed: { code: number; reason: string } | null = null;
	socket.on("message", (data) => {
		const parsed = ServerMessage.safeParse(JSON.parse(data.toString()));
		if (parsed.success) messages.push(parsed.data);
		else problems.push(parsed.error);
		wake();
	});
	socket.on("close", (code, reason) => {
		closed = { code, reason: reason.toString() };
		wake();
	});
	await new Promise<void>((resolve, reject) => {
		socket.once("open", () => resolve());
		socket.once("unexpected-response", (_request, response) => {
			response.resume();
			reject(new Refused(response.statusCode ?? 0));
		});
		socket.once("error", reject);
	});
	socket.on("error", () => {});

	const when = <T>(look: () => T | undefined): Promise<T> =>
		new Promise((resolve) => {
			const check = () => {
				const found = look();
				if (found === undefined) return;
				waiting.delete(check);
				resolve(found);
			};
			waiting.add(check);
			check();
		});
	const isKind = <K extends Kind>(message: ServerMessage, kind: K): message is Of<K> => message.type === kind;

	return {
		socket,
		messages,
		problems,
		of: <K extends Kind>(kind: K): Of<K>[] => messages.filter((message) => isKind(message, kind)),
		/** The first of this kind that fits, now or later. */
		heard: <K extends Kind>(kind: K, fits: (message: Of<K>) => boolean = () => true): Promise<Of<K>> =>
			when(() => {
				for (const message of messages) if (isKind(message, kind) && fits(message)) return message;
				return undefined;
			}),
		closed: (): Promise<{ code: number; reason: string }> => when(() => closed ?? undefined),
		say: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
		/** After it, whatever the server had sent before the ping has come. */
		async settled(): Promise<void> {
			const pongs = messages.filter(({ type }) => type === "pong").length;
			socket.send('{"type":"ping"}');
			await when(() => (messages.filter(({ type }) => type === "pong").length > pongs ? true : undefined));
		},
		end: () => socket.terminate(),
	};
}
export type Listener = Awaited<ReturnType<typeof listen>>;

/** The server answered the handshake with an HTTP status instead. */
export class Refused extends Error {
	readonly status: number;
	constructor(status: number) {
		super(`refused with ${status}`);
		this.status = status;
	}
}

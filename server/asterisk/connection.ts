import type { PbxEvent } from "../pbx-event.ts";
import type { PbxState } from "../protocol/pbx.ts";
import type { Said } from "../protocol/said.ts";
import { type Sentence, say } from "../protocol/sentences.ts";
import type { Clock } from "./clock.ts";
import { dial, type Endpoint, LinkProblem } from "./dial.ts";
import { type Link, type LinkEnd, runLink } from "./link.ts";
import { isSheltered } from "./login.ts";
import { createLogins, type Logins } from "./logins.ts";
import type { Packet } from "./packet.ts";
import type { Quarantined } from "./packet-reader.ts";
import { linkDelay } from "./retry.ts";
import { Session } from "./session.ts";

export interface ConnectionDeps {
	readonly endpoint: Endpoint;
	readonly account: { readonly username: string; readonly secret: string };
	readonly clock: Clock;
	/** In [0, 1). */
	readonly random: () => number;
	readonly onEvents: (events: readonly PbxEvent[], receivedAt: number) => void;
	/** Called on every change of state or problem. */
	readonly onState: (state: PbxState, problem: string | null, at: number) => void;
	readonly onQuarantine: (quarantined: Quarantined) => void;
	readonly onOriginated: (packet: Packet) => void;
	/** Says when this account may log in; left out: refusals are counted for this connection alone. */
	readonly logins?: Logins;
}

/** The standing of a connection; `problem` says what is wrong, where, and what to paste. */
export interface Standing {
	readonly state: PbxState;
	readonly problem: string | null;
	/** The problem by its code; null where there is none, or only English. */
	readonly said: Said | null;
	readonly since: number;
}

/** Milliseconds between two looks whether another server, or a person, found the account mended. */
const lookEvery = 10_000;

/** Keeps one PBX connected, for ever, until it is stopped. */
export interface Connection {
	start(): void;
	/** Resolves when the link is closed and nothing will be told any more. */
	stop(): Promise<void>;
	standing(): Standing;
	/** What is known about numbers on events; `none` while not connected. */
	numbering(): "none" | "exact" | "sparse";
	/** Tries now what would be tried later: the cause was mended. */
	retry(): void;
}

/** The events road to one PBX: connects, logs in, stays, comes back. */
export function createConnection(deps: ConnectionDeps): Connection {
	const { clock, endpoint } = deps;
	const where = `${endpoint.host}:${endpoint.port}`;
	let standing: Standing = { state: "stopped", problem: null, said: null, since: clock.now() };
	let running: Promise<void> | null = null;
	let stopping = new AbortController();
	let link: Link | null = null;
	let wake = () => {};
	let session: Session | null = null;
	let boot: string | null = null;
	let everConnected = false;
	const held = say("login.held", { where, user: deps.account.username });
	const logins = deps.logins ?? createLogins(deps.account.username, clock, null);

	const become = (state: PbxState, sentence: Sentence | null) => {
		const { message: problem = null, said = null } = sentence ?? {};
		if (standing.state === state && standing.problem === problem) return;
		standing = { state, problem, said, since: standing.state === state ? standing.since : clock.now() };
		deps.onState(state, problem, clock.now());
	};

	const wait = (milliseconds: number) =>
		new Promise<void>((resolve) => {
			const cancel = clock.after(milliseconds, resolve);
			wake = () => {
				cancel();
				resolve();
			};
		});

	const oneLink = async (): Promise<LinkEnd> => {
		const current = new Session(boot);
		session = current;
		try {
			const socket = await dial(endpoint, stopping.signal);
			link = runLink(socket, deps.account, {
				...deps,
				session: current,
				where,
				sheltered: isSheltered(endpoint),
				onLoggedIn() {
					become("connected", null);
					void logins.accepted();
					// What happened meanwhile is unknown, whatever the numbers say.
					if (everConnected) {
						const at = clock.now();
						deps.onEvents([{ kind: "gap", at, cause: "reconnect", missing: null }], at);
					}
					everConnected = true;
				},
			});
			return await link.ended;
		} catch (error) {
			if (error instanceof LinkProblem) return { kind: "lost", problem: error.sentence };
			return { kind: "lost", problem: say("link.failed", { where, reason: String(error) }) };
		} finally {
			link = null;
			boot = current.boot;
			session = null;
		}
	};

	const run = async () => {
		let failures = 0;
		become("connecting", null);
		while (!stopping.signal.aborted) {
			const early = await logins.turn();
			if (early > 0) {
				// Refused before this start, or to another server.
				if (standing.state !== "login-refused") become("login-refused", held);
				if (!stopping.signal.aborted) await wait(Math.min(early, lookEvery));
				continue;
			}
			if (stopping.signal.aborted) break;
			const end = await oneLink();
			if (stopping.signal.aborted || end.kind === "closed") break;
			if (standing.state === "connected") failures = 0;
			if (end.kind === "login-refused") {
				become("login-refused", end.problem);
				await logins.refused();
			} else {
				become("away", end.problem);
				await (end.kind === "lost" && end.unanswered ? logins.unanswered() : logins.unused());
				await wait(linkDelay(failures++, deps.random()));
			}
		}
		await logins.unused();
	};

	return {
		start() {
			if (running !== null) return;
			stopping = new AbortController();
			running = run();
		},
		async stop() {
			stopping.abort();
			link?.close();
			wake();
			await running;
			running = null;
			become("stopped", null);
		},
		standing: () => standing,
		numbering: () => session?.numbering ?? "none",
		retry() {
			void logins.mended().then(wake);
		},
	};
}

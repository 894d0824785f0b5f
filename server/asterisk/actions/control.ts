import type { Socket } from "node:net";
import createManager from "asterisk-manager";
import { DzvinError } from "../../errors.ts";
import { type Sentence, say } from "../../protocol/sentences.ts";
import type { Clock } from "../clock.ts";
import { dial, type Endpoint, LinkProblem } from "../dial.ts";
import { inTheClear, isSheltered } from "../login.ts";
import { openProbe, proofFor } from "../probe.ts";
import { type Action, provenHeaders } from "./allowed.ts";
import { openRelay } from "./relay.ts";

const loginDeadline = 5000;
const actionDeadline = 5000;

export interface ControlDeps {
	readonly endpoint: Endpoint;
	readonly account: { readonly username: string; readonly secret: string };
	readonly clock: Clock;
}

/** Answer to an action: header names in lower case, as `asterisk-manager` gives them. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * The control road: npm `asterisk-manager` behind bounds. It is given a fresh instance for every use
 * (a cut one glues half messages to the next session and holds actions for ever), never a list of
 * events to read (its parser stops the loop in bursts), a deadline for each step, and only actions
 * that were proven to be one action. Its `keepConnected` is never used.
 *
 * Throws `bad-request` (nothing was sent), `unavailable` (no link, no login), `pbx-timeout`,
 * `pbx-refused`.
 */
export async function perform(deps: ControlDeps, action: Action, actionId: string): Promise<Answer> {
	const headers = { ...provenHeaders(action), actionid: actionId };
	const { clock, endpoint, account } = deps;
	const where = `${endpoint.host}:${endpoint.port}`;
	// The library knows no TLS and does not tell why it cannot connect; the relay does both.
	const far = await dial(endpoint).catch((error: unknown) => {
		throw error instanceof LinkProblem ? new DzvinError("unavailable", error.sentence) : error;
	});
	const proof = await proofOn(far, deps);
	const relay = await openRelay(far);
	const manager = createManager(undefined, "", account.username, "", false);
	proveWith(manager, proof);
	try {
		await step(clock, loginDeadline, say("control.late-login", { where }), (done, fail) => {
			manager.on("error", (error) =>
				fail(new DzvinError("unavailable", say("control.failed", { where, reason: error.message }))),
			);
			manager.on("close", () => fail(new DzvinError("unavailable", say("control.closed", { where }))));
			manager.connect(relay.path, "", () =>
				manager.login((refusal) => {
					if (refusal) fail(new DzvinError("unavailable", refusedLogin(where, account.username)));
					else done(null);
				}),
			);
		});
		await answerTo(clock, manager, { action: "Events", eventmask: "off", actionid: `${actionId}-quiet` }, where);
		return await answerTo(clock, manager, headers, where);
	} finally {
		manager.disconnect();
		relay.close();
	}
}

/** Asks for a challenge before the library gets the connection: it only knows the login in the clear. */
async function proofOn(far: Socket, { clock, endpoint, account }: ControlDeps): Promise<LoginHeaders> {
	const probe = await openProbe(far, clock);
	const proof = await proofFor(probe, account, isSheltered(endpoint));
	probe.leave();
	if (proof !== null) return proof;
	far.destroy();
	throw new DzvinError("unavailable", inTheClear(`${endpoint.host}:${endpoint.port}`, account.username));
}

type LoginHeaders = Readonly<Record<string, string>>;

/** The library's own login goes through its `action`, where the proof takes the place of the secret. */
function proveWith(manager: ReturnType<typeof createManager>, proof: LoginHeaders): void {
	const act = manager.action;
	manager.action = (action, done) =>
		act(action.action === "login" ? { action: "login", ...proof, event: "off" } : action, done);
}

const answerTo = (
	clock: Clock,
	manager: ReturnType<typeof createManager>,
	headers: Parameters<ReturnType<typeof createManager>["action"]>[0],
	where: string,
): Promise<Answer> =>
	step(clock, actionDeadline, say("control.late", { where, action: String(headers.action) }), (done, fail) => {
		manager.on("close", () => fail(new DzvinError("unavailable", say("control.closed", { where }))));
		manager.action(headers, (refusal, answer) => {
			if (refusal) fail(new DzvinError("pbx-refused", explained(where, refusal, headers)));
			else done(isAnswer(answer) ? answer : {});
		});
	});

/** One exchange with a deadline: what comes second is not heard. */
function step<T>(
	clock: Clock,
	deadline: number,
	late: Sentence,
	run: (done: (value: T) => void, fail: (error: DzvinError) => void) => void,
): Promise<T> {
	return new Promise((resolve, reject) => {
		const cancel = clock.after(deadline, () => reject(new DzvinError("pbx-timeout", late)));
		run(
			(value) => {
				cancel();
				resolve(value);
			},
			(error) => {
				cancel();
				reject(error);
			},
		);
	});
}

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null;

const messageOf = (refusal: unknown): string =>
	isAnswer(refusal) && typeof refusal.message === "string" ? refusal.message : "no reason given";

/** What Asterisk says of a wrong context names neither the context nor the number. */
function explained(where: string, refusal: unknown, headers: Readonly<Record<string, unknown>>): Sentence {
	const told = { where, action: String(headers.action), reason: messageOf(refusal) };
	if (!/^Extension does not exist/.test(told.reason)) return say("control.refused", told);
	return say("control.no-exten", { ...told, exten: String(headers.Exten), context: String(headers.Context) });
}

const refusedLogin = (where: string, user: string) => say("control.login-refused", { where, user });

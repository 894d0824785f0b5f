import { randomUUID } from "node:crypto";
import { DzvinError } from "../errors.ts";
import type { PbxAccess, RefusedLogins } from "../pbx-access.ts";
import type { PbxEvent } from "../pbx-event.ts";
import type { PbxState } from "../protocol/pbx.ts";
import { say } from "../protocol/sentences.ts";
import type { Action } from "./actions/allowed.ts";
import { perform } from "./actions/control.ts";
import { type OriginateRequest, originateAction } from "./actions/originate.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Connection, createConnection, type Standing } from "./connection.ts";
import { check as examine } from "./doctor.ts";
import type { Finding } from "./finding.ts";
import { createLogins, type Logins, type Verdict } from "./logins.ts";
import { Originated } from "./originated.ts";
import { createAside } from "./put-aside.ts";

/** What the fleet needs of a log; pino fits. */
export interface Log {
	info(details: object, message: string): void;
	warn(details: object, message: string): void;
	error(details: object, message: string): void;
}

export interface FleetDeps {
	/** Events of one PBX in their order. What it throws is logged and stops nothing. */
	readonly onEvents: (pbxId: string, events: readonly PbxEvent[], receivedAt: number) => void;
	readonly onState: (pbxId: string, state: PbxState, problem: string | null, at: number) => void;
	/** The company's list of refused logins at a PBX; left out: each fleet counts for itself, since its start. */
	readonly refusedLogins?: (pbxId: string) => RefusedLogins;
	readonly log: Log;
	readonly clock?: Clock;
	/** In [0, 1). */
	readonly random?: () => number;
}

/** One running connection per PBX. */
export interface Fleet {
	/** Makes the fleet be exactly this list: starts, restarts what changed, stops what is gone. */
	set(pbxs: readonly PbxAccess[]): void;
	/** `stopped` for a PBX that is not in the fleet. */
	state(id: string): Standing;
	/**
	 * Click to call; resolves when the agent's own phone was picked up (or, while events are not heard,
	 * when the PBX took the order). Throws DzvinError: validation, pbx-refused, pbx-timeout, unavailable.
	 */
	originate(pbxId: string, request: OriginateRequest): Promise<void>;
	/**
	 * Pauses the membership of a phone in a queue, or ends the pause; resolves when the PBX took the order. Throws
	 * DzvinError: bad-request, pbx-refused, pbx-timeout, unavailable.
	 */
	pause(pbxId: string, order: PauseOrder): Promise<void>;
	/** The doctor's findings; also of a PBX that is not in the fleet. */
	check(access: PbxAccess): Promise<Finding[]>;
	/** Ends every connection; resolves when nothing will be told any more. */
	stop(): Promise<void>;
}

/** One membership in one queue, as the PBX names both. */
export interface PauseOrder {
	readonly queue: string;
	readonly interface: string;
	readonly paused: boolean;
	/** What the PBX shows to everybody who asks why. */
	readonly reason: string;
}

interface Ship {
	readonly access: PbxAccess;
	readonly fingerprint: string;
	readonly connection: Connection;
	readonly originated: Originated;
	/** Of an account by its name: both roads may have the same one. */
	readonly loginsOf: (username: string) => Logins;
}

/** What a connection was made with; where the journal lies is no reason to cut the link. */
const fingerprintOf = (access: PbxAccess) => JSON.stringify({ ...access, history: null });

/** Whole by its form, but not of the PBX's making, or without what it must say. */
const noEvent = { reason: "not-an-event" };

/** What an order says of the login before it. */
function verdictOf(error: unknown): Verdict {
	if (!(error instanceof DzvinError)) return "unused";
	if (error.said?.code === "control.login-refused") return "refused";
	return error.code === "pbx-refused" ? "accepted" : "unused";
}

export function createFleet(deps: FleetDeps): Fleet {
	const { log, clock = systemClock, random = Math.random } = deps;
	const ships = new Map<string, Ship>();
	const stopping = new Set<Promise<void>>();

	const fenced = (what: string, pbxId: string, run: () => void) => {
		try {
			run();
		} catch (error) {
			log.error({ err: error, pbxId }, `a listener to ${what} failed`);
		}
	};

	const launch = (access: PbxAccess, after: Promise<void>) => {
		const { id } = access;
		const originated = new Originated(clock);
		const aside = createAside();
		const known = deps.refusedLogins?.(id) ?? null;
		const all = new Map<string, Logins>();
		const loginsOf = (username: string): Logins => {
			const logins = all.get(username) ?? createLogins(username, clock, known);
			all.set(username, logins);
			return logins;
		};
		let lastAside: object = noEvent;
		const connection = createConnection({
			endpoint: access,
			account: access.events,
			clock,
			random,
			onEvents(events, receivedAt) {
				// A PBX that was replaced may still have had a chunk under way.
				if (ships.get(id)?.connection !== connection) return;
				const count = events.filter((event) => event.kind === "gap" && event.cause === "quarantine").length;
				const news = aside.take(count, receivedAt);
				if (news) {
					log.warn({ pbxId: id, ...lastAside, ...news }, "a message of the PBX was put aside");
					lastAside = noEvent;
				}
				fenced("PBX events", id, () => deps.onEvents(id, events, receivedAt));
			},
			onState(state, problem, at) {
				log.info({ pbxId: id, state, problem }, "PBX state");
				if (ships.get(id)?.connection !== connection && state !== "stopped") return;
				if (ships.has(id) && ships.get(id)?.connection !== connection) return;
				fenced("PBX state", id, () => deps.onState(id, state, problem, at));
			},
			onQuarantine({ reason, sample }) {
				lastAside = { reason, sample };
			},
			onOriginated: (packet) => originated.heard(packet),
			logins: loginsOf(access.events.username),
		});
		ships.set(id, { access, fingerprint: fingerprintOf(access), connection, originated, loginsOf });
		void after.then(() => {
			if (ships.get(id)?.connection === connection) connection.start();
		});
	};

	const dismiss = (ship: Ship): Promise<void> => {
		const stopped = ship.connection.stop().finally(() => stopping.delete(stopped));
		stopping.add(stopped);
		return stopped;
	};

	/** An order on the control road, when its account may log in. */
	const order = async ({ access, loginsOf }: Ship, action: Action, actionId: string): Promise<void> => {
		const { control: account, name, host, port } = access;
		if (!account) throw new DzvinError("unavailable", say("control.none", { pbx: name }));
		await loginsOf(account.username).through(
			() => perform({ endpoint: access, account, clock }, action, actionId),
			verdictOf,
			(wait) => {
				const minutes = String(Math.ceil(wait / 60_000));
				const told = { where: `${host}:${port}`, user: account.username, minutes };
				return new DzvinError("unavailable", say("control.login-held", told));
			},
		);
	};

	return {
		set(pbxs) {
			const wanted = new Map(pbxs.map((access) => [access.id, access]));
			for (const [id, ship] of ships) {
				if (wanted.has(id)) continue;
				ships.delete(id);
				void dismiss(ship);
			}
			for (const [id, access] of wanted) {
				const ship = ships.get(id);
				if (ship?.fingerprint === fingerprintOf(access)) continue;
				ships.delete(id);
				launch(access, ship ? dismiss(ship) : Promise.resolve());
			}
		},
		state: (id) => ships.get(id)?.connection.standing() ?? { state: "stopped", problem: null, said: null, since: 0 },
		async originate(pbxId, request) {
			const ship = ships.get(pbxId);
			if (!ship) throw new DzvinError("unavailable", say("refused.pbx-unconnected"));
			const { access, connection, originated } = ship;
			if (!access.control) throw new DzvinError("unavailable", say("control.none", { pbx: access.name }));
			const action = originateAction(request, access.dial);
			const actionId = `dzvin-${randomUUID()}`;
			const hears = connection.standing().state === "connected";
			const { outcome, forget } = originated.expect(actionId, request.extension);
			// The order may fail first; then nobody awaits the outcome.
			outcome.catch(() => {});
			try {
				await order(ship, action, actionId);
				if (hears) await outcome;
			} finally {
				forget();
			}
		},
		async pause(pbxId, { queue, interface: port, paused, reason }) {
			const ship = ships.get(pbxId);
			if (!ship?.access.control) throw new DzvinError("unavailable", "This PBX has no control account.");
			const headers = { Queue: queue, Interface: port, Paused: paused ? "true" : "false", Reason: reason };
			const action = { name: "QueuePause", headers } as const;
			await order(ship, action, `dzvin-${randomUUID()}`);
		},
		async check(access) {
			const findings = await examine(access, {
				clock,
				numbering: () => ships.get(access.id)?.connection.numbering() ?? "none",
			});
			// What was refused for its login may have been mended just now.
			const ship = ships.get(access.id);
			const loggedIn = (username: string) =>
				findings.some(({ code, said }) => code === "login" && said.message.values.user === username);
			if (ship && access.control && loggedIn(access.control.username)) {
				await ship.loginsOf(access.control.username).mended();
			}
			if (ship && loggedIn(access.events.username)) ship.connection.retry();
			return findings;
		},
		async stop() {
			for (const ship of ships.values()) void dismiss(ship);
			ships.clear();
			await Promise.all(stopping);
		},
	};
}

import { packetsOf } from "./replay.ts";

const headers = [
	"Channel",
	"ChannelState",
	"ChannelStateDesc",
	"CallerIDNum",
	"CallerIDName",
	"ConnectedLineNum",
	"ConnectedLineName",
	"Language",
	"AccountCode",
	"Context",
	"Exten",
	"Priority",
	"Uniqueid",
	"Linkedid",
] as const;

interface Live {
	/** The last event about it. */
	text: string;
	bridge: string;
	readonly since: number;
}

/** Asked of every event that is sent: it searches, and makes no regular expression. */
function headerOf(text: string, key: string): string | undefined {
	const needle = `\r\n${key}:`;
	const found = text.startsWith(needle.slice(2)) ? -2 : text.indexOf(needle);
	if (found === -1) return undefined;
	const at = found + needle.length;
	const from = text.startsWith(" ", at) ? at + 1 : at;
	const end = text.indexOf("\r", from);
	return text.slice(from, end < 0 ? text.length : end);
}

const pausedRow = (row: string, paused: boolean, reason: string) =>
	row
		.replace(/\r\nPaused: \d/, `\r\nPaused: ${paused ? 1 : 0}`)
		.replace(/\r\nPausedReason: [^\r]*/, `\r\nPausedReason: ${paused ? reason : ""}`);

/**
 * What the loopback PBX answers to the listing actions: live channels follow from the events that
 * it sent, queues and phones from the answers at the beginning of a trace.
 */
export class Picture {
	readonly #live = new Map<string, Live>();
	/** What the PBX said of each bridge that somebody entered. */
	readonly #bridges = new Map<string, string>();
	#queues: readonly string[] = [];
	#devices: readonly string[] = [];

	/** Takes queues and phones from the beginning of a recorded trace. */
	learn(trace: Uint8Array): void {
		const answers = packetsOf(trace).filter((text) => /\r\nActionID: /.test(text));
		this.#queues = answers.filter((text) => /^Event: Queue(Params|Member|Entry)\r\n/.test(text));
		this.#devices = answers.filter((text) => text.startsWith("Event: DeviceStateChange\r\n"));
	}

	/** Keeps the picture up to date with an event that was sent. */
	sent(text: string, now: number): void {
		const id = headerOf(text, "Uniqueid");
		if (!id) return;
		const name = headerOf(text, "Event");
		if (name === "Hangup") {
			this.#live.delete(id);
			return;
		}
		const known = this.#live.get(id);
		if (!known && name !== "Newchannel") return;
		const live = known ?? { text, bridge: "", since: now };
		live.text = text;
		if (name === "BridgeEnter") {
			live.bridge = headerOf(text, "BridgeUniqueid") ?? "";
			const about = text.split("\r\n").filter((line) => line.startsWith("Bridge"));
			this.#bridges.set(live.bridge, ["Event: BridgeListItem", ...about].join("\r\n"));
		}
		if (name === "BridgeLeave") live.bridge = "";
		this.#live.set(id, live);
	}

	/** The PBX was started again: nothing is live any more, and nobody whom a configuration file names is paused. */
	clear(): void {
		this.#live.clear();
		this.#bridges.clear();
		this.#queues = this.#queues.map((row) => pausedRow(row, false, ""));
	}

	/** Pauses a member of a queue or ends it; the event that says so, null when there is no such member. */
	pause(queue: string, port: string, paused: boolean, reason: string, now: number): string | null {
		const at = this.#queues.findIndex(
			(row) =>
				row.startsWith("Event: QueueMember\r\n") &&
				headerOf(row, "Queue") === queue &&
				headerOf(row, "Location") === port,
		);
		const row = this.#queues[at];
		if (row === undefined) return null;
		const changed = pausedRow(row, paused, reason);
		this.#queues = this.#queues.with(at, changed);
		const event = changed
			.replace(/^Event: QueueMember\r\n/, `Event: QueueMemberPause\r\nPrivilege: agent,all\r\n`)
			.replace(/\r\nName: /, "\r\nMemberName: ")
			.replace(/\r\nLocation: /, "\r\nInterface: ")
			.replace(/\r\nActionID: [^\r]*/, "");
		return event.replace(/\r\n(?=Queue: )/, `\r\nTimestamp: ${(now / 1000).toFixed(6)}\r\n`);
	}

	/** Who is paused in a queue, and why. */
	pauses(): { queue: string; interface: string; reason: string }[] {
		return this.#queues.flatMap((row) =>
			headerOf(row, "Paused") === "1"
				? [
						{
							queue: headerOf(row, "Queue") ?? "",
							interface: headerOf(row, "Location") ?? "",
							reason: headerOf(row, "PausedReason") ?? "",
						},
					]
				: [],
		);
	}

	channels(now: number): string[] {
		return [...this.#live.values()].map((live) => {
			const seconds = Math.max(0, Math.floor((now - live.since) / 1000));
			const duration = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) =>
				String(Math.floor(n)).padStart(2, "0"),
			);
			return [
				"Event: CoreShowChannel",
				...headers.map((key) => `${key}: ${headerOf(live.text, key) ?? ""}`),
				"Application: ",
				"ApplicationData: ",
				`Duration: ${duration.join(":")}`,
				`BridgeId: ${live.bridge}`,
			].join("\r\n");
		});
	}

	/** Those in which somebody is. */
	get bridges(): readonly string[] {
		const used = new Set([...this.#live.values()].map(({ bridge }) => bridge));
		return [...this.#bridges].filter(([id]) => used.has(id)).map(([, row]) => row);
	}

	get queues(): readonly string[] {
		return this.#queues;
	}

	get devices(): readonly string[] {
		return this.#devices;
	}
}

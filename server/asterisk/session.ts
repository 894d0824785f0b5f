import { isWaitingRoom, type PbxEvent, type SnapshotChannel } from "../pbx-event.ts";
import type { Packet } from "./packet.ts";
import { SequenceWatch } from "./sequence.ts";
import { readBridge } from "./translate/bridges.ts";
import { itself, readChannel } from "./translate/channel.ts";
import { countOf, sequenceOf } from "./translate/stamp.ts";
import { translate, translatedNames } from "./translate/translate.ts";

/** Seconds by which a start time worked out from `Uptime` may differ between two sessions. */
const uptimeBlur = 3;
const byUptime = "up:";
/** Rows of one list of channels, several times what one Asterisk can have; an endless list would fill the memory. */
const longestList = 100_000;
/** Seconds that a channel may be said to have lived: a year. */
const longestLife = 31_536_000;

/**
 * Events that come without a number also where events are numbered, because they answer an action.
 * Any other one without its number was not made by the PBX: a caller's number is sent raw, line
 * ends included, so a caller could write whole events.
 */
const answers: ReadonlySet<string> = new Set(["QueueParams", "QueueMember", "DeviceStateChange"]);

/**
 * Folds the packets of one logged-in connection into events: what `translate` says of each
 * packet, and what only several packets say together: the list of live channels (one `snapshot`),
 * the boot, and numbers that never came. No socket and no clock, so a recorded trace gives the
 * same events as the live connection.
 */
export class Session {
	#boot: string | null;
	#started: number | null = null;
	#rows: SnapshotChannel[] = [];
	#listing = false;
	/** Whether people only wait in it, by bridge; null: the PBX did not say. */
	#bridges: Map<string, boolean> | null = null;
	/** A part of the running list was put aside: an incomplete picture would end live calls. */
	#tainted = false;
	readonly #sequence = new SequenceWatch();
	readonly #denied = new Set<string>();

	/** `boot` is what the connection before this one knew, so that a restart of the PBX is noticed. */
	constructor(boot: string | null = null) {
		this.#boot = boot;
	}

	get boot(): string | null {
		return this.#boot;
	}

	get numbering(): "none" | "exact" | "sparse" {
		return this.#sequence.state;
	}

	/** Actions (by ActionID) that the PBX refused to this account. */
	get denied(): ReadonlySet<string> {
		return this.#denied;
	}

	take(packet: Packet, receivedAt: number): readonly PbxEvent[] {
		if (packet.type === "response") return this.#response(packet, receivedAt);
		switch (packet.name) {
			case "BridgeListItem":
				this.#bridge(packet);
				return [];
			case "CoreShowChannel":
				this.#row(packet);
				return [];
			case "CoreShowChannelsComplete":
				return this.#snapshot(receivedAt);
			case "FullyBooted":
				this.#started = Math.round(receivedAt / 1000) - countOf(packet.get("Uptime"));
				return [];
			default:
				return this.#event(packet, receivedAt);
		}
	}

	/** The reader put a message aside: it may have been any event. */
	quarantined(receivedAt: number): readonly PbxEvent[] {
		this.#tainted = this.#listing;
		return [{ kind: "gap", at: receivedAt, cause: "quarantine", missing: null }];
	}

	/** Time passes; call it about once a second. */
	tick(now: number): readonly PbxEvent[] {
		return gapOf(this.#sequence.tick(now), now);
	}

	#event(packet: Packet, receivedAt: number): readonly PbxEvent[] {
		const seq = sequenceOf(packet);
		if (seq === null && this.numbering !== "none" && translatedNames.has(packet.name) && !answers.has(packet.name)) {
			return this.quarantined(receivedAt);
		}
		const lost = seq === null ? 0 : this.#sequence.take(seq, receivedAt);
		const events = translate(packet, receivedAt);
		if (events === null) return [...this.quarantined(receivedAt), ...gapOf(lost, receivedAt)];
		return lost === 0 ? events : [...gapOf(lost, receivedAt), ...events];
	}

	#response(packet: Packet, receivedAt: number): readonly PbxEvent[] {
		const id = packet.get("ActionID") ?? "";
		if (packet.name === "Error") {
			this.#denied.add(id);
			return id === "CoreStatus" ? this.#bootFromUptime(receivedAt) : [];
		}
		if (id === "BridgeList") this.#bridges = new Map();
		if (id.startsWith("CoreShowChannels") && packet.get("EventList")?.toLowerCase() === "start") {
			this.#listing = true;
			this.#tainted = false;
			this.#rows = [];
		}
		const date = packet.get("CoreStartupDate");
		const time = packet.get("CoreStartupTime");
		return date && time ? this.#booted(`${date}T${time}`, receivedAt) : [];
	}

	/** Where CoreStatus is refused, the boot is known to a few seconds from the greeting event. */
	#bootFromUptime(at: number): readonly PbxEvent[] {
		if (this.#started === null) return [];
		const known = this.#boot?.startsWith(byUptime) ? Number(this.#boot.slice(byUptime.length)) : Number.NaN;
		if (Math.abs(this.#started - known) <= uptimeBlur) return [];
		return this.#booted(`${byUptime}${this.#started}`, at);
	}

	#booted(boot: string, at: number): readonly PbxEvent[] {
		const before = this.#boot;
		if (boot === before) return [];
		this.#boot = boot;
		// The same boot may get its other name when the account's rights change: that is no restart.
		const renamed = before !== null && before.startsWith(byUptime) !== boot.startsWith(byUptime);
		return renamed ? [] : [{ kind: "booted", at, boot }];
	}

	#bridge(packet: Packet): void {
		const bridge = packet.ambiguous ? null : readBridge(packet);
		if (bridge && this.#bridges && this.#bridges.size < longestList)
			this.#bridges.set(bridge.id, isWaitingRoom(bridge));
	}

	#row(packet: Packet): void {
		if (this.#rows.length >= longestList) {
			this.#tainted = true;
			return;
		}
		const channel = packet.ambiguous ? null : readChannel(packet, itself);
		if (!channel) {
			this.#tainted = true;
			return;
		}
		const bridgeId = packet.get("BridgeId") || null;
		const waits = bridgeId === null ? undefined : this.#bridges?.get(bridgeId);
		this.#rows.push({
			channel,
			application: channel.application,
			data: packet.get("ApplicationData") ?? "",
			bridgeId,
			seconds: secondsOf(packet.get("Duration") ?? ""),
			...(waits === undefined ? {} : { waits }),
		});
	}

	#snapshot(at: number): readonly PbxEvent[] {
		const channels = this.#rows;
		const tainted = this.#tainted;
		const listed = this.#listing;
		this.#rows = [];
		this.#listing = false;
		this.#tainted = false;
		// An end without its beginning: the beginning was put aside, and told then.
		if (!listed) return [];
		if (tainted) return [{ kind: "gap", at, cause: "quarantine", missing: null }];
		return [{ kind: "snapshot", at, boot: this.#boot ?? "", channels }];
	}
}

const gapOf = (missing: number, at: number): readonly PbxEvent[] =>
	missing === 0 ? [] : [{ kind: "gap", at, cause: "sequence", missing }];

/** `1:02:03` → 3723. */
function secondsOf(duration: string): number {
	let seconds = 0;
	for (const part of duration.split(":")) seconds = seconds * 60 + (Number(part) || 0);
	return Math.min(Math.max(0, seconds), longestLife);
}

import { statfs } from "node:fs/promises";
import { Gauge, type Registry } from "prom-client";
import type { EventBus } from "../events.ts";
import type { StorageLive } from "../protocol/live.ts";
import { type DiskUse, type Room, roomOf, type StorageTrouble } from "./level.ts";

interface Deps {
	/** A folder on the disk that is watched. */
	readonly dataDir: string;
	readonly trouble: () => StorageTrouble & { readonly lost: number };
	/** Events that wait in memory and on our own disk. */
	readonly waiting: () => { readonly memory: number; readonly spilled: number };
	readonly bus: Pick<EventBus, "emit">;
	readonly register: Registry;
	readonly now: () => number;
	readonly log: {
		warn(details: object, message: string): void;
		error(details: object, message: string): void;
	};
	/** Milliseconds between two looks. */
	readonly every?: number;
}

export interface StorageWatch {
	/** How it stands now. */
	live(): StorageLive;
	start(): void;
	stop(): void;
}

/** Looks at the room on the disk all the time, and says loudly when it ends and when it is back. Deletes nothing. */
export function watchStorage(deps: Deps): StorageWatch {
	const { dataDir, trouble, waiting, bus, register, now, log, every = 2_000 } = deps;
	let disk: DiskUse | null = null;
	let room: Room = { state: "enough" };
	let since = now();
	let timer: ReturnType<typeof setTimeout> | null = null;
	let ended = false;
	let unread = false;

	new Gauge({
		name: "dzvin_disk_used_ratio",
		help: "Used share of the disk with the data folder",
		registers: [register],
		collect() {
			this.set(disk?.used ?? 0);
		},
	});
	new Gauge({
		name: "dzvin_storage_full",
		help: "1 while a full disk, ours or the database's, keeps something from being stored",
		registers: [register],
		collect() {
			this.set(room.state === "full" ? 1 : 0);
		},
	});
	new Gauge({
		name: "dzvin_events_waiting",
		help: "Events of PBXs that are not in the database yet, by where they wait",
		labelNames: ["where"],
		registers: [register],
		collect() {
			const { memory, spilled } = waiting();
			this.set({ where: "memory" }, memory);
			this.set({ where: "disk" }, spilled);
		},
	});
	new Gauge({
		name: "dzvin_events_given_up",
		help: "Events given up since the start: neither the database nor the disk took them",
		registers: [register],
		collect() {
			this.set(trouble().lost);
		},
	});

	const live = (): StorageLive => ({
		state: room.state,
		where: room.state === "enough" ? "server" : room.where,
		usedPercent: disk === null ? null : Math.floor(disk.used * 100),
		since: new Date(since).toISOString(),
	});

	async function look(): Promise<void> {
		try {
			disk = await useOf(dataDir);
			unread = false;
		} catch (error) {
			if (!unread) log.warn({ err: error }, "How much room the disk has cannot be read.");
			[disk, unread] = [null, true];
		}
		const before = room;
		room = roomOf(disk, trouble());
		if (said(room) === said(before)) return;
		if (room.state !== before.state) since = now();
		tell(room);
		bus.emit("storage.state", live());
	}

	function tell(present: Room): void {
		const details = { ...disk, folder: dataDir };
		if (present.state === "enough") log.warn(details, "There is room on the disk again.");
		else if (present.state === "fills") log.error({ ...details, alarm: present.alarm }, "The disk fills up.");
		else if (present.where === "database") log.error(details, "The disk of the database is full: calls wait.");
		else log.error(details, "The disk is full: calls are shown, but not all that is told can be kept.");
	}

	const next = () => {
		void look().finally(() => {
			if (!ended) timer = setTimeout(next, every).unref();
		});
	};
	return {
		live,
		start: next,
		stop() {
			ended = true;
			if (timer) clearTimeout(timer);
		},
	};
}

/** What is news when it differs. */
const said = (room: Room) =>
	room.state === "enough" ? room.state : `${room.state} ${room.state === "fills" ? room.alarm : room.where}`;

async function useOf(folder: string): Promise<DiskUse> {
	const { bsize, blocks, bfree, bavail } = await statfs(folder);
	const used = blocks - bfree;
	return { free: bavail * bsize, used: used + bavail === 0 ? 0 : used / (used + bavail) };
}

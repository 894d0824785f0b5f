import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { type SmallDisk, smallDisk } from "../../support/small-disk.ts";
import { toldOfBlind } from "./figures.ts";
import { OwnDatabase } from "./own-database.ts";
import { Stage } from "./stage.ts";

let disk: SmallDisk | undefined;
let database: OwnDatabase | undefined;
let stage: Stage | undefined;
afterEach(async () => {
	await stage?.end();
	await database?.end();
	disk?.remove();
	stage = database = disk = undefined;
});

/** The agent's screen, what it says of the disks now, and whether a new call pops up on it. */
async function watched(on: Stage) {
	const screen = await on.screen();
	return {
		close: screen.close,
		storage: () =>
			screen.messages.flatMap((message) =>
				message.type === "storage.state" || (message.type === "snapshot" && message.storage) ? [message.storage] : [],
			),
		becomes: (state: string, where = "server") =>
			until(`the screen says that it is ${state}`, () => {
				const last = screen.messages.findLast(({ type }) => type === "storage.state");
				return last?.type === "storage.state" && last.storage.state === state && last.storage.where === where;
			}),
		async popsUp() {
			const number = on.calls.begin(1);
			await until("a call pops up", () => screen.popped.has(`+38${number}`) || screen.popped.has(number));
		},
	};
}

const opened = async (url: string, dataDir?: string): Promise<Stage> => {
	stage = await Stage.open(url, dataDir === undefined ? {} : { dataDir });
	await stage.becomes("connected");
	return stage;
};

test("database away and our own disk full of its events: said on the screens, phones pop up, no call is lost, over by itself", async () => {
	disk = smallDisk(80_000);
	database = await OwnDatabase.start();
	const db = database;
	const on = await opened(db.url, disk.folder);
	const links = on.gate.passed;
	const screen = await watched(on);
	await on.underLoad(8, 1, async () => {
		await db.stop();
		await screen.becomes("full");
		await screen.popsUp();
		// The disk is as small as before: the database's return is enough.
		await db.startAgain();
		await screen.becomes("enough");
	});
	const { calls } = await on.agree();
	screen.close();
	expect(on.server.child.exitCode).toBeNull();
	expect(on.gate.passed).toBe(links);
	expect(on.server.said()).toContain("The disk of this server does not take events.");
	console.log(`our own disk full: ${calls} calls; ${toldOfBlind(await on.blind())}`);
	expect(await on.blind()).toEqual([]);
}, 180_000);

test("killed with all of it in memory alone: the time is a blind one, and its calls come from the PBX's journal", async () => {
	disk = smallDisk(60_000);
	database = await OwnDatabase.start();
	const db = database;
	const on = await opened(db.url, disk.folder);
	await on.underLoad(8, 1, async () => {
		await db.stop();
		await until("nothing can be kept", () =>
			on.server.said().includes("The disk of this server does not take events."),
		);
		await sleep(500);
		const seesAgain = on.faults.begin("server-stopped");
		await on.server.kill();
		await db.startAgain();
		on.server = await on.servers.start("one", on.road.url);
		await on.becomes("connected");
		seesAgain();
	});
	const { calls, recovered } = await on.agree();
	const blind = await on.blind();
	console.log(`killed with a full disk: ${calls} calls, ${recovered} recovered; ${toldOfBlind(blind)}`);
	expect(recovered).toBeGreaterThan(0);
	expect(blind).toMatchObject([{ cause: "server-stopped", open: false }]);
}, 180_000);

test("the database's own disk full: its server falls or refuses, ours goes on, and with room again all is stored", async () => {
	disk = smallDisk(400_000_000);
	database = await OwnDatabase.start({ dataDir: disk.folder, falls: true });
	const own = disk;
	const on = await opened(database.url);
	const links = on.gate.passed;
	const screen = await watched(on);
	await on.underLoad(8, 1, async () => {
		own.fill();
		await until("the database takes nothing", () => on.server.said().includes("The database does not take events"));
		await screen.becomes("full", "database");
		await screen.popsUp();
		own.free();
		await until("the database takes all", () => on.server.said().includes("The spill file is drained"), 60_000);
	});
	const { calls } = await on.agree();
	screen.close();
	expect(on.server.child.exitCode).toBeNull();
	expect(on.gate.passed).toBe(links);
	console.log(
		`the database's disk full: ${calls} calls; said: ${on.server
			.said()
			.match(/"code":"[0-9A-Z]{5}"/g)
			?.slice(0, 3)}`,
	);
	expect(await on.blind()).toEqual([]);
}, 180_000);

import { expect, onTestFinished, test } from "vitest";
import { incoming, moment } from "./calls.ts";
import { openClient } from "./client.ts";
import { worldServer } from "./world.ts";

const people = 8;
/** Fewer than a person may have, twice: the old ones may not be known to be gone when the new ones come. */
const tabs = 24;

/** The reduced form of test/bench/storm.ts. */
test("hundreds of browsers that lose their way at once are all back with the server's picture; a phone that rings meanwhile pops up", async () => {
	const { world, house } = await worldServer();
	onTestFinished(house.end);
	const hired = [];
	for (let n = 0; n < people; n += 1) hired.push(await house.hire("agent", String(200 + n), `Agent ${n}`));
	const clients = hired.flatMap(({ id, cookie }) =>
		Array.from({ length: tabs }, () => openClient({ base: house.base, cookie, me: id })),
	);
	await Promise.all(clients.map((client) => client.connect()));
	const watcher = await house.hire("agent", "300", "Watcher");
	const other = openClient({ base: house.base, cookie: watcher.cookie, me: watcher.id });
	await other.connect();
	onTestFinished(() => {
		for (const client of [...clients, other]) client.cut();
	});

	for (const client of clients) client.cut();
	const began = Date.now();
	const back = Promise.all(clients.map((client) => client.connect()));
	const call = incoming();
	world.saved(moment(call, { ringing: [{ ...watcher, name: "Watcher", extension: "300" }] }));
	await other.until(() => other.live.ringing.value.some(({ pop }) => pop.call.id === call.id));
	const popped = Date.now() - began;
	await back;
	await Promise.all(
		clients.map((client) =>
			client.until(() => client.heartbeats.some(({ at, hash, own }) => at >= began && hash === own)),
		),
	);
	expect(Date.now() - began).toBeLessThan(15_000);
	expect(popped).toBeLessThan(1_000);
	expect(clients.flatMap(({ asked }) => asked)).not.toContain("picture");
});

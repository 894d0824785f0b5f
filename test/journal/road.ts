import { connectDatabase, type Database } from "../../db/connect.ts";
import { type RoadToDatabase, roadToDatabase } from "../faults/road-to-database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** A database of the test's own, and a way to it that can be cut. */
export interface JournalRoad {
	readonly way: RoadToDatabase;
	/** Connected by that way. */
	readonly road: Database;
	/** The tests' own, straight hand in the database. */
	readonly own: TestDatabase;
	close(): Promise<void>;
}

export async function openRoad(): Promise<JournalRoad> {
	const own = await testDatabase();
	const way = await roadToDatabase(own.url);
	const road = connectDatabase(way.url, () => {});
	const close = async () => {
		await road.close();
		await own.drop();
		await way.proxy.close();
	};
	return { way, road, own, close };
}

/** A log that remembers what was said, in `said`. */
export function rememberingLog() {
	const said: string[] = [];
	const say = (_: object, text: string) => void said.push(text);
	return { said, log: { warn: say, error: say } };
}

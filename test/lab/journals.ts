import { Network } from "testcontainers";
import { type StartedLab, startLab } from "./lab.ts";
import { type LabMariaDb, startMariaDb } from "./mariadb.ts";
import { type LabPostgres, startPostgres } from "./postgres.ts";

/** A lab whose PBX writes its journal into files and into two database servers at once. */
export interface LabWithDatabases extends StartedLab {
	readonly mariaDb: LabMariaDb;
	readonly postgres: LabPostgres;
}

/** Starts MariaDB and PostgreSQL, then a PBX that writes into them: cel_odbc as FreePBX does it, and cel_pgsql. */
export async function startLabWithDatabases(): Promise<LabWithDatabases> {
	process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
	const network = await new Network().start();
	const ends: (() => Promise<unknown>)[] = [() => network.stop()];
	const stop = async () => {
		for (const end of ends.splice(0).reverse()) await end();
	};
	try {
		const [mariaDb, postgres] = await Promise.allSettled([startMariaDb(network), startPostgres(network)]);
		for (const one of [mariaDb, postgres]) if (one.status === "fulfilled") ends.push(() => one.value.stop());
		if (mariaDb.status === "rejected") throw mariaDb.reason;
		if (postgres.status === "rejected") throw postgres.reason;
		const started = await startLab(network);
		ends.push(() => started.stop());
		return { ...started, mariaDb: mariaDb.value, postgres: postgres.value, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

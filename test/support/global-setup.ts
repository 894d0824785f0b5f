import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../db/embedded.ts";
import { migrate } from "../../db/migrate.ts";
import { administer, withDatabase } from "./administer.ts";

/** One PostgreSQL for the whole run: that of DATABASE_URL, else an embedded one that is thrown away afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const given = process.env.DATABASE_URL;
	const own = given ? null : await startThrowaway();
	const server = withDatabase(given ?? own?.url ?? "", "postgres");
	const template = `dzvin_template_${process.pid}`;
	await administer(server, `create database ${template} template template0`);
	await migrate(withDatabase(server, template));
	project.provide("databaseServer", server);
	project.provide("templateDatabase", template);
	return async () => {
		if (own) await own.stop();
		else await administer(server, `drop database if exists ${template} with (force)`);
	};
}

async function startThrowaway(): Promise<{ url: string; stop(): Promise<void> }> {
	const dataDir = await mkdtemp(join(tmpdir(), "dzvin-test-"));
	await chmod(dataDir, 0o711);
	const server = await startEmbedded({
		dataDir,
		log: (message) => console.error(message),
		// Nothing here has to survive a power cut.
		settings: ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"],
		restartDelay: () => null,
	});
	return {
		url: server.url,
		async stop() {
			await server.stop();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}

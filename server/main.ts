import { type EmbeddedServer, startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { createApp, type Dzvin } from "./app.ts";
import { loadConfig } from "./config.ts";
import { startProblem } from "./start-problem.ts";
import { createLog } from "./web/log.ts";

/** The process: configuration, database, schema, server; and the way back when a signal comes. */
async function main(): Promise<void> {
	const config = loadConfig(process.env);
	const log = createLog(config.logLevel);
	let embedded: EmbeddedServer | null = null;
	let dzvin: Dzvin | null = null;
	let ending: Promise<void> | null = null;

	const end = (code: number): Promise<void> => {
		// Whatever hangs, the process ends: what it was told is in the database or comes again from the PBX.
		setTimeout(() => process.exit(code || 1), 15_000).unref();
		ending ??= (async () => {
			await dzvin?.stop();
			await embedded?.stop();
			process.exit(code);
		})().catch((error: unknown) => {
			log.fatal({ err: error }, "the end was not orderly");
			process.exit(1);
		});
		return ending;
	};
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end(0));
	// After an error that nobody caught the state of the process is unknown: leave, and let the supervisor start anew.
	process.on("uncaughtException", (error) => {
		log.fatal({ err: error }, "an error that nobody caught");
		void end(1);
	});

	try {
		embedded =
			config.databaseUrl === null
				? await startEmbedded({ dataDir: config.dataDir, log: (message) => log.info(message) })
				: null;
		const databaseUrl = config.databaseUrl ?? embedded?.url ?? "";
		await migrate(databaseUrl);
		dzvin = await createApp({ ...config, databaseUrl }, { log });
		const admin = await dzvin.ensureFirstAdmin();
		// At once: were the rest of the start to fail, nobody could ever know it.
		if (admin !== null) say(`Sign in as ${admin.email} with the password ${admin.password} (shown only this once).\n`);
		await dzvin.start();
	} catch (error) {
		complain(startProblem(error, config), error);
		return await end(1);
	}
	log.info({ address: dzvin.address(), seconds: process.uptime() }, "ready");
	say(`Dzvin is ready: ${config.publicUrl ?? dzvin.address().replace("0.0.0.0", "localhost")}`);
	for (const { name, role, extension, email, password } of dzvin.demoLogins())
		say(`Demo: ${email} / ${password} (${name}, ${role}, extension ${extension})`);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function complain(problem: string | null, error: unknown): void {
	process.stderr.write(`${problem ?? String(error instanceof Error ? error.stack : error)}\n`);
}

main().catch((error: unknown) => {
	complain(startProblem(error, null), error);
	process.exit(1);
});

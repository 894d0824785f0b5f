import { type EmbeddedServer, startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { createApp, type Dzvin } from "./app.ts";
import { ConfigError, loadConfig } from "./config.ts";
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

	embedded =
		config.databaseUrl === null
			? await startEmbedded({ dataDir: config.dataDir, log: (message) => log.info(message) })
			: null;
	const databaseUrl = config.databaseUrl ?? embedded?.url ?? "";
	await migrate(databaseUrl);
	dzvin = await createApp({ ...config, databaseUrl }, { log });
	const admin = await dzvin.ensureFirstAdmin();
	await dzvin.start();
	log.info({ address: dzvin.address(), seconds: process.uptime() }, "ready");
	process.stdout.write(`\nDzvin is ready: ${config.publicUrl ?? dzvin.address().replace("0.0.0.0", "localhost")}\n`);
	for (const { name, role, extension, email, password } of dzvin.demoLogins())
		process.stdout.write(`Demo: ${email} / ${password} (${name}, ${role}, extension ${extension})\n`);
	if (admin !== null)
		process.stdout.write(`Sign in as ${admin.email} with the password ${admin.password} (shown only this once).\n\n`);
}

main().catch((error: unknown) => {
	process.stderr.write(
		error instanceof ConfigError ? `${error.message}\n` : `${String(error instanceof Error ? error.stack : error)}\n`,
	);
	process.exit(1);
});

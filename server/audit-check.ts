import { connectDatabase } from "../db/connect.ts";
import { runningEmbedded } from "../db/embedded-running.ts";
import { checkAudit } from "./access/audit-chain.ts";
import { loadConfig } from "./config.ts";

const usage = `npm run audit-check -- [<position>:<hash>]

Works the chain of the audit out again and says whether every row is as it was written; 0 when it is. The last line is
the head: keep it outside the database and give it to a later check, which then also finds an audit that was written
anew or cut off. Reads the same environment as the server, which may go on running.
`;

async function main(): Promise<number> {
	const [word, more] = process.argv.slice(2);
	const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(word ?? "") ?? [];
	if (more !== undefined || (word !== undefined && hash === undefined)) {
		process.stderr.write(usage);
		return 2;
	}
	const config = loadConfig(process.env);
	const url = config.databaseUrl ?? (await runningEmbedded(config.dataDir));
	if (url === null) throw new Error("The embedded database does not run: start the server first.");
	const database = connectDatabase(url, (_pool, error) => process.stderr.write(`${error.message}\n`));
	try {
		const kept = hash === undefined ? null : { position: Number(position), hash };
		const { head, problem } = await checkAudit(database.pools.ui, kept);
		process.stdout.write(`${problem ?? `Every row is as it was written (${head.position}).`}\n`);
		process.stdout.write(`${head.position}:${head.hash}\n`);
		return problem === null ? 0 : 1;
	} finally {
		await database.close();
	}
}

main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	},
);

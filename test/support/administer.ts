import pg from "pg";

/** Runs one statement on the server's maintenance database. */
export async function administer(server: string, statement: string): Promise<void> {
	const client = new pg.Client({ connectionString: server });
	client.on("error", () => {});
	await client.connect();
	try {
		await client.query(statement);
	} finally {
		await client.end();
	}
}

/** The same connection string with another database's name. */
export function withDatabase(url: string, name: string): string {
	return url.replace(/^(\w+:\/\/[^/]*\/)[^?]*/, `$1${name}`);
}

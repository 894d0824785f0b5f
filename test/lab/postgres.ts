import pg from "pg";
import type { StartedNetwork, StartedTestContainer } from "testcontainers";
import { Wait } from "testcontainers";
import { imageOf, LoopbackContainer } from "./image.ts";

/** A PostgreSQL with the table of cel_pgsql. */
export interface LabPostgres {
	readonly container: StartedTestContainer;
	/** Reads only, as a company would let Dzvin in. */
	readonly history: {
		readonly kind: "postgres";
		readonly host: string;
		readonly port: number;
		readonly username: string;
		readonly secret: string;
	};
	/** PEM of the authority that signed its certificate, which is made for 127.0.0.1. */
	readonly ca: string;
	/** May do everything. */
	readonly admin: pg.Client;
	stop(): Promise<void>;
}

/** Starts it; in `network` it is called `postgres`, where the PBX writes as `asterisk`, `lab-asterisk`. */
export async function startPostgres(network?: StartedNetwork): Promise<LabPostgres> {
	process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
	const image = await imageOf("postgres", "postgres/Dockerfile", ["postgres", "tls"]);
	let made = new LoopbackContainer(image)
		.withExposedPorts(5432)
		.withWaitStrategy(Wait.forLogMessage(/ready to accept connections/))
		.withStartupTimeout(60_000);
	if (network) made = made.withNetwork(network).withNetworkAliases("postgres");
	const container = await made.start();
	const [host, port] = ["127.0.0.1", container.getMappedPort(5432)];
	const admin = new pg.Client({ host, port, user: "lab", password: "lab-admin", database: "asteriskcdrdb" });
	admin.on("error", () => {});
	await admin.connect();
	return {
		container,
		history: { kind: "postgres", host, port, username: "dzvin", secret: "lab-dzvin" },
		ca: (await container.exec(["cat", "/tmp/tls/ca.pem"])).output,
		admin,
		async stop() {
			await admin.end().catch(() => {});
			await container.stop({ timeout: 0 });
		},
	};
}

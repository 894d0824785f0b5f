import mysql, { type Connection } from "mysql2/promise";
import type { StartedNetwork, StartedTestContainer } from "testcontainers";
import { Wait } from "testcontainers";
import { imageOf, LoopbackContainer } from "./image.ts";

/** A MariaDB with FreePBX's CEL table. */
export interface LabMariaDb {
	readonly container: StartedTestContainer;
	/** Reads only, as a company would let Dzvin in. */
	readonly history: {
		readonly kind: "mysql";
		readonly host: string;
		readonly port: number;
		readonly username: string;
		readonly secret: string;
	};
	/** PEM of the authority that signed its certificate, which is made for 127.0.0.1. */
	readonly ca: string;
	/** May do everything. */
	readonly admin: Connection;
	stop(): Promise<void>;
}

/** Starts it; in `network` it is called `mariadb`, where the PBX writes as `asterisk`, `lab-asterisk`. */
export async function startMariaDb(network?: StartedNetwork): Promise<LabMariaDb> {
	process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
	const image = await imageOf("mariadb", "mariadb/Dockerfile", ["mariadb", "tls"]);
	let made = new LoopbackContainer(image)
		.withExposedPorts(3306)
		.withWaitStrategy(Wait.forLogMessage(/ready for connections/))
		.withStartupTimeout(90_000);
	if (network) made = made.withNetwork(network).withNetworkAliases("mariadb");
	const container = await made.start();
	const [host, port] = ["127.0.0.1", container.getMappedPort(3306)];
	const admin = await mysql.createConnection({
		...{ host, port, user: "lab", password: "lab-admin", database: "asteriskcdrdb", multipleStatements: true },
	});
	admin.on("error", () => {});
	return {
		container,
		history: { kind: "mysql", host, port, username: "dzvin", secret: "lab-dzvin" },
		ca: (await container.exec(["cat", "/tmp/tls/ca.pem"])).output,
		admin,
		async stop() {
			admin.destroy();
			await container.stop({ timeout: 0 });
		},
	};
}

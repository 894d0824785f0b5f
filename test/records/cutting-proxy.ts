import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a server and its database, and can lose the answer to what the database has already done. */
export interface CuttingProxy {
	/** Connection string through the proxy. */
	readonly url: string;
	/** The next answer that ends with "transaction is over" reaches nobody: the connection is cut instead. */
	loseNextCommit(): void;
	/** How many answers were lost. */
	readonly lost: number;
	/** Cuts every connection and refuses new ones until `restore`. */
	away(): void;
	restore(): void;
	close(): Promise<void>;
}

/** `Z` (ready for query), 5 bytes long, `I` = idle, not in a transaction. Protocol 3.0, message formats. */
const readyIdle = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function cuttingProxy(url: string, isCommit: (sent: Buffer) => boolean): Promise<CuttingProxy> {
	const [, account = "", host = "", name = "", options = ""] =
		/^(\w+:\/\/[^@]*@)([^/?]*)\/([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
	const socketFolder = new URLSearchParams(options).get("host");
	const [hostname = "localhost", port = "5432"] = host.split(":");
	let armed = false;
	let refusing = false;
	let lost = 0;
	const sockets = new Set<Socket>();
	const server: Server = createServer((client) => {
		if (refusing) return void client.destroy();
		const upstream = socketFolder
			? connect(`${socketFolder}/.s.PGSQL.${port}`)
			: connect({ port: Number(port), host: hostname });
		let commits = false;
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				client.destroy();
				upstream.destroy();
			});
		}
		client.on("data", (data) => {
			if (armed && isCommit(data)) {
				armed = false;
				commits = true;
			}
			upstream.write(data);
		});
		upstream.on("data", (data) => {
			if (!commits || !data.subarray(-6).equals(readyIdle)) return void client.write(data);
			lost++;
			client.destroy();
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The proxy does not listen");
	return {
		url: `${account}127.0.0.1:${address.port}/${name}`,
		loseNextCommit() {
			armed = true;
		},
		get lost() {
			return lost;
		},
		away() {
			refusing = true;
			for (const socket of sockets) socket.destroy();
		},
		restore() {
			refusing = false;
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

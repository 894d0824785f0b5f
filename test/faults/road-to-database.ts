import type { NetConnectOpts } from "node:net";
import { type FaultProxy, faultProxy } from "./proxy.ts";

/** The way from a server to its PostgreSQL, with the fault proxy on it. */
export interface RoadToDatabase {
	/** Connection string through the proxy. */
	readonly url: string;
	readonly proxy: FaultProxy;
	/** The next answer that ends with "transaction is over" reaches nobody: the connection is cut instead. */
	loseNextCommit(isCommit: (sent: Buffer) => boolean): void;
}

/** `Z` (ready for query), 5 bytes long, `I` = idle, not in a transaction. Protocol 3.0, message formats. */
const readyIdle = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function roadToDatabase(url: string): Promise<RoadToDatabase> {
	const [, account = "", host = "", name = "", options = ""] =
		/^(\w+:\/\/[^@]*@)([^/?]*)\/([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
	const socketFolder = new URLSearchParams(options).get("host");
	const [hostname = "", port = "5432"] = host.split(":");
	const to: NetConnectOpts = socketFolder
		? { path: `${socketFolder}/.s.PGSQL.${port}` }
		: { port: Number(port), host: hostname || "localhost" };
	const proxy = await faultProxy(to);
	return {
		url: `${account}127.0.0.1:${proxy.port}/${name}`,
		proxy,
		loseNextCommit(isCommit) {
			proxy.loseAnswer({ asked: isCommit, answered: (said) => said.subarray(-6).equals(readyIdle) });
		},
	};
}

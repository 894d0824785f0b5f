import { isIP, Socket, type TcpNetConnectOpts } from "node:net";
import { hostProblem } from "../../pbx-host.ts";
import { RefusedAddress, vettedLookup } from "../vetted-lookup.ts";

/** A database server's table, open for one reading. */
export interface TableReader {
	/** Rows of the PBX's CEL table with a smaller number than `before` (null: the newest), newest first; `row` is the number. */
	rows(before: number | null): Promise<readonly unknown[]>;
	/** Columns with which an index of the table begins. */
	indexed(): Promise<ReadonlySet<string>>;
	close(): Promise<void>;
}

/** Rows in one read: over in some milliseconds, and never much memory. */
export const rowsAtOnce = 1000;
/** How long (ms) the connection may take to be made, the server may work on one read, and we wait for its answer. */
export const patience = { connect: 5_000, statement: 5_000, answer: 8_000, farewell: 500 } as const;

const lookup = vettedLookup();

/** A socket that connects, as client libraries do it, but to no address at which a PBX's database cannot be. */
export class VettedSocket extends Socket {
	override connect(...to: unknown[]): this {
		const [port, host] = to as [number, string];
		if (isIP(host) !== 0 && hostProblem(host) !== null) {
			// As a look-up that fails does it: later, and as an error of the socket.
			process.nextTick(() => this.destroy(new RefusedAddress(host)));
			return this;
		}
		// What a certificate is compared with: Node notes the host only where it had to look its address up.
		Object.assign(this, { _host: host });
		const options: TcpNetConnectOpts = { host, port, lookup, noDelay: true };
		return super.connect(options);
	}
}

/** Lets a connection say good-bye, but does not wait for one that is dead. */
export async function farewell(end: Promise<unknown>, cut: () => void): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, patience.farewell);
	});
	try {
		await Promise.race([end, late]);
	} catch {
		// It is gone already.
	} finally {
		clearTimeout(timer);
		cut();
	}
}

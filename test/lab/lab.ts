import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Network, type StartedNetwork, type StartedTestContainer, Wait } from "testcontainers";
import { AmiSession, type Answer } from "./ami.ts";
import { Floor, type FloorNumber } from "./floor.ts";
import { imageOf, LoopbackContainer } from "./image.ts";
import { PhoneBank } from "./phone-bank.ts";

/** The AMI accounts of the lab's PBX (pbx/etc/manager.conf says what each may do). */
export const accounts = {
	events: { username: "events", secret: "lab-events" },
	eventsBare: { username: "events-bare", secret: "lab-events" },
	control: { username: "control", secret: "lab-control" },
	lab: { username: "lab", secret: "lab-admin" },
} as const;

/** Where a running lab is: plain data, to be handed from a vitest globalSetup to the test files. */
export interface LabAddress {
	readonly pbx: { readonly host: string; readonly ami: number; readonly amiTls: number; readonly container: string };
	readonly phoneBank: { readonly host: string; readonly ami: number; readonly container: string };
	/** The docker network in which the PBX is called `pbx`, with AMI on 5038 and AMI over TLS on 5039. */
	readonly network: string;
	/** The PBX's /srv/asterisk on this machine: recordings, journal, TLS certificate. */
	readonly folder: string;
}

/** A lab in use: two real Asterisks, the PBX and everybody who has a phone. */
export class Lab {
	readonly address: LabAddress;
	readonly phoneBank: PhoneBank;
	/** The tests' own AMI session on the PBX; it hears calls and queues. */
	readonly pbx: AmiSession;
	/** A session of the account that the server orders with. */
	readonly control: AmiSession;
	readonly #phones: AmiSession;

	private constructor(address: LabAddress, pbx: AmiSession, control: AmiSession, phones: AmiSession) {
		this.address = address;
		this.pbx = pbx;
		this.control = control;
		this.#phones = phones;
		this.phoneBank = new PhoneBank(phones);
	}

	/** Uses a lab that was started elsewhere (by another process, too). Close it afterwards; the lab goes on. */
	static async attach(address: LabAddress): Promise<Lab> {
		const { pbx, phoneBank } = address;
		const [admin, control, phones] = await Promise.all([
			AmiSession.open({ host: pbx.host, port: pbx.ami, ...accounts.lab, events: "call,agent" }),
			AmiSession.open({ host: pbx.host, port: pbx.ami, ...accounts.control, events: "off" }),
			AmiSession.open({ host: phoneBank.host, port: phoneBank.ami, ...accounts.lab, events: "call" }),
		]);
		return new Lab(address, admin, control, phones);
	}

	floor(number: FloorNumber): Floor {
		return new Floor(this, number);
	}

	/** MixMonitor's files, by year, month and day. */
	get recordingsFolder(): string {
		return join(this.address.folder, "spool/monitor");
	}

	/** The PBX's own journal: master.db (CEL, SQLite), cel-custom/Master.csv, cdr-csv/Master.csv. */
	get journalFolder(): string {
		return join(this.address.folder, "log");
	}

	/** The certificate of AMI over TLS, PEM. */
	get tlsCertificateFile(): string {
		return join(this.address.folder, "keys/manager.crt");
	}

	/** A low-level AMI action on the PBX, with every right. */
	pbxAmi(fields: Readonly<Record<string, string | readonly string[]>>): Promise<Answer> {
		return this.pbx.action(fields);
	}

	/** A command of the Asterisk CLI on the PBX; answers what it printed. */
	async cliOnPbx(command: string): Promise<string> {
		const { response } = await this.pbx.action({ Action: "Command", Command: command });
		return response.Output ?? "";
	}

	close(): void {
		for (const session of [this.pbx, this.control, this.#phones]) session.close();
	}
}

/** A lab that was started here, and is ended here. */
export interface StartedLab {
	readonly lab: Lab;
	readonly containers: { readonly pbx: StartedTestContainer; readonly phoneBank: StartedTestContainer };
	stop(): Promise<void>;
}

/**
 * Starts both Asterisks; builds their image first where this version of it is missing. In a network that is handed over
 * `mariadb` and `postgres` run already, and the PBX writes its journal there too.
 */
export async function startLab(withDatabases?: StartedNetwork): Promise<StartedLab> {
	process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
	const image = await imageOf("asterisk", "asterisk/Dockerfile", ["asterisk", "pbx", "phonebank"]);
	const folder = await mkdtemp(join(tmpdir(), "dzvin-lab-"));
	await chmod(folder, 0o777);
	const network = withDatabases ?? (await new Network().start());
	const begun = await Promise.allSettled([
		asterisk(image, network, "pbx", "phonebank", [5038, 5039])
			.withBindMounts([{ source: folder, target: "/srv/asterisk" }])
			.withEnvironment(withDatabases ? { DATABASES: "yes" } : {})
			.start(),
		asterisk(image, network, "phonebank", "pbx", [5038]).start(),
	]);
	const running = begun.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
	const end = async () => {
		await Promise.all(running.map((container) => container.stop({ timeout: 0 })));
		if (!withDatabases) await network.stop();
		await rm(folder, { recursive: true, force: true });
	};
	const [pbx, phoneBank] = running;
	if (!pbx || !phoneBank) {
		await end();
		throw new AggregateError(
			begun.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])),
			"the lab did not start",
		);
	}
	const lab = await Lab.attach({
		pbx: {
			host: "127.0.0.1",
			ami: pbx.getMappedPort(5038),
			amiTls: pbx.getMappedPort(5039),
			container: pbx.getId(),
		},
		phoneBank: { host: "127.0.0.1", ami: phoneBank.getMappedPort(5038), container: phoneBank.getId() },
		network: network.getName(),
		folder,
	});
	return {
		lab,
		containers: { pbx, phoneBank },
		async stop() {
			lab.close();
			await end();
		},
	};
}

function asterisk(image: string, network: StartedNetwork, role: string, peer: string, ports: number[]) {
	return new LoopbackContainer(image)
		.withNetwork(network)
		.withNetworkAliases(role)
		.withEnvironment({ ROLE: role, PEER: peer })
		.withExposedPorts(...ports)
		.withWaitStrategy(Wait.forLogMessage(/Asterisk Ready/))
		.withStartupTimeout(90_000);
}

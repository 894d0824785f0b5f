import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accounts, type Lab, startLab } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/**
 * `node test/lab/record.ts [scenario…]`: plays scenarios (all, if none is named) on a real Asterisk and writes
 * test/traces/<scenario>.ami, what the `events` account received, and <scenario>.expected.json beside it.
 * `--without-numbers` records as `<scenario>.unnumbered.ami` with `debug=off`, without SequenceNumber.
 * `--journal` writes what the PBX wrote into its own journal instead: `<scenario>.cel.csv` and `<scenario>.cdr.csv`.
 */
async function main(words: readonly string[]): Promise<void> {
	const unnumbered = words.includes("--without-numbers");
	const journal = words.includes("--journal");
	const names = words.filter((word) => !word.startsWith("--"));
	const chosen = names.length ? names.map(named) : scenarios;
	const traces = fileURLToPath(new URL("../traces/", import.meta.url));
	await mkdir(traces, { recursive: true });
	const started = await startLab();
	try {
		if (unnumbered) await started.lab.cliOnPbx("manager set debug off");
		let failed = 0;
		for (const scenario of chosen) {
			const begun = Date.now();
			try {
				if (journal) {
					for (const [kind, text] of Object.entries(await recordJournal(started.lab, scenario))) {
						await writeFile(`${traces}${scenario.name}.${kind}.csv`, text);
					}
					console.log(`${scenario.name}: journal, ${Date.now() - begun} ms`);
					continue;
				}
				const bytes = await record(started.lab, scenario);
				await writeFile(`${traces}${scenario.name}${unnumbered ? ".unnumbered" : ""}.ami`, bytes);
				const expected = { scenario: scenario.name, title: scenario.title, calls: scenario.expected };
				await writeFile(`${traces}${scenario.name}.expected.json`, `${JSON.stringify(expected, null, 2)}\n`);
				console.log(`${scenario.name}: ${bytes.length} bytes, ${Date.now() - begun} ms`);
			} catch (error) {
				failed++;
				console.error(`${scenario.name}: ${error}`);
				await started.lab.cliOnPbx("channel request hangup all");
				await started.lab.floor(1).idle();
			}
		}
		if (failed) process.exitCode = 1;
	} finally {
		await started.stop();
	}
}

function named(name: string): Scenario {
	const scenario = scenarios.find((one) => one.name === name);
	if (!scenario)
		throw new Error(`no scenario is called ${name}; there are: ${scenarios.map((one) => one.name).join(" ")}`);
	return scenario;
}

/** What the PBX adds to its own journal while a scenario is played. */
async function recordJournal(lab: Lab, scenario: Scenario): Promise<{ cel: string; cdr: string }> {
	const floor = lab.floor(1);
	await floor.reset();
	const now = async () => {
		const [cel = "", cdr = ""] = await Promise.all(
			["cel-custom/Master.csv", "cdr-csv/Master.csv"].map((file) =>
				readFile(join(lab.journalFolder, file), "utf8").catch(() => ""),
			),
		);
		return { cel, cdr };
	};
	const before = await now();
	await scenario.before?.(floor);
	await scenario.play(floor);
	// LINKEDID_END and the CDR are written when the last channel is gone for good.
	await new Promise((resolve) => setTimeout(resolve, 1500));
	const after = await now();
	return { cel: after.cel.slice(before.cel.length), cdr: after.cdr.slice(before.cdr.length) };
}

async function record(lab: Lab, scenario: Scenario): Promise<Buffer> {
	const floor = lab.floor(1);
	await floor.reset();
	await scenario.before?.(floor);
	const listener = await listen(lab);
	try {
		await scenario.play(floor);
		await new Promise((resolve) => setTimeout(resolve, 400));
	} finally {
		listener.close();
	}
	return listener.bytes();
}

/** Connects as the server does: log in, ask for the present state, then only listen. */
async function listen(lab: Lab): Promise<{ bytes(): Buffer; close(): void }> {
	const { host, ami } = lab.address.pbx;
	const socket = connect({ host, port: ami, noDelay: true });
	const chunks: Buffer[] = [];
	let waiting: (() => void) | undefined;
	socket.on("data", (chunk) => {
		chunks.push(chunk);
		waiting?.();
	});
	const received = async (text: string) => {
		while (!Buffer.concat(chunks).includes(text)) {
			await new Promise<void>((resolve) => {
				waiting = resolve;
			});
		}
	};
	const send = (action: string, rest: readonly string[] = []) =>
		socket.write([`Action: ${action}`, `ActionID: ${action}`, ...rest, "", ""].join("\r\n"));
	await received("Asterisk Call Manager");
	const banner = Buffer.concat(chunks).indexOf("\r\n") + 2;
	send("Login", [`Username: ${accounts.events.username}`, `Secret: ${accounts.events.secret}`]);
	await received("ActionID: Login\r\n");
	send("CoreStatus");
	await received("ActionID: CoreStatus\r\n");
	for (const [action, end] of [
		["CoreShowChannels", "CoreShowChannelsComplete"],
		["QueueStatus", "QueueStatusComplete"],
		["DeviceStateList", "DeviceStateListComplete"],
	] as const) {
		send(action);
		await received(`Event: ${end}`);
	}
	return { bytes: () => Buffer.concat(chunks).subarray(banner), close: () => socket.destroy() };
}

await main(process.argv.slice(2));

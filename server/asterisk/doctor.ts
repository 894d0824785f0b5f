import { constants, access as mayReach, readdir } from "node:fs/promises";
import type { PbxAccess } from "../pbx-access.ts";
import { say } from "../protocol/sentences.ts";
import type { Clock } from "./clock.ts";
import { dial, LinkProblem } from "./dial.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { examineJournal } from "./history/doctor.ts";
import { isSheltered } from "./login.ts";
import { openProbe, type Probe, proofFor } from "./probe.ts";

export interface DoctorDeps {
	readonly clock: Clock;
	/** What the running connection knows about numbers on events. */
	readonly numbering: () => "none" | "exact" | "sparse";
}

const command = 'asterisk -rx "manager reload"';
/** A line for one stanza of `manager.conf`. */
const inStanza = (name: string, line: string) => say("mend.manager", { place: `[${name}]`, line, command });

/** Looks at everything between this server and a PBX, in the order in which it must work. Never rejects. */
export async function check(access: PbxAccess, deps: DoctorDeps): Promise<Finding[]> {
	const events = await examine(access, access.events, deps, eventsAccount);
	if (events.some((finding) => finding.level === "error" && stops.has(finding.code))) {
		return [...events, ...(await recordings(access)), ...(await examineJournal(access, deps.clock.now()))];
	}
	const control = access.control
		? await examine(access, access.control, deps, controlAccount)
		: [warning("no-control-account", say("doctor.no-control"), say("mend.control"))];
	return [
		...events,
		...control.filter((finding) => !common.has(finding.code)),
		...(await recordings(access)),
		...(await examineJournal(access, deps.clock.now())),
	];
}

/** Behind these nothing else can be asked. */
const stops: ReadonlySet<string> = new Set(["port", "tls", "greeting"]);
/** Said once, for the events account. */
const common: ReadonlySet<string> = new Set(["port", "tls", "greeting", "version"]);

async function examine(
	access: PbxAccess,
	account: { readonly username: string; readonly secret: string },
	deps: DoctorDeps,
	rights: (probe: Probe, username: string, deps: DoctorDeps) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
	const where = `${access.host}:${access.port}`;
	const findings: Finding[] = [];
	let probe: Probe;
	try {
		probe = await openProbe(await dial(access), deps.clock);
	} catch (problem) {
		const code =
			problem instanceof LinkProblem && (problem.cause === "tls" || problem.cause === "pin") ? "tls" : "port";
		const mend =
			problem instanceof LinkProblem ? problem.sentence : say("link.failed", { where, reason: String(problem) });
		return [error(code, say("doctor.no-link", { where }), mend)];
	}
	try {
		findings.push(ok("port", say("doctor.port", { where })));
		findings.push(tlsFinding(access));
		if (probe.greeting === null) {
			findings.push(
				error("greeting", say("doctor.no-greeting", { where }), say("mend.ami-port", { line: "port = 5038" })),
			);
			return findings;
		}
		findings.push(ok("greeting", say("doctor.greeting", { greeting: probe.greeting })));
		const proof = await proofFor(probe, account, isSheltered(access));
		if (proof === null) {
			findings.push(error("login-open", say("doctor.login-open", { where, user: account.username }), switchTlsOn));
			return findings;
		}
		const login = await probe.ask("Login", proof);
		if (login?.name !== "Success") {
			const told = { user: account.username, reason: login?.get("Message") ?? "no answer" };
			const line = "permit = <address>/255.255.255.255";
			const mend = say("mend.login", { place: `[${account.username}]`, line, command });
			findings.push(error("login-refused", say("doctor.login-refused", told), mend));
			return findings;
		}
		findings.push(ok("login", say("doctor.login", { user: account.username })));
		findings.push(...(await rights(probe, account.username, deps)));
		return findings;
	} finally {
		probe.close();
	}
}

const switchTlsOn = say("mend.tls", {
	place: "[general]",
	line: "tlsenable = yes, tlsbindaddr = 0.0.0.0:5039, tlscertfile = <pem>",
});

function tlsFinding(access: PbxAccess): Finding {
	if (access.tls.enabled) return ok("tls", say("doctor.tls"));
	if (isSheltered(access)) return ok("tls", say("doctor.tls-here"));
	return warning("tls", say("doctor.tls-open"), switchTlsOn);
}

/** Actions that this account may use, as the PBX tells: `Originate` → `originate,all`. */
async function commandsOf(probe: Probe): Promise<ReadonlySet<string>> {
	const answer = await probe.ask("ListCommands");
	return new Set(answer?.entries().map(([name]) => name) ?? []);
}

/** One action each that only its write class allows. */
const tellTale: Readonly<Record<string, string>> = {
	Originate: "originate",
	Hangup: "call",
	QueuePause: "agent",
	ModuleLoad: "system",
	Command: "command",
	GetConfig: "config",
	UserEvent: "user",
};

async function eventsAccount(probe: Probe, username: string, deps: DoctorDeps): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const settings = await probe.ask("CoreSettings");
	const version = settings?.get("AsteriskVersion");
	if (version) findings.push(ok("version", say("doctor.version", { version })));
	const commands = await commandsOf(probe);
	if (commands.has("CoreShowChannels")) findings.push(ok("picture", say("doctor.picture")));
	else findings.push(warning("picture", say("doctor.no-picture"), inStanza(username, "write = reporting")));
	const dangerous = Object.keys(tellTale).filter((action) => commands.has(action));
	if (dangerous.length === 0) findings.push(ok("write", say("doctor.write")));
	else {
		const classes = dangerous.map((action) => tellTale[action]).join(", ");
		findings.push(warning("write", say("doctor.write-more", { classes }), inStanza(username, "write = reporting")));
	}
	if (probe.heard.has("FullyBooted")) findings.push(ok("read", say("doctor.read")));
	else findings.push(error("read", say("doctor.no-read"), inStanza(username, "read = all")));
	findings.push(numbers(probe, username, deps));
	return findings;
}

function numbers(probe: Probe, username: string, deps: DoctorDeps): Finding {
	const known = deps.numbering();
	if (known === "sparse") {
		const mend = inStanza(username, "read = all");
		return warning("numbering", say("doctor.numbering-holes"), mend);
	}
	if (known === "exact" || probe.numbered) return ok("numbering", say("doctor.numbering"));
	return warning("numbering", say("doctor.no-numbering"), inStanza("general", "debug = on"));
}

async function controlAccount(probe: Probe, username: string): Promise<readonly Finding[]> {
	const commands = await commandsOf(probe);
	const mend = inStanza(username, "write = originate,call,agent");
	return [
		commands.has("Originate")
			? ok("originate", say("doctor.originate"))
			: error("originate", say("doctor.no-originate"), mend),
		commands.has("QueuePause") ? ok("pause", say("doctor.pause")) : warning("pause", say("doctor.no-pause"), mend),
	];
}

async function recordings({ recordingsRoot: root }: PbxAccess): Promise<readonly Finding[]> {
	if (root === null) {
		const mend = say("mend.recordings", { line: "/var/spool/asterisk/monitor" });
		return [warning("recordings", say("doctor.no-recordings"), mend)];
	}
	try {
		await mayReach(root, constants.R_OK | constants.X_OK);
		await readdir(root);
		return [ok("recordings", say("doctor.recordings", { folder: root }))];
	} catch (problem) {
		const reason = problem instanceof Error && "code" in problem ? String(problem.code) : "unknown";
		const mend =
			reason === "ENOENT" ? say("mend.mount") : say("mend.paste", { line: `setfacl -R -m u:$(id -un):rX ${root}` });
		return [error("recordings", say("doctor.recordings-denied", { folder: root, reason }), mend)];
	}
}

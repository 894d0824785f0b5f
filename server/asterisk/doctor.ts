import { constants, access as mayReach, readdir } from "node:fs/promises";
import type { PbxAccess } from "../pbx-access.ts";
import type { Clock } from "./clock.ts";
import { dial, LinkProblem } from "./dial.ts";
import { examineJournal } from "./history/doctor.ts";
import { isSheltered } from "./login.ts";
import { openProbe, type Probe, proofFor } from "./probe.ts";

/** One thing that was looked at. `mend` is the line to paste or the step to take, null when all is well. */
export interface Finding {
	readonly level: "ok" | "warning" | "error";
	readonly code: string;
	readonly message: string;
	readonly mend: string | null;
}

export interface DoctorDeps {
	readonly clock: Clock;
	/** What the running connection knows about numbers on events. */
	readonly numbering: () => "none" | "exact" | "sparse";
}

const ok = (code: string, message: string): Finding => ({ level: "ok", code, message, mend: null });
const warning = (code: string, message: string, mend: string): Finding => ({ level: "warning", code, message, mend });
const error = (code: string, message: string, mend: string): Finding => ({ level: "error", code, message, mend });

const reload = 'then: asterisk -rx "manager reload"';

/** Looks at everything between this server and a PBX, in the order in which it must work. Never rejects. */
export async function check(access: PbxAccess, deps: DoctorDeps): Promise<Finding[]> {
	const events = await examine(access, access.events, deps, eventsAccount);
	if (events.some((finding) => finding.level === "error" && stops.has(finding.code))) {
		return [...events, ...(await recordings(access)), ...(await examineJournal(access, deps.clock.now()))];
	}
	const control = access.control
		? await examine(access, access.control, deps, controlAccount)
		: [
				warning(
					"no-control-account",
					"There is no control account: no click to call.",
					"Add the second stanza and its secret.",
				),
			];
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
		const message = problem instanceof Error ? problem.message : String(problem);
		return [error(code, `No link to ${where}.`, message)];
	}
	try {
		findings.push(ok("port", `${where} is reachable.`));
		findings.push(tlsFinding(access));
		if (probe.greeting === null) {
			findings.push(
				error(
					"greeting",
					`${where} does not greet as Asterisk does.`,
					"Give the port of the AMI (manager.conf, port = 5038).",
				),
			);
			return findings;
		}
		findings.push(ok("greeting", probe.greeting));
		const proof = await proofFor(probe, account, isSheltered(access));
		if (proof === null) {
			const message = `${where} offers no login by challenge, and the way to it is not encrypted: the secret of "${account.username}" was not sent.`;
			findings.push(error("login-open", message, switchTlsOn));
			return findings;
		}
		const login = await probe.ask("Login", proof);
		if (login?.name !== "Success") {
			const said = login?.get("Message") ?? "no answer";
			const mend = `In manager.conf: [${account.username}] with this secret and permit = <address of this server>/255.255.255.255; ${reload}`;
			findings.push(error("login-refused", `The login of "${account.username}" is refused (${said}).`, mend));
			return findings;
		}
		findings.push(ok("login", `"${account.username}" logs in.`));
		findings.push(...(await rights(probe, account.username, deps)));
		return findings;
	} finally {
		probe.close();
	}
}

const switchTlsOn =
	"In [general] of manager.conf: tlsenable = yes, tlsbindaddr = 0.0.0.0:5039, tlscertfile = <pem>; then switch TLS on here with port 5039 and pin the fingerprint.";

function tlsFinding(access: PbxAccess): Finding {
	if (access.tls.enabled) return ok("tls", "The link is encrypted and the PBX is proven.");
	if (isSheltered(access)) return ok("tls", "Plain, but on this machine only.");
	return warning("tls", "The link is not encrypted: who reads the network can order calls.", switchTlsOn);
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
	if (version) findings.push(ok("version", `Asterisk ${version}`));
	const commands = await commandsOf(probe);
	if (commands.has("CoreShowChannels")) findings.push(ok("picture", "Live channels can be listed."));
	else {
		const mend = `[${username}]: write = reporting (this class only lists); ${reload}`;
		findings.push(
			warning("picture", "The account may not list live channels: after a lost link calls cannot be checked.", mend),
		);
	}
	const dangerous = Object.keys(tellTale).filter((action) => commands.has(action));
	if (dangerous.length === 0) findings.push(ok("write", "The events account cannot order anything."));
	else {
		const classes = dangerous.map((action) => tellTale[action]).join(", ");
		findings.push(
			warning(
				"write",
				`The events account has write classes that it does not need: ${classes}.`,
				`[${username}]: write = reporting; ${reload}`,
			),
		);
	}
	if (probe.heard.has("FullyBooted")) findings.push(ok("read", "Events are heard."));
	else
		findings.push(
			error("read", "No event is heard: the account has no read class system.", `[${username}]: read = all; ${reload}`),
		);
	findings.push(numbers(probe, username, deps));
	return findings;
}

function numbers(probe: Probe, username: string, deps: DoctorDeps): Finding {
	const known = deps.numbering();
	if (known === "sparse") {
		return warning(
			"numbering",
			"Numbers of events have holes all the time, so a lost event is not noticed.",
			`[${username}]: read = all, no eventfilter; ${reload}`,
		);
	}
	if (known === "exact" || probe.numbered) return ok("numbering", "Events are numbered: a lost one is noticed.");
	return warning(
		"numbering",
		"No numbered event was heard: a lost event is not noticed at once.",
		`In [general]: debug = on, and in [${username}]: read = all; ${reload}`,
	);
}

async function controlAccount(probe: Probe, username: string): Promise<readonly Finding[]> {
	const commands = await commandsOf(probe);
	if (commands.has("Originate")) return [ok("originate", "The control account may call by click.")];
	return [
		error(
			"originate",
			"The control account may not originate calls.",
			`[${username}]: write = originate,call,agent; ${reload}`,
		),
	];
}

async function recordings({ recordingsRoot: root }: PbxAccess): Promise<readonly Finding[]> {
	if (root === null) {
		return [
			warning(
				"recordings",
				"No folder of recordings is given.",
				"Give the folder in which this machine sees the PBX's /var/spool/asterisk/monitor.",
			),
		];
	}
	try {
		await mayReach(root, constants.R_OK | constants.X_OK);
		await readdir(root);
		return [ok("recordings", `Recordings are readable in ${root}.`)];
	} catch (problem) {
		const code = problem instanceof Error && "code" in problem ? String(problem.code) : "unknown";
		const mend =
			code === "ENOENT"
				? `Mount the PBX's folder there, or name the right one.`
				: `setfacl -R -m u:$(id -un):rX ${root}`;
		return [error("recordings", `Recordings in ${root} cannot be read (${code}).`, mend)];
	}
}

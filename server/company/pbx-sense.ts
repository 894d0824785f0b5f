import { X509Certificate } from "node:crypto";
import type { z } from "zod";
import { DzvinError } from "../errors.ts";
import { hostProblem } from "../pbx-host.ts";
import type { PbxPatch } from "../protocol/pbx.ts";
import { say } from "../protocol/sentences.ts";

/** What a schema cannot see: throws `validation` with the fields that make no sense. */
export function requirePbxSense(input: z.output<typeof PbxPatch>): void {
	const fields: Record<string, string> = {};
	const host = input.host === undefined ? null : hostProblem(input.host);
	if (host !== null) fields.host = host;
	const pattern = input.extensionPattern === undefined ? null : patternProblem(input.extensionPattern);
	if (pattern !== null) fields.extensionPattern = pattern;
	if (input.recordings && !input.recordings.root.startsWith("/")) {
		fields["recordings.root"] = "must begin with a slash";
	}
	Object.assign(fields, historyProblems(input.history));
	if (typeof input.tls === "object" && input.tls.fingerprint !== undefined) {
		const hex = input.tls.fingerprint.replaceAll(":", "");
		if (!/^[0-9a-f]{64}$/i.test(hex)) fields["tls.fingerprint"] = "not a SHA-256 fingerprint";
	}
	if (Object.keys(fields).length > 0) throw new DzvinError("validation", say("refused.fields"), fields);
}

/** What a patch finds: where the PBX is, what proves it, and whether it has a control account. */
interface Before {
	readonly host: string;
	readonly tls: { readonly enabled: boolean };
	readonly control: boolean;
}

/**
 * A secret is entered for one PBX. Where another machine may answer from now on (another host, another proof or none) it
 * must be entered again: else a borrowed admin session would carry it to a machine of its own. Throws `validation`.
 */
export function requireSecretsAgain(patch: z.output<typeof PbxPatch>, before: Before): void {
	const moved = patch.host !== undefined && patch.host !== before.host;
	const unproven = typeof patch.tls === "object" || (patch.tls === false && before.tls.enabled);
	if (!moved && !unproven) return;
	const fields: Record<string, string> = {};
	if (patch.events === undefined) fields["events.secret"] = "enter again";
	if (before.control && patch.control === undefined) fields["control.secret"] = "enter again";
	if (Object.keys(fields).length === 0) return;
	throw new DzvinError("validation", say("refused.secrets-again"), fields);
}

function historyProblems(history: z.output<typeof PbxPatch>["history"]): Record<string, string> {
	if (!history) return {};
	if ("path" in history) return history.path.startsWith("/") ? {} : { "history.path": "must begin with a slash" };
	const fields: Record<string, string> = {};
	const problem = hostProblem(history.host);
	if (problem !== null) fields["history.host"] = problem;
	if (typeof history.tls === "object" && !isCertificate(history.tls.ca)) fields["history.tls.ca"] = "not a certificate";
	return fields;
}

/** A PEM, or several of them one after the other, of which the first is read. */
function isCertificate(pem: string): boolean {
	try {
		return new X509Certificate(pem).subject !== null;
	} catch {
		return false;
	}
}

/** The work grows with the length of a name to the power of the first, and doubles with each of the second. */
const mostRepetitions = 3;
const mostChoices = 6;

/** Names of channels are tested against it with every call, so it must not be able to run away. */
function patternProblem(pattern: string): string | null {
	try {
		new RegExp(pattern);
	} catch {
		return "not a regular expression";
	}
	// What stands in brackets, or behind a backslash, repeats nothing by itself.
	const bare = pattern.replace(/\\[^1-9k]/g, "x").replace(/\[[^\]]*\]/g, "x");
	const repeatedGroup = /\)[*+{]/;
	// `a{9999}` is legal, but compiled when it is first used, and then it is too large.
	const manyTimes = /\{\d{3}|,\d{3}/;
	const backReference = /\\[1-9k]/;
	const repetitions = bare.match(/[*+]|\{\d+,/g)?.length ?? 0;
	const choices = bare.match(/\?/g)?.length ?? 0;
	const runsAway = repeatedGroup.test(bare) || repetitions > mostRepetitions || choices > mostChoices;
	return runsAway || manyTimes.test(bare) || backReference.test(bare) ? "too complicated" : null;
}

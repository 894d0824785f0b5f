import type { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { PbxPatch } from "../protocol/pbx.ts";
import { hostProblem } from "./pbx-host.ts";

/** What a schema cannot see: throws `validation` with the fields that make no sense. */
export function requirePbxSense(input: z.output<typeof PbxPatch>): void {
	const fields: Record<string, string> = {};
	const host = input.host === undefined ? null : hostProblem(input.host);
	if (host !== null) fields.host = host;
	const pattern = input.extensionPattern === undefined ? null : patternProblem(input.extensionPattern);
	if (pattern !== null) fields.extensionPattern = pattern;
	if (input.recordings !== undefined && !input.recordings.root.startsWith("/")) {
		fields["recordings.root"] = "must begin with a slash";
	}
	if (typeof input.tls === "object" && input.tls.fingerprint !== undefined) {
		const hex = input.tls.fingerprint.replaceAll(":", "");
		if (!/^[0-9a-f]{64}$/i.test(hex)) fields["tls.fingerprint"] = "not a SHA-256 fingerprint";
	}
	if (Object.keys(fields).length > 0) throw new DzvinError("validation", "Some fields are not right.", fields);
}

/** Names of channels are tested against it with every call, so it must not be able to run away. */
function patternProblem(pattern: string): string | null {
	try {
		new RegExp(pattern);
	} catch {
		return "not a regular expression";
	}
	const repeatedGroup = /\([^()]*[*+{|][^()]*\)\s*[*+{]/;
	const backReference = /\\[1-9k]/;
	return repeatedGroup.test(pattern) || backReference.test(pattern) ? "too complicated" : null;
}

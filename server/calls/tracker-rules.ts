/** What the ingest needs to know of a PBX. */
export interface IngestPbx {
	readonly id: string;
	readonly name: string;
	/** Regular expression for endpoint names that are people. */
	readonly extensionPattern: string;
}

/** What the tracker must be told about a PBX to read its events. */
export interface TrackerRules {
	readonly pbxId: string;
	/** True when a channel's endpoint (`101` in `PJSIP/101-0000002a`) is a person of the company. */
	isExtension(endpoint: string): boolean;
}

const longestExtension = 80;
const standardPattern = /^\d{2,5}$/;

/** The rules of a PBX; a pattern that is none counts as the standard one. */
export function rulesOf({ id, extensionPattern }: Pick<IngestPbx, "id" | "extensionPattern">): TrackerRules {
	const pattern = compile(extensionPattern) ?? standardPattern;
	// The pattern is an admin's, the name comes from the PBX: a short one bounds what they can cost together.
	return { pbxId: id, isExtension: (endpoint) => endpoint.length <= longestExtension && pattern.test(endpoint) };
}

function compile(pattern: string): RegExp | null {
	try {
		return new RegExp(pattern);
	} catch {
		return null;
	}
}

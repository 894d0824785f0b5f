/** What the tracker must be told about a PBX to read its events. */
export interface TrackerRules {
	readonly pbxId: string;
	/** True when a channel's endpoint (`101` in `PJSIP/101-0000002a`) is a person of the company. */
	isExtension(endpoint: string): boolean;
}

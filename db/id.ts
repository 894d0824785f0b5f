import { createHash, randomBytes } from "node:crypto";

let lastMilliseconds = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then chance. Ids made by one process in one
 * millisecond still sort in the order in which they were made (12 bits of counter, method 1 of section 6.2).
 */
export function newId(at?: number): string {
	const bytes = randomBytes(16);
	if (at !== undefined) return format(bytes, at);
	const now = Math.max(Date.now(), lastMilliseconds);
	if (now === lastMilliseconds) counter += 1;
	else counter = bytes.readUInt16BE(6) & 0x7ff;
	lastMilliseconds = now;
	if (counter > 0xfff) {
		lastMilliseconds += 1;
		counter = 0;
	}
	bytes.writeUInt16BE(counter, 6);
	return format(bytes, lastMilliseconds);
}

/**
 * The id of a call: always the same for the same PBX, linked id family and start (milliseconds), however often and by
 * whichever road the call is recorded.
 */
export function callId(pbxId: string, family: string, startedAt: number): string {
	const digest = createHash("sha256").update(pbxId).update("\0").update(family).digest();
	return format(digest.subarray(0, 16), startedAt);
}

/** The end of the year 9999: later moments PostgreSQL does not read in ISO form. */
const lastMoment = Date.UTC(10_000, 0, 1) - 1;

/**
 * Milliseconds since the epoch inside a version 7 id; lets a read by call id touch one partition only. An id from
 * outside may be any UUID: its time is always one that the database understands.
 */
export function timeOfId(id: string): number {
	return Math.min(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), lastMoment);
}

function format(source: Buffer, at: number): string {
	const bytes = Buffer.from(source);
	bytes.writeUIntBE(Math.floor(at), 0, 6);
	bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
	bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
	const hex = bytes.toString("hex");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

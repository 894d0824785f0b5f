import { readFileSync } from "node:fs";
import { replayOf, stepsOf } from "../../server/asterisk/loopback/replay.ts";

const trace = stepsOf(readFileSync(new URL("../traces/direct-answered.ami", import.meta.url)));
const replay = replayOf(trace);
const ringing = trace.findIndex(({ text }) => /^Event: Newstate\r\n(?:.*\r\n)*ChannelStateDesc: Ringing/.test(text));

/** The bytes of one call: until it rings, the ring, answered and hung up. `playing`: another number for every call. */
export function answeredCall(playing: number, number: string, extension: string): readonly [Buffer, Buffer, Buffer] {
	const steps = replay.play({ startedAt: Date.now(), playing, speed: 1 }).map(({ text }) =>
		`${text}\r\n\r\n`
			.replace(/\r\nSequenceNumber: \d+/, "")
			.replaceAll("0501110001", number)
			.replaceAll("PJSIP/101", `PJSIP/${extension}`)
			.replace(/: 101\r\n/g, `: ${extension}\r\n`),
	);
	const bytes = (from: number, to?: number) => Buffer.from(steps.slice(from, to).join(""));
	return [bytes(0, ringing), bytes(ringing, ringing + 1), bytes(ringing + 1)];
}

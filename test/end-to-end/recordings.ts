import type { Call } from "../../server/protocol/call.ts";
import type { Employee, Office } from "./office.ts";

/** What a listener sees of a WAV file's beginning: lengths, and how many bytes are a second. */
export function wavOf(bytes: Buffer): { riffBytes: number; soundBytes: number; bytesPerSecond: number } | null {
	if (
		bytes.length < 44 ||
		bytes.toString("latin1", 0, 4) !== "RIFF" ||
		bytes.toString("latin1", 8, 16) !== "WAVEfmt "
	) {
		return null;
	}
	return {
		riffBytes: bytes.readUInt32LE(4),
		bytesPerSecond: bytes.readUInt32LE(28),
		soundBytes: bytes.toString("latin1", 36, 40) === "data" ? bytes.readUInt32LE(40) : 0,
	};
}

/** What is wrong with the recordings of a call that is over. */
export async function recordingProblems(office: Office, who: Employee, call: Call): Promise<string[]> {
	const problems: string[] = [];
	for (const { state, seconds, url, bytes } of call.recordings) {
		const spoken = call.answeredAt !== null;
		const named = `${call.linkedId} ${url}`;
		if (state !== (spoken ? "ready" : "empty")) {
			problems.push(`${named} is ${state}`);
			continue;
		}
		const start = await office.ask(who, "GET", url, undefined, { range: "bytes=0-43" });
		if (state === "empty") {
			if (start.status !== 404) problems.push(`${named} is empty and answered with ${start.status}`);
			continue;
		}
		const total = Number(start.headers.get("content-range")?.split("/")[1]);
		const wav = wavOf(start.body);
		if (start.status !== 206 || start.body.length !== 44 || total !== bytes || wav === null) {
			problems.push(`${named}: ${start.status}, ${start.body.length} bytes of ${total}, ${bytes} known`);
			continue;
		}
		if (wav.riffBytes !== total - 8 || wav.soundBytes !== total - 44)
			problems.push(`${named}: lengths ${JSON.stringify(wav)}`);
		const heard = wav.soundBytes / wav.bytesPerSecond;
		if (seconds === null || Math.abs(heard - seconds) > 0.6) problems.push(`${named}: ${heard} s, said ${seconds} s`);
		const most = (Date.parse(call.endedAt ?? "") - Date.parse(call.startedAt)) / 1000;
		if (heard > most + 1) problems.push(`${named}: ${heard} s of sound in a call of ${most} s`);
		// More than the talk is heard where somebody stayed on the line alone, for example after parking the client.
		if (call.recordings.length === 1 && heard < call.talkSeconds - 1.5) {
			problems.push(`${named}: ${heard} s of sound, ${call.talkSeconds} s of talk`);
		}
		const end = await office.ask(who, "GET", url, undefined, { range: "bytes=-100" });
		if (end.status !== 206 || end.body.length !== 100)
			problems.push(`${named}: the end was answered with ${end.status}`);
	}
	return problems;
}

import { DzvinError } from "../errors.ts";
import type { Person } from "../http.ts";
import { say } from "../protocol/sentences.ts";

/** A PBX that could dial. */
export interface DialPbx {
	readonly id: string;
	readonly name: string;
	readonly connected: boolean;
	/** It has an account that may originate calls. */
	readonly control: boolean;
}

export interface DialDeps {
	/** Active ones, in the order in which they should be taken. */
	pbxs(): readonly DialPbx[];
	/** Rings the extension first, then the number; throws `pbx-refused`, `pbx-timeout`, `unavailable`. */
	originate(pbxId: string, call: { extension: string; to: string; callerName: string }): Promise<void>;
}

/** What a dialplan understands: digits, star and hash, a leading plus. Everything else never reaches the PBX. */
const dialable = /^\+?[0-9*#]{2,20}$/;
/** What people write between digits. */
const decoration = /[\s().\u00A0\u2010-\u2015/-]/g;

/** Calls a number from the person's own extension. Answers what was dialled and where. */
export async function dial(
	{ pbxs, originate }: DialDeps,
	person: Person,
	to: string,
): Promise<{ pbx: string; extension: string; to: string }> {
	const number = to.normalize("NFKC").replace(decoration, "");
	if (!dialable.test(number)) {
		throw new DzvinError("validation", say("refused.not-a-number"), { to: "not a telephone number" });
	}
	const { extension, name } = person;
	if (extension === null) throw new DzvinError("conflict", say("refused.no-extension"));
	if (number === extension) throw new DzvinError("validation", say("refused.own-extension"), { to: "own extension" });
	const able = pbxs().filter((pbx) => pbx.control);
	if (able.length === 0) throw new DzvinError("unavailable", say("refused.no-control-anywhere"));
	const pbx = able.find((one) => one.connected);
	if (!pbx) throw new DzvinError("unavailable", say("refused.pbx-away"));
	await originate(pbx.id, { extension, to: number, callerName: name });
	return { pbx: pbx.name, extension, to: number };
}

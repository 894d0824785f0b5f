import { DzvinError } from "../../errors.ts";
import { type Sentence, type SentenceCode, say } from "../../protocol/sentences.ts";
import type { Action } from "./allowed.ts";

export interface OriginateRequest {
	/** The agent's own extension, which rings first. */
	readonly extension: string;
	/** Whom to call then: digits, `*`, `#`, a leading `+`. */
	readonly to: string;
	/** Shown on the agent's phone beside the number. */
	readonly callerName?: string;
}

export interface DialRules {
	/** Dialplan context in which `to` is dialled. Default `from-internal`. */
	readonly context?: string;
	/** How an extension is rung; `<ext>` stands for it. Default `PJSIP/<ext>`. */
	readonly channel?: string;
}

/** How long the agent's phone rings, ms. */
export const ringFor = 30_000;

const defaultContext = "from-internal";
const defaultChannel = "PJSIP/<ext>";

/**
 * Click to call: the agent's phone rings and shows the client's number; when it is picked up the PBX
 * dials the client as if the agent had dialled, so that the dialplan's own rules hold.
 *
 * The header CallerID is not used: it sets the caller of the second call too, and the client would
 * be called from his own number. CONNECTEDLINE is what a ringing phone shows (tried on Asterisk 22).
 * REALCALLERIDNUM and AMPUSER say to FreePBX's dialplan who dials.
 */
export function originateAction(request: OriginateRequest, rules: DialRules): Action {
	const { extension, to } = request;
	if (!/^\+?[\d*#]{1,32}$/.test(to)) {
		throw new DzvinError("validation", `${JSON.stringify(to)} cannot be dialled: digits, *, # and a leading + only.`, {
			to: "digits, *, # and a leading + only",
		});
	}
	if (!/^[\w.-]{1,40}$/.test(extension)) {
		throw new DzvinError("validation", `${JSON.stringify(extension)} is not an extension.`, {
			extension: "not an extension",
		});
	}
	const template = rules.channel || defaultChannel;
	// A template without the place for it is a prefix: `SIP/`.
	const channel = template.includes("<ext>") ? template.replaceAll("<ext>", extension) : `${template}${extension}`;
	const name = shownName(request.callerName ?? "");
	return {
		name: "Originate",
		headers: {
			Channel: channel,
			Context: rules.context || defaultContext,
			Exten: to,
			Priority: "1",
			Timeout: String(ringFor),
			Async: "true",
		},
		variables: {
			"CALLERID(num)": extension,
			...(name === "" ? {} : { "CONNECTEDLINE(name,i)": name }),
			"CONNECTEDLINE(num,i)": to,
			REALCALLERIDNUM: extension,
			AMPUSER: extension,
		},
	};
}

/** Asterisk splits the header at commas and takes quotes and backslashes away; a name needs none of them. */
const shownName = (name: string) =>
	name
		.replace(/[^\p{L}\p{M}\p{N} .'’-]/gu, " ")
		.replace(/\s+/g, " ")
		.trim()
		.slice(0, 60);

// AST_CONTROL_* as `Reason` of OriginateResponse. Asterisk 22 says 0 for busy and rejected, too.
const reasons: Readonly<Record<string, SentenceCode>> = {
	"0": "ring.busy-or-off",
	"1": "ring.hung-up",
	"3": "ring.nobody",
	"5": "ring.busy",
	"8": "ring.no-way",
};

/** What to tell the agent when his own phone was not picked up. */
export const failureText = (extension: string, reason = "not given"): Sentence =>
	say(reasons[reason] ?? "ring.failed", { extension, reason });

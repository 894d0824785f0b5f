import type { WrapUpMode, WrapUpRules } from "../../../server/protocol/wrap-up.ts";

export const wrapUpModes = ["optional", "mandatory", "box", "box-strict"] as const satisfies readonly WrapUpMode[];

interface Rule {
	readonly mode: WrapUpMode;
	/** As typed. */
	readonly seconds: string;
}
export interface WrapUpFields extends Rule {
	readonly queues: readonly (Rule & { readonly queue: string })[];
}
export type WrapUpProblem = "count-wrong" | "queue-missing" | "queue-twice";

export const wrapUpFieldsOf = ({ mode, seconds, queues }: WrapUpRules): WrapUpFields => ({
	mode,
	seconds: String(seconds),
	queues: queues.map((one) => ({ ...one, seconds: String(one.seconds) })),
});

const boxed = ({ mode }: Rule) => mode === "box" || mode === "box-strict";
const secondsWrong = (rule: Rule) => boxed(rule) && !(/^\d+$/.test(rule.seconds.trim()) && within(rule));
const within = ({ seconds }: Rule) => Number(seconds) >= 5 && Number(seconds) <= 3600;

/** By `seconds`, `queue.0`, `seconds.0`. */
export function problemsOfWrapUp(fields: WrapUpFields): Readonly<Record<string, WrapUpProblem>> {
	const problems: Record<string, WrapUpProblem> = {};
	if (secondsWrong(fields)) problems.seconds = "count-wrong";
	const names = fields.queues.map(({ queue }) => queue.trim());
	for (const [at, rule] of fields.queues.entries()) {
		const name = names[at] ?? "";
		if (name === "") problems[`queue.${at}`] = "queue-missing";
		else if (names.indexOf(name) < at) problems[`queue.${at}`] = "queue-twice";
		if (secondsWrong(rule)) problems[`seconds.${at}`] = "count-wrong";
	}
	return problems;
}

/** What the server keeps. The length of a box that is not used stays what it was, or a minute. */
export function wrapUpRulesOf({ mode, seconds, queues }: WrapUpFields): WrapUpRules {
	const length = (rule: Rule) => (/^\d+$/.test(rule.seconds.trim()) && within(rule) ? Number(rule.seconds) : 60);
	return {
		mode,
		seconds: length({ mode, seconds }),
		queues: queues.map((one) => ({ queue: one.queue.trim(), mode: one.mode, seconds: length(one) })),
	};
}

import { type Sentence, say } from "../protocol/sentences.ts";

/** What zod found wrong with one field, as fastify hands it on. */
export interface Issue {
	readonly instancePath: string;
	/** Zod's code: `too_small`, `invalid_type`… */
	readonly keyword: string;
	readonly message?: string | undefined;
	readonly params: Readonly<Record<string, unknown>>;
}

/** Fields (dotted path) with what is wrong with each; one issue may be about several. */
export function wrongFields(issue: Issue): [field: string, wrong: Sentence | string][] {
	const path = issue.instancePath.split("/").filter((part) => part !== "");
	if (issue.keyword === "unrecognized_keys" && Array.isArray(issue.params.keys))
		return issue.params.keys.map((key) => [[...path, String(key)].join("."), say("wrong.unknown")]);
	return [[path.join(".") || "body", wrongOf(issue)]];
}

/** In words that every language has; what a rule of ours says itself stays as it is. */
function wrongOf({ keyword, message = "not valid", params }: Issue): Sentence | string {
	switch (keyword) {
		case "invalid_type":
			return say(message.endsWith("received undefined") ? "wrong.missing" : "wrong.kind");
		case "too_small":
			return tooSmall(params.origin, Number(params.minimum));
		case "too_big":
			return tooBig(params.origin, String(params.maximum));
		case "invalid_value":
			return say("wrong.choice");
		case "invalid_format":
		case "invalid_union":
		case "not_multiple_of":
		case "invalid_key":
		case "invalid_element":
			return say("wrong.form");
		default:
			return message === noYear.message ? noYear : message;
	}
}

const noYear = say("wrong.year");

function tooSmall(origin: unknown, least: number): Sentence {
	if (origin === "string") return least === 1 ? say("wrong.blank") : say("wrong.short", { least });
	return say(isMany(origin) ? "wrong.few" : "wrong.small", { least });
}

function tooBig(origin: unknown, most: string): Sentence {
	if (origin === "string") return say("wrong.long", { most });
	return say(isMany(origin) ? "wrong.many" : "wrong.large", { most });
}

const isMany = (origin: unknown): boolean => origin === "array" || origin === "set" || origin === "map";

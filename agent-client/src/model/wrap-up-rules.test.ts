import { expect, test } from "vitest";
import { problemsOfWrapUp, wrapUpFieldsOf, wrapUpRulesOf } from "./wrap-up-rules.ts";

const rules = {
	mode: "box" as const,
	seconds: 45,
	queues: [{ queue: "sales", mode: "mandatory" as const, seconds: 60 }],
};

test("the form shows the rules and gives back the same", () => {
	expect(wrapUpRulesOf(wrapUpFieldsOf(rules))).toEqual(rules);
	expect(problemsOfWrapUp(wrapUpFieldsOf(rules))).toEqual({});
});

test("a box needs its seconds, a rule of a queue needs its queue, once", () => {
	const fields = wrapUpFieldsOf(rules);
	const queues = [...fields.queues, { queue: " sales ", mode: "box" as const, seconds: "4" }];
	expect(
		problemsOfWrapUp({ ...fields, seconds: "", queues: [...queues, { ...queues[0], queue: " " } as never] }),
	).toEqual({
		seconds: "count-wrong",
		"queue.1": "queue-twice",
		"seconds.1": "count-wrong",
		"queue.2": "queue-missing",
	});
	// Where there is no box nobody looks at its length.
	expect(problemsOfWrapUp({ ...fields, mode: "mandatory", seconds: "" })).toEqual({});
	expect(wrapUpRulesOf({ ...fields, mode: "mandatory", seconds: "" }).seconds).toBe(60);
});

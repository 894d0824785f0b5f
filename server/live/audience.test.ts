import { expect, test } from "vitest";
import { createAudience } from "./audience.ts";
import type { LivePerson } from "./person.ts";

const petro = (role: LivePerson["role"]): LivePerson => ({
	id: "p",
	name: "Petro",
	role,
	extension: null,
	active: true,
});

test("of two readings of who there is, the one that began earlier and answers last gives no role back", async () => {
	const answers: ((people: readonly LivePerson[]) => void)[] = [];
	const audience = createAudience(() => new Promise((resolve) => answers.push(resolve)));
	const [first, second] = [audience.refresh(), audience.refresh()];
	answers[1]?.([petro("agent")]);
	await second;
	answers[0]?.([petro("supervisor")]);
	await first;
	expect(audience.person("p")?.role).toBe("agent");
});

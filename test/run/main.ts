import { parseArgs } from "node:util";
import { goal } from "../faults/live/goals.ts";
import { ensureBaseImages } from "./base-images.ts";
import { ensureDocker } from "./docker.ts";
import { ensurePackages, type Need } from "./packages.ts";
import { runCheck, runTests, type Tally } from "./steps.ts";

const needs: readonly Need[] = ["docker", "browser"];

/** The whole of bin/test; the exit code says whether everything that ran passed. */
async function main(): Promise<number> {
	const { values } = parseArgs({ options: { without: { type: "string", multiple: true, default: [] } } });
	const left = new Set(values.without.flatMap((list) => list.split(",")));
	const strangers = [...left].filter((name) => !needs.some((need) => need === name));
	if (strangers.length > 0) {
		console.error(`Unknown: --without ${strangers.join(", ")}. One can leave out: ${needs.join(", ")}.`);
		return 2;
	}
	const wanted = needs.filter((need) => !left.has(need));
	const began = performance.now();
	await ensurePackages(wanted);
	await using docker = wanted.includes("docker") ? await ensureDocker() : null;
	if (docker) await ensureBaseImages();

	const total: Tally = { passed: 0, failed: 0, skipped: 0 };
	for (const step of ["types", "types:client", "lint", "dead-code", "build"]) add(total, await runCheck(step));
	add(total, await runTests(needs.filter((need) => left.has(need))));

	goal("all of it took", Math.round((performance.now() - began) / 1000), 600, "s");
	console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
	return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function add(total: Tally, more: Tally): void {
	total.passed += more.passed;
	total.failed += more.failed;
	total.skipped += more.skipped;
}

try {
	process.exitCode = await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	console.log("0 passed, 1 failed, 0 skipped");
	process.exitCode = 1;
}

/**
 * Runs the parts of the soak one after the other; each prints its figures.
 *
 *   npm run soak [-- kills leaders …] [--count 20] [--seed 7] [--rate 20]
 *
 * `count` is how often the harm is done, or for how many seconds, `rate` how many calls (burst: events) a second; left out:
 * the full count. With the same seed the same moments are chosen. Ends with status 1 when a part failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectFolder } from "../support/programs.ts";

const parts = globSync("*.soak.ts", { cwd: join(projectFolder, "test/soak") })
	.map((file) => file.slice(0, -".soak.ts".length))
	.sort();
const { values, positionals: wanted } = parseArgs({
	allowPositionals: true,
	options: { count: { type: "string" }, seed: { type: "string", default: "1" }, rate: { type: "string" } },
});
const strangers = wanted.filter((name) => !parts.includes(name));
const numbers = [values.count, values.seed, values.rate].filter((value) => value !== undefined);
if (strangers.length > 0 || !numbers.every((value) => Number(value) > 0)) {
	console.error(`npm run soak -- [${parts.join("] [")}] [--count n] [--seed n] [--rate n]`);
	process.exit(2);
}

const failed: string[] = [];
for (const part of wanted.length > 0 ? wanted : parts) {
	console.log(`\n── ${part}, seed ${values.seed}`);
	const vitest = join(projectFolder, "node_modules/vitest/vitest.mjs");
	const file = `test/soak/${part}.soak.ts`;
	const child = spawn(process.execPath, [vitest, "run", "--config", "test/soak/vitest.config.ts", file], {
		cwd: projectFolder,
		stdio: "inherit",
		env: {
			...process.env,
			SOAK_SEED: values.seed,
			...(values.count && { SOAK_COUNT: values.count }),
			...(values.rate && { SOAK_RATE: values.rate }),
		},
	});
	const [code] = await once(child, "close");
	if (code !== 0) failed.push(part);
}
console.log(failed.length === 0 ? "\nNothing was lost." : `\nFailed: ${failed.join(", ")} (seed ${values.seed}).`);
process.exitCode = failed.length === 0 ? 0 : 1;

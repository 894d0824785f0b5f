import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Need } from "./packages.ts";
import { run } from "./programs.ts";

export interface Tally {
	passed: number;
	failed: number;
	skipped: number;
}

/** One script of package.json; it counts as one test. */
export async function runCheck(script: string): Promise<Tally> {
	console.log(`\n── npm run ${script}`);
	const passed = (await run("npm", ["run", "--silent", script])) === 0;
	console.log(passed ? `✓ ${script}` : `✗ ${script}`);
	return { passed: Number(passed), failed: Number(!passed), skipped: 0 };
}

/** What in a test file, or in a file of test/ that it imports, shows that it needs Docker or a browser. */
const signs: Readonly<Record<Need, RegExp>> = {
	docker: /from "testcontainers"|"docker(-compose)?"/,
	browser: /from "playwright-core"/,
};

/**
 * All of vitest, but for the files that need what is left out: each of those counts as one skipped test and is named.
 * What needs Docker or a browser runs after the rest and one file at a time: on two cores real calls would be late.
 */
export async function runTests(leftOut: readonly Need[]): Promise<Tally> {
	const files = globSync("{server,db,agent-client,test}/**/*.test.ts").sort();
	const skipped = files.filter((file) => leftOut.some((need) => needs(file, need)));
	const heavy = files.filter((file) => !skipped.includes(file) && (needs(file, "docker") || needs(file, "browser")));
	const light = files.filter((file) => !skipped.includes(file) && !heavy.includes(file));
	for (const file of skipped) console.log(`left out: ${file}`);
	const tallies = [
		await runVitest("vitest", light, []),
		await runVitest("vitest, one by one", heavy, ["--no-file-parallelism"]),
	];
	const sum = (name: keyof Tally) => tallies.reduce((total, tally) => total + tally[name], 0);
	return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") + skipped.length };
}

async function runVitest(title: string, files: readonly string[], options: readonly string[]): Promise<Tally> {
	if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
	const folder = await mkdtemp(join(tmpdir(), "dzvin-results-"));
	const results = join(folder, "results.json");
	console.log(`\n── ${title}`);
	try {
		const code = await run(
			"vitest",
			["run", ...options, "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...files],
			{ TESTCONTAINERS_RYUK_DISABLED: "true", DOCKER_BUILDKIT: "0", COMPOSE_DOCKER_CLI_BUILD: "0" },
		);
		const tally = count(await readFile(results, "utf8").catch(() => "null"));
		// An error outside of any test fails the run without failing a test.
		if (code !== 0 && tally.failed === 0) tally.failed = 1;
		return tally;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const Results = z.object({
	testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

function count(text: string): Tally {
	const read = Results.safeParse(JSON.parse(text));
	if (!read.success) return { passed: 0, failed: 1, skipped: 0 };
	const tests = read.data.testResults.flatMap((file) => file.assertionResults);
	const passed = tests.filter((test) => test.status === "passed").length;
	const failed = tests.filter((test) => test.status === "failed").length;
	// A file that could not be loaded has no tests that could fail.
	const broken = read.data.testResults.filter(
		(file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
	).length;
	return { passed, failed: failed + broken, skipped: tests.length - passed - failed };
}

function needs(file: string, need: Need, seen = new Set<string>()): boolean {
	if (seen.has(file)) return false;
	seen.add(file);
	const text = readFileSync(file, "utf8");
	if (signs[need].test(text)) return true;
	const imported = [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.{1,2}\/[^"]+\.tsx?)"/gm)].map(
		([, path]) => join(file, "..", path ?? ""),
	);
	return imported.some((path) => path.startsWith("test") && needs(path, need, seen));
}

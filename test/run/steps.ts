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

/** What in a test file, or in a file that it imports, shows that it needs Docker or a browser. */
const signs: Readonly<Record<Need, RegExp>> = {
	docker: /from "testcontainers"|test\/lab|\.\/lab\/|"docker/,
	browser: /from "playwright-core"/,
};

/** All of vitest, but for the files that need what is left out: each of those counts as one skipped test and is named. */
export async function runTests(leftOut: readonly Need[]): Promise<Tally> {
	const skipped = leftOut.length === 0 ? [] : testFiles().filter((file) => leftOut.some((need) => needs(file, need)));
	for (const file of skipped) console.log(`left out: ${file}`);
	const folder = await mkdtemp(join(tmpdir(), "dzvin-results-"));
	const results = join(folder, "results.json");
	console.log("\n── vitest");
	try {
		const code = await run(
			"vitest",
			[
				"run",
				"--reporter=default",
				"--reporter=json",
				`--outputFile.json=${results}`,
				...skipped.map((file) => `--exclude=${file}`),
			],
			{ TESTCONTAINERS_RYUK_DISABLED: "true", DOCKER_BUILDKIT: "0", COMPOSE_DOCKER_CLI_BUILD: "0" },
		);
		const tally = count(await readFile(results, "utf8").catch(() => "null"));
		// An error outside of any test fails the run without failing a test.
		if (code !== 0 && tally.failed === 0) tally.failed = 1;
		tally.skipped += skipped.length;
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

function testFiles(): string[] {
	return globSync("{server,db,agent-client,test}/**/*.test.ts");
}

function needs(file: string, need: Need, seen = new Set<string>()): boolean {
	if (seen.has(file)) return false;
	seen.add(file);
	const text = readFileSync(file, "utf8");
	if (signs[need].test(text)) return true;
	const imported = [...text.matchAll(/from "(\.{1,2}\/[^"]+\.tsx?)"/g)].map(([, path]) => join(file, "..", path ?? ""));
	return imported.some((path) => path.startsWith("test") && needs(path, need, seen));
}

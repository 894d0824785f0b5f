import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
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
 * A file that failed runs once more, by itself (ADR 0019); what failed, once or twice, is named at the end.
 */
export async function runTests(leftOut: readonly Need[]): Promise<Tally> {
	const files = globSync("{server,db,agent-client,test}/**/*.test.ts").sort();
	const skipped = files.filter((file) => leftOut.some((need) => needs(file, need)));
	const heavy = files.filter((file) => !skipped.includes(file) && (needs(file, "docker") || needs(file, "browser")));
	const light = files.filter((file) => !skipped.includes(file) && !heavy.includes(file));
	for (const file of skipped) console.log(`left out: ${file}`);
	const first = [
		...(await runVitest("vitest", light, [])),
		...(await runVitest("vitest, one by one", heavy, ["--no-file-parallelism"])),
	];
	const again = first.filter((file) => file.failures.length > 0).map((file) => file.name);
	const fewFiles = again.length <= mostAgain && again.every((file) => files.includes(file));
	const second = fewFiles ? await runVitest("vitest, once more by itself", again, ["--no-file-parallelism"]) : [];
	const passedNow = second.filter((file) => file.failures.length === 0);
	const final = first.map((file) => passedNow.find((other) => other.name === file.name) ?? file);
	name("FAILED", final);
	name(
		"UNSTEADY (failed, then passed by itself; to be mended)",
		first.filter((file) => !final.includes(file)),
	);
	const sum = (count: (file: FileResult) => number) => final.reduce((total, file) => total + count(file), 0);
	return {
		passed: sum((file) => file.passed),
		failed: sum((file) => file.failures.length),
		skipped: sum((file) => file.skipped) + skipped.length,
	};
}

/** More failing files than this are no accident and get no second run. */
const mostAgain = 3;

interface FileResult {
	/** Relative to the project's folder. */
	name: string;
	passed: number;
	skipped: number;
	failures: readonly { test: string; message: string }[];
}

/** Says what failed where the end of a long log shows it. */
function name(title: string, files: readonly FileResult[]): void {
	for (const file of files) {
		for (const { test, message } of file.failures) {
			const lines = message.split("\n").filter((line) => !line.includes("/node_modules/"));
			const short = lines.slice(0, 12).join("\n");
			console.log(`\n── ${title}: ${file.name} > ${test}\n${short.slice(0, 1500)}`);
		}
	}
}

async function runVitest(title: string, files: readonly string[], options: readonly string[]): Promise<FileResult[]> {
	if (files.length === 0) return [];
	const folder = await mkdtemp(join(tmpdir(), "dzvin-results-"));
	const results = join(folder, "results.json");
	console.log(`\n── ${title}`);
	try {
		const code = await run(
			"vitest",
			["run", ...options, "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...files],
			{ TESTCONTAINERS_RYUK_DISABLED: "true", DOCKER_BUILDKIT: "0", COMPOSE_DOCKER_CLI_BUILD: "0" },
		);
		const found = read(await readFile(results, "utf8").catch(() => "null"));
		// An error outside of any test, or no result at all, fails the run without failing a test.
		if ((code !== 0 || found.length === 0) && found.every((file) => file.failures.length === 0))
			found.push(broken(title, `vitest ended with ${code}, outside of any test: see above`));
		return found;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const Results = z.object({
	testResults: z.array(
		z.object({
			name: z.string(),
			status: z.string(),
			message: z.string().default(""),
			assertionResults: z.array(
				z.object({
					fullName: z.string(),
					status: z.string(),
					failureMessages: z.array(z.string()).nullish(),
				}),
			),
		}),
	),
});

function read(text: string): FileResult[] {
	const found = Results.safeParse(JSON.parse(text));
	if (!found.success) return [];
	return found.data.testResults.map((file) => {
		const path = relative(process.cwd(), file.name);
		const passed = file.assertionResults.filter(({ status }) => status === "passed").length;
		const failures = file.assertionResults
			.filter(({ status }) => status === "failed")
			.map((test) => ({ test: test.fullName, message: (test.failureMessages ?? []).join("\n") }));
		const skipped = file.assertionResults.length - passed - failures.length;
		// A file that could not be loaded, or whose hook failed, has no test that could fail.
		if (file.status === "failed" && failures.length === 0) return broken(path, file.message, passed, skipped);
		return { name: path, passed, skipped, failures };
	});
}

function broken(path: string, message: string, passed = 0, skipped = 0): FileResult {
	return { name: path, passed, skipped, failures: [{ test: "(the file itself)", message }] };
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

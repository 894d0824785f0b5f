import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../support/programs.ts";

const documents = globSync("{*.md,docs/**/*.md}", { cwd: projectFolder });
const read = (file: string): string => readFileSync(join(projectFolder, file), "utf8");

/** Every command that a document tells to run → the file that runs it, and what shows there that it does. */
const executed: Readonly<Record<string, readonly [file: string, sign: string]>> = {
	"bin/start --demo": ["test/house/start.test.ts", 'start("--demo")'],
	"bin/start": ["test/house/start.test.ts", "bin/start"],
	"bin/test": [".ci/run", "bin/test"],
	"npm run check": ["test/run/main.ts", "dead-code"],
	"npm test -- server/calls": ["test/run/steps.ts", "vitest"],
	"npm run format": ["test/house/documents.test.ts", '"format"'],
	"npm run record -- queue-answered": ["test/house/documents.test.ts", '"record"'],
	"npm run db:generate": ["test/house/migrations.test.ts", "drizzle-kit"],
	"npm run bench": ["test/house/documents.test.ts", '"bench"'],
	"npm run soak": ["test/house/documents.test.ts", '"soak"'],
	"npm run soak -- kills leaders --count 20 --seed 7": ["test/soak/main.ts", "count: {"],
	"docker-compose up -d --build": ["test/house/images.test.ts", '"up", "-d", "--build"'],
	"docker-compose --profile lab up -d --build": ["test/house/images.test.ts", '"--profile", "lab", "up"'],
};

test.each(documents)("every command in %s is run by a test", (file) => {
	const blocks = [...read(file).matchAll(/^[ ]*```sh\n([\s\S]*?)^[ ]*```/gm)].map(([, block]) => block ?? "");
	const commands = blocks
		.flatMap((block) => block.split("\n").map((line) => line.trim()))
		.filter((line) => line !== "");
	for (const command of commands) {
		const [where, sign] = executed[command] ?? [];
		expect([command, where]).toEqual([command, expect.any(String)]);
		expect(read(where ?? "")).toContain(sign);
	}
});

test.each(["format", "record", "bench", "soak"])("npm run %s names programs that exist", (script) => {
	const { scripts } = JSON.parse(read("package.json"));
	const [program, argument] = String(scripts[script]).split(" ");
	expect(existsSync(join(projectFolder, "node_modules/.bin", program ?? ""))).toBe(true);
	if (argument?.endsWith(".ts")) expect(existsSync(join(projectFolder, argument))).toBe(true);
});

test.each(documents)("every link and picture in %s leads somewhere", (file) => {
	const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? "");
	for (const link of links) expect([link, existsSync(join(projectFolder, dirname(file), link))]).toEqual([link, true]);
});

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../support/programs.ts";

test("npm run db:generate finds nothing that a migration forgot", () => {
	const folder = mkdtempSync(join(tmpdir(), "dzvin-migrations-"));
	try {
		const copy = join(folder, "migrations");
		cpSync(join(projectFolder, "migrations"), copy, { recursive: true });
		const drizzleKit = join(projectFolder, "node_modules/.bin/drizzle-kit");
		const out = `./${relative(projectFolder, copy)}`;
		const args = ["generate", "--dialect=postgresql", "--schema=./db/schema/*.ts", `--out=${out}`];
		const { stdout, stderr } = spawnSync(drizzleKit, args, { cwd: projectFolder, encoding: "utf8" });
		expect(stdout + stderr).toContain("nothing to migrate");
		expect(readdirSync(copy).sort()).toEqual(readdirSync(join(projectFolder, "migrations")).sort());
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}, 60_000);

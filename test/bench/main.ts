/**
 * Runs the benchmarks one after the other; each prints its ratio with the spread and says whether its goal was met.
 *
 *   npm run bench [-- lookup reader …]
 *
 * A file is a benchmark when its own head says how to call it. Ends with status 1 when a goal was missed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = globSync("*.ts", { cwd: folder })
	.filter((file) => readFileSync(folder + file, "utf8").includes(` *   node test/bench/${file}`))
	.map((file) => basename(file, ".ts"))
	.sort();
const asked = process.argv.slice(2);
const strangers = asked.filter((name) => !names.includes(name));
if (strangers.length > 0) {
	console.error(`There is no ${strangers.join(", ")}. Benchmarks: ${names.join(", ")}.`);
	process.exit(2);
}

const missed: string[] = [];
for (const name of asked.length > 0 ? asked : names) {
	console.log(`\n── ${name}`);
	const child = spawn(process.execPath, ["--expose-gc", `${folder}${name}.ts`], { stdio: "inherit" });
	const [code] = await once(child, "close");
	if (code !== 0) missed.push(name);
}
console.log(missed.length === 0 ? "\nEvery goal was met." : `\nNot met or broken: ${missed.join(", ")}`);
process.exitCode = missed.length === 0 ? 0 : 1;

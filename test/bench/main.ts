/**
 * Runs the benchmarks one after the other; each prints its ratio with the spread and says whether its goal was met.
 *
 *   npm run bench [-- lookup reader …]
 *
 * A file is a benchmark when its own head says how to call it, and is called once for each such line, with what stands there
 * outside of brackets; one that must be given something (`<…>`) belongs to another. Ends with status 1 when a goal was missed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const calls = globSync("*.ts", { cwd: folder })
	.sort()
	.flatMap((file) => {
		const head = readFileSync(folder + file, "utf8").split("*/", 1)[0] ?? "";
		const lines = head
			.split("\n")
			.filter((line) => line.startsWith(` *   node test/bench/${file}`) && !line.includes("<"));
		return lines.map((line) => {
			const options = (line.split(file)[1] ?? "").replaceAll(/\[[^\]]*\]/g, "").split(" ");
			return { name: basename(file, ".ts"), options: options.filter((option) => option !== "") };
		});
	});
const names = [...new Set(calls.map(({ name }) => name))];
const asked = process.argv.slice(2);
const strangers = asked.filter((name) => !names.includes(name));
if (strangers.length > 0) {
	console.error(`There is no ${strangers.join(", ")}. Benchmarks: ${names.join(", ")}.`);
	process.exit(2);
}

const missed: string[] = [];
for (const { name, options } of calls.filter((call) => asked.length === 0 || asked.includes(call.name))) {
	const title = [name, ...options].join(" ");
	console.log(`\n── ${title}`);
	const child = spawn(process.execPath, ["--expose-gc", `${folder}${name}.ts`, ...options], { stdio: "inherit" });
	const [code] = await once(child, "close");
	if (code !== 0) missed.push(title);
}
console.log(missed.length === 0 ? "\nEvery goal was met." : `\nNot met or broken: ${missed.join(", ")}`);
process.exitCode = missed.length === 0 ? 0 : 1;

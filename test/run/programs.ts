import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Whether the machine has this program. */
export function has(program: string): boolean {
	return spawnSync("sh", ["-c", 'command -v "$0"', program], { stdio: "ignore" }).status === 0;
}

/** Whether a program ends well; what it prints is lost. */
export function succeeds(program: string, args: readonly string[]): boolean {
	return spawnSync(program, [...args], { stdio: "ignore" }).status === 0;
}

/** Runs a program with its output on ours and answers its exit code. */
export async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
	const child = spawn(program, [...args], { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
	const [code] = await once(child, "close");
	return typeof code === "number" ? code : 1;
}

/** Runs a program quietly; when it fails, throws with the end of what it said. */
export async function quietly(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
	const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
	let said = "";
	const hear = (chunk: Buffer) => {
		said = (said + chunk.toString()).slice(-4000);
	};
	child.stdout.on("data", hear);
	child.stderr.on("data", hear);
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${said}`);
}

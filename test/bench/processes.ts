import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ZodType } from "zod";

/** Processes of a benchmark that answer each message with one; what they say is JSON of the shape `Answer`. */
export function benchProcesses<T>(Answer: ZodType<T>) {
	const children: ChildProcess[] = [];
	/** The next thing that the process says. An error when it ends instead. */
	const answer = (child: ChildProcess) =>
		new Promise<T>((resolve, reject) => {
			const ended = (code: number | null) => reject(new Error(`a process ended with ${code}`));
			child.once("exit", ended);
			child.once("message", (message) => {
				child.off("exit", ended);
				resolve(Answer.parse(JSON.parse(String(message))));
			});
		});
	return {
		/** Starts a script that stands beside this one. */
		start(name: string, args: readonly string[]): ChildProcess {
			const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, { execArgv: ["--expose-gc"] });
			children.push(child);
			return child;
		},
		answer,
		ask(child: ChildProcess, text: string): Promise<T> {
			const answered = answer(child);
			child.send(text);
			return answered;
		},
		end(): void {
			for (const child of children) child.kill("SIGKILL");
		},
	};
}

import type { TestProject } from "vitest/node";
import { type LabAddress, startLab } from "./lab.ts";

declare module "vitest" {
	interface ProvidedContext {
		lab: LabAddress;
	}
}

/** For `globalSetup` in a vitest configuration: one lab for all test files; they say `Lab.attach(inject("lab"))`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const started = await startLab();
	project.provide("lab", started.lab.address);
	return started.stop;
}

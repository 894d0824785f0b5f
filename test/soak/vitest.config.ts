import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { projectFolder } from "../support/programs.ts";

/** `npm run soak`: takes hours, and is no part of `bin/test`. */
export default defineConfig({
	test: {
		...base.test,
		root: projectFolder,
		include: ["test/soak/*.soak.ts"],
		setupFiles: ["test/soak/goals-met.ts"],
		testTimeout: 24 * 3_600_000,
		// Figures as they come.
		disableConsoleIntercept: true,
	},
});

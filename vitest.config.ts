import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["{server,db,agent-client,test}/**/*.test.ts"],
		globalSetup: ["test/support/global-setup.ts"],
		pool: "forks",
		testTimeout: 15_000,
		hookTimeout: 60_000,
		// A test that leaves something behind must not make a later one green.
		unstubEnvs: true,
		restoreMocks: true,
	},
});

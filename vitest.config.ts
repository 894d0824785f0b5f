import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["{server,db,agent-client,test}/**/*.test.ts"],
		globalSetup: ["test/support/global-setup.ts"],
		pool: "forks",
		// Generous: a slow or busy machine is no failure; what must be quick has a benchmark.
		testTimeout: 60_000,
		hookTimeout: 180_000,
		expect: { poll: { timeout: 10_000 } },
		// A test that leaves something behind must not make a later one green.
		unstubEnvs: true,
		restoreMocks: true,
	},
});

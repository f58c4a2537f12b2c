import { defineConfig } from "vitest/config";

// Browser tests against a running server: SIGHTGLASS_URL, or the development server with the made-up one.
export default defineConfig({
	test: {
		root: import.meta.dirname,
		include: ["*.e2e.ts"],
		environment: "node",
		fileParallelism: false,
		// One story; each step needs the one before.
		sequence: { concurrent: false, shuffle: false },
		bail: 1,
		testTimeout: 180_000,
		hookTimeout: 60_000,
	},
});

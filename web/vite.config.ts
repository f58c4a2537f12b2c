import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockServer } from "./mock/plugin.ts";

// The development server asks a running `sightglass up` (SIGHTGLASS_URL) or, with SIGHTGLASS_MOCK=1, a made-up one.
const server = process.env.SIGHTGLASS_URL ?? "http://127.0.0.1:7070";
const mock = process.env.SIGHTGLASS_MOCK === "1";

export default defineConfig({
	plugins: [react(), ...(mock ? [mockServer()] : [])],
	server: { port: 5300, strictPort: true, ...(mock ? {} : { proxy: { "/api": server } }) },
	preview: { port: 5301, strictPort: true, ...(mock ? {} : { proxy: { "/api": server } }) },
	build: {
		target: "es2022",
		// The layout worker and the code of single screens load when they are needed; test/budget.test.ts holds the first load.
		chunkSizeWarningLimit: 700,
		// Fonts and pictures stay files: the policy of the server allows no script from data addresses.
		assetsInlineLimit: 0,
	},
	worker: { format: "es" },
	test: {
		environment: "happy-dom",
		include: ["src/**/*.test.ts", "src/**/*.test.tsx", "test/**/*.test.ts"],
		setupFiles: ["test/setup.ts"],
		restoreMocks: true,
	},
});

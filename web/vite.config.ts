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
		// A link that the page does not follow itself leads nowhere, and loads nothing.
		environmentOptions: {
			happyDOM: {
				settings: { navigation: { disableMainFrameNavigation: true, disableChildPageNavigation: true, disableFallbackToSetURL: true } },
			},
		},
		// For a machine that does other things as well; what fails, fails at once all the same.
		testTimeout: 120_000,
		hookTimeout: 60_000,
		restoreMocks: true,
	},
});

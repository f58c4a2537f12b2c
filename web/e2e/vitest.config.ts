import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** The newcomer's story, then the rest by name: one order everywhere, whatever failed or took long the last time. */
class ByName extends BaseSequencer {
	override async sort(files: Parameters<BaseSequencer["sort"]>[0]): ReturnType<BaseSequencer["sort"]> {
		const rank = (id: string) => (id.endsWith("/story.e2e.ts") ? "" : id);
		return files.toSorted((a, b) => (rank(a.moduleId) < rank(b.moduleId) ? -1 : 1));
	}
}

// Browser tests against a running server: SIGHTGLASS_URL, or the development server with the made-up one.
export default defineConfig({
	test: {
		root: import.meta.dirname,
		// SIGHTGLASS_STORIES=logins, masked: the folder of those that want a server with logins, or with masks.
		include: [`${process.env.SIGHTGLASS_STORIES ?? "."}/*.e2e.ts`],
		environment: "node",
		fileParallelism: false,
		// One story; each step needs the one before.
		sequence: { concurrent: false, shuffle: false, sequencer: ByName },
		bail: 1,
		testTimeout: 180_000,
		hookTimeout: 60_000,
	},
});

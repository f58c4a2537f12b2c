/** What the made-up browser of the tests lacks and the panels ask for. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// How long a test waits for what must come, before it fails: no test passes by waiting.
configure({ asyncUtilTimeout: 30_000 });

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
	window.localStorage.clear();
});

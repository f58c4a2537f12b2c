/** What the made-up browser of the tests lacks and the panels ask for. */
import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
	window.localStorage.clear();
});

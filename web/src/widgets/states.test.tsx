import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CopyButton } from "./CopyButton";
import { Empty, Failed, Lines, SkeletonRows, StaleBanner } from "./states";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

function clipboard() {
	const taken: string[] = [];
	vi.stubGlobal("navigator", {
		...navigator,
		clipboard: {
			writeText: (text: string) => {
				taken.push(text);
				return Promise.resolve();
			},
		},
	});
	return taken;
}

describe("loading", () => {
	it("is told at once, but drawn only after a moment: quick answers do not flicker", async () => {
		const { container } = render(<SkeletonRows rows={5} height={31} label="jobs" />);
		const status = screen.getByRole("status");
		expect(status.getAttribute("aria-busy")).toBe("true");
		expect(status.textContent).toBe("loading jobs");
		await pass(149);
		expect(container.querySelectorAll(".bone")).toHaveLength(0);
		await pass(1);
		expect(container.querySelectorAll(".bone")).toHaveLength(5);
	});

	it("takes the room that the rows will have", async () => {
		const { container } = render(<SkeletonRows rows={2} height={31} label="jobs" />);
		await pass(150);
		expect([...container.querySelectorAll<HTMLElement>(".bone")].map((b) => b.parentElement?.style.height)).toEqual(["31px", "31px"]);
	});
});

const trouble = {
	status: 500,
	title: "Internal Server Error",
	detail: "the store is broken",
	hint: "its log says why",
	requestId: "R7Q2F4KMX",
};

describe("a failure", () => {
	it("says what failed, on what and what to do, and offers to try again", async () => {
		const taken = clipboard();
		const retry = vi.fn();
		render(<Failed what="The jobs" trouble={trouble} onRetry={retry} />);
		const text = screen.getByRole("alert").textContent;
		for (const part of ["The jobs could not be loaded", "Internal Server Error: the store is broken", "its log says why", "R7Q2F4KMX"])
			expect(text).toContain(part);
		fireEvent.click(screen.getByRole("button", { name: "Try again" }));
		expect(retry).toHaveBeenCalledTimes(1);
		fireEvent.click(screen.getByRole("button", { name: "Copy the request id" }));
		await pass(0);
		expect(taken).toEqual(["R7Q2F4KMX"]);
	});

	it("says no sentence twice, and nothing of a request that was none", () => {
		render(<Failed what="The jobs" trouble={{ ...trouble, detail: trouble.title, hint: "", requestId: "" }} />);
		expect(screen.getByRole("alert").textContent).toBe("The jobs could not be loadedInternal Server Error");
		expect(screen.queryByRole("button")).toBeNull();
	});

	it("of permission is told as what may not be shown", () => {
		for (const status of [401, 403]) {
			const { unmount } = render(<Failed what="The jobs" trouble={{ ...trouble, status }} />);
			expect(screen.getByRole("heading").textContent).toBe("The jobs may not be shown");
			unmount();
		}
	});
});

describe("data that is no longer live", () => {
	it("says how old it is, why, and when it is tried again", async () => {
		const since = Date.now();
		render(<StaleBanner since={since} reason="the server cannot be reached" retryAt={since + 12_000} />);
		await pass(4_000);
		expect(screen.getByRole("status").textContent).toBe(
			"Not live. What you see is from 4 s ago: the server cannot be reached.Connecting again in 8 s.",
		);
		await pass(9_000);
		expect(screen.getByRole("status").textContent).toContain("Connecting again.");
	});

	it("that never came says so", () => {
		render(<StaleBanner since={undefined} reason="refused" />);
		expect(screen.getByRole("status").textContent).toContain("Nothing has come yet: refused.");
		expect(screen.queryByRole("button")).toBeNull();
	});

	it("can be asked for now", () => {
		const retry = vi.fn();
		render(<StaleBanner since={0} reason="refused" onRetry={retry} />);
		fireEvent.click(screen.getByRole("button", { name: "Try now" }));
		expect(retry).toHaveBeenCalledTimes(1);
	});
});

describe("nothing there", () => {
	it("says why and what to do next", () => {
		render(
			<Empty title="No job is attached yet">
				<a href="/agents">Agents</a>
			</Empty>,
		);
		expect(screen.getByRole("status").textContent).toContain("No job is attached yet");
		expect(screen.getByRole("link", { name: "Agents" })).toBeTruthy();
	});
});

describe("copying", () => {
	it("takes the text of that moment, and says so for a moment", async () => {
		const taken = clipboard();
		let now = "one";
		render(<CopyButton text={() => now} label="Copy it" word="Copy" />);
		now = "two";
		fireEvent.click(screen.getByRole("button"));
		await pass(0);
		expect(taken).toEqual(["two"]);
		expect(screen.getByRole("button").textContent).toContain("Copied");
		await pass(1_500);
		expect(screen.getByRole("button").textContent).toBe("Copy");
	});

	it("says nothing of success where the browser forbids it", async () => {
		vi.stubGlobal("navigator", { ...navigator, clipboard: undefined });
		render(<CopyButton text={() => "x"} label="Copy it" word="Copy" />);
		fireEvent.click(screen.getByRole("button"));
		await pass(0);
		expect(screen.getByRole("button").textContent).toBe("Copy");
	});

	it("takes all lines of a block", async () => {
		const taken = clipboard();
		render(<Lines lines={["a: 1", "b: 2"]} label="the lines" />);
		fireEvent.click(screen.getByRole("button", { name: "Copy the lines" }));
		await pass(0);
		expect(taken).toEqual(["a: 1\nb: 2"]);
		expect(screen.getByRole("region", { name: "the lines" }).textContent).toBe("a: 1\nb: 2");
	});
});

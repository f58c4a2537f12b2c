import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { processes } from "../../../mock/jobs";
import { listOf, openPanel } from "../../../test/openPanel";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import AgentsPanel from "./AgentsPanel";

const now = Date.now() * 1000;
const doctor = {
	"/doctor": listOf("Check", [
		{ check: "disk", state: "ok", detail: "71 GB free" },
		{ check: "hooks", state: "warn", detail: "hook mails is missing", fix: "look at it" },
	]),
};
const [first, second, third] = processes(now);
const open = (items: readonly unknown[], state = {}) =>
	openPanel(<AgentsPanel state={state} />, { "/agents": listOf("Process", items), ...doctor }, "/agents");

describe("agents", () => {
	it("shows what needs a look first, with its hooks", async () => {
		open([first, second, third]);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("3 processes record");
		const row = within(screen.getByRole("table", { name: "Processes" })).getAllByRole("row")[1];
		expect(row?.textContent).toContain("tm-2");
		expect(row?.textContent).toContain("1 missing");
		const hooks = within(screen.getByRole("table", { name: "Hooks in tm-2" })).getAllByRole("row");
		expect(hooks[1]?.textContent).toContain("mails");
		expect(hooks[1]?.textContent).toContain("missing");
		expect(hooks[1]?.textContent).toContain("method run()V has another shape here");
	});

	it("says that recording is switched off, and why", async () => {
		open([first, { ...third, off: true, reason: "the agent failed 5 times in a minute" }]);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("1 of 2 processes has recording switched off");
		expect(screen.getByRole("alert").textContent).toContain("the agent failed 5 times in a minute");
	});

	it("counts a hook that failed among those that are missing, and shows it first", async () => {
		const hooks = first?.hooks.map((h) =>
			h.id === "timers" ? { ...h, state: "failed", errors: "1", detail: "IllegalStateException" } : h,
		);
		open([{ ...first, hooks }]);
		const [, row] = within(await screen.findByRole("table", { name: `Hooks in ${first?.host}` })).getAllByRole("row");
		expect(row?.textContent).toContain("timers");
		expect(row?.textContent).toContain("failed");
		expect(screen.getByRole("table", { name: "Processes" }).textContent).toContain("1 missing");
	});

	it("goes from process to process by key", async () => {
		open([first, second, third]);
		await screen.findByRole("table", { name: "Processes" });
		runCommand("row-down");
		expect(parseState(window.location.hash).sel).toBe(third?.process);
	});

	it("puts what failed in the self-test first", async () => {
		open([first]);
		const checks = await screen.findAllByRole("listitem");
		expect(checks[0]?.textContent).toContain("hooks");
		expect(
			within(checks[0] as HTMLElement)
				.getByRole("img")
				.getAttribute("aria-label"),
		).toBe("needs a look");
	});

	it("tells an ended process from one that records", async () => {
		open([{ ...first, connected: false }]);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("None of 1 process is connected");
		expect(screen.getByText("not connected")).toBeTruthy();
	});

	it("says what to do when there is none, and what failed when it failed", async () => {
		open([]);
		expect(await screen.findByText("No agent has reported itself")).toBeTruthy();
		openPanel(<AgentsPanel state={{}} />, { "/agents": { status: 503 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The agents could not be loaded");
	});
});

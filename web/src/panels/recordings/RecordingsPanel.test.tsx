import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { listOf, openPanel } from "../../../test/openPanel";
import type { Recording } from "../../api/schema";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import RecordingsPanel from "./RecordingsPanel";

const recording = (change: Partial<Recording>): Recording => ({
	id: "8c1e4f0a9b7d4d3fa1c25e60f7a93b12",
	job: "order-totals",
	state: "running",
	flink: "2.3.0",
	started: "2026-11-23T14:00:00.000000Z",
	blocks: "41208",
	events: "2880000",
	bytes: "9840120312",
	gaps: 1,
	removed: "0",
	agents: 3,
	...change,
});
const ended = recording({
	id: "b07a61d5e4c84f92a7d81f3366c0e9a4",
	job: "merchant-alerts",
	state: "finished",
	ended: "2026-11-23T14:30:00.000000Z",
	gaps: 0,
});
const both = { "/recordings": listOf("Recording", [ended, recording({})]) };
const rows = () => screen.getAllByRole("row").slice(1);

describe("recordings", () => {
	it("lists running ones first, with size, events and a link to each gap list", async () => {
		openPanel(<RecordingsPanel state={{}} />, both);
		expect(await screen.findByRole("heading", { level: 1 })).toHaveProperty("textContent", "2 recordings, 19.7 GB");
		const [first, second] = rows();
		expect(first?.textContent).toContain("order-totals");
		expect(first?.textContent).toContain("2,880,000");
		expect(
			within(first as HTMLElement)
				.getByRole("link", { name: /1$/ })
				.getAttribute("href"),
		).toBe("/r/8c1e4f0a9b7d4d3fa1c25e60f7a93b12/gaps");
		expect(second?.textContent).toContain("30min");
	});

	it("is filtered from the link, and says so when nothing fits", async () => {
		const { again } = openPanel(<RecordingsPanel state={{ filter: "alerts" }} />, both);
		await screen.findByRole("table");
		expect(rows()).toHaveLength(1);
		again(<RecordingsPanel state={{ filter: "nothing" }} />);
		expect(await screen.findByText("No recording has that in its job, state, version or id")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Show all 2" }));
		expect(parseState(window.location.hash).filter).toBeUndefined();
	});

	it("opens the events of the selected one by key", async () => {
		openPanel(<RecordingsPanel state={{ sel: ended.id }} />, both, "/r");
		await screen.findByRole("table");
		expect(runCommand("open")).toBe(true);
		expect(window.location.pathname).toBe(`/r/${ended.id}/events`);
	});

	it("says which lines to add when there is none", async () => {
		const line = "env.java.default-opts.taskmanager: -javaagent:agent.jar=127.0.0.1:7171";
		openPanel(<RecordingsPanel state={{}} />, {
			"/recordings": listOf("Recording", []),
			"/status": {
				version: "1",
				uptime_s: "1",
				listen: "127.0.0.1:7070",
				agent_listen: "127.0.0.1:7171",
				data: "data",
				flink_lines: [line],
				agents: 0,
				recordings: 0,
				bytes: "0",
				ingest: { blocks: "0", blocks_per_s: 0, bytes: "0", bytes_per_s: 0, events: "0", events_per_s: 0 },
			},
		});
		expect(await screen.findByText("Nothing is recorded yet")).toBeTruthy();
		expect(await screen.findByText(line)).toBeTruthy();
	});

	it("says what failed, with the request to look for", async () => {
		openPanel(<RecordingsPanel state={{}} />, { "/recordings": { status: 500 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The recordings could not be loaded");
		expect(screen.getByText("R7Q2F4KMX")).toBeTruthy();
	});

	it("is busy while the answer is on its way", () => {
		openPanel(<RecordingsPanel state={{}} />, { "/recordings": "never" });
		expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
	});
});

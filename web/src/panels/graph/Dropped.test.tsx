import { cleanup, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { drops } from "../../../mock/drops";
import { channels, detail, job, orderTotals } from "../../../mock/jobs";
import { listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { JobDetail } from "../../api/schema";
import { link } from "../../model/address";
import { useAddress } from "../../model/navigation";
import GraphPanel from "./GraphPanel";

const now = Date.now() * 1000;
const path = `/jobs/${orderTotals}`;

function Screen() {
	return <GraphPanel job={orderTotals} state={useAddress().state} />;
}

beforeEach(() => roomOf(1200, 700));

describe("dropped records", () => {
	const row = { op: "dedup", op_name: "drop duplicates", vertex: "v", task: "t", subtask: 0, reason: "duplicate", kept: false, count: "3" };
	const report = (items: readonly unknown[], told = true) => ({ ...drops(orderTotals, now), items, told, lost: "1203", kept: "9" });
	const openWith = async (answer: unknown, change: Partial<JobDetail> = {}) => {
		openPanel(
			<Screen />,
			{
				[path]: { ...detail(orderTotals, now), state: "finished", ...change },
				[`${path}/channels`]: channels(orderTotals, now),
				[`${path}/drops`]: answer,
				"/jobs": listOf("Job", [job(orderTotals, now)]),
			},
			link({ screen: "graph", job: orderTotals }, { view: "tree", tab: "drops" }),
		);
		return screen.findByRole("complementary", { name: "order-totals" });
	};

	it("are listed by operator and reason over all subtasks, lost ones first, each with the way to the records", async () => {
		const box = await openWith(
			report([
				{ ...row, reason: "late-to-side-output", kept: true, count: "9000" },
				{ ...row, last: "2026-01-05T08:00:09Z" },
				{ ...row, subtask: 1, count: "1200", last: "2026-01-05T08:00:04Z" },
				{ ...row, op: "window", op_name: "window", reason: "window-late", count: "7" },
			]),
			{ gaps: 2 },
		);
		const lines = within(await within(box).findByRole("table", { name: "Dropped records" })).getAllByRole("row");
		expect(
			lines.slice(1).map((l) =>
				within(l)
					.getAllByRole("cell")
					.slice(0, 3)
					.map((c) => c.textContent?.trim()),
			),
		).toEqual([
			["drop duplicates", "duplicate", "1,203"],
			["window", "late for its window", "7"],
			["drop duplicates", "late, sent to the side output, not lost", "9,000"],
		]);
		const first = within(lines[1] as HTMLElement);
		expect(first.getByTitle("#0: 3, #1: 1,200")).toBeTruthy();
		expect(first.getByRole("time").getAttribute("datetime")).toBe("2026-01-05T08:00:09.000000Z");
		expect(decodeURIComponent(first.getByRole("link").getAttribute("href") ?? "")).toBe(
			`/r/${orderTotals}/events#f=op+==+"dedup"+&&+drop.reason+==+"duplicate"`,
		);
		expect(within(box).getByText("1,203 records lost")).toBeTruthy();
		expect(within(box).getByText(/some may be missing/).textContent).toContain("2 gaps");
	});

	it("are none as far as is recorded; not known where no agent tells them; and say when they could not be loaded", async () => {
		expect(await within(await openWith(report([]))).findByText("No record was thrown away")).toBeTruthy();
		cleanup();
		expect(await within(await openWith(report([], false))).findByText("Not known")).toBeTruthy();
		cleanup();
		const box = await openWith({ status: 500 });
		expect((await within(box).findByRole("alert")).textContent).toContain("The dropped records could not be loaded");
	});
});

import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { gaps, orderTotals } from "../../../mock/jobs";
import { listOf, openPanel } from "../../../test/openPanel";
import { parseAddress } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import GapsPanel from "./GapsPanel";
import { reasonOf } from "./reasons";

const [full] = gaps(orderTotals);
const path = `/recordings/${orderTotals}/gaps`;
const unknown = {
	lane: "",
	reason: "process lost",
	text: "",
	task: "",
	attempt_key: "00ff",
	first: "0",
	last: "0",
	events: "0",
	bytes: "0",
};

describe("gaps", () => {
	it("says what is missing, where and why", async () => {
		openPanel(<GapsPanel rec={orderTotals} state={{}} />, { [path]: listOf("Gap", [full]) });
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("1 gap, 5,812 events not recorded");
		const row = screen.getAllByRole("row")[1];
		expect(row?.textContent).toContain("buffer full");
		expect(row?.textContent).toContain("drop-duplicates");
		expect(row?.textContent).toContain("18.4s");
		expect(screen.getByText("402,118 to 407,929")).toBeTruthy();
		expect(screen.getByText(reasonOf("buffer full").about)).toBeTruthy();
	});

	it("opens the events of that subtask around the gap", async () => {
		openPanel(<GapsPanel rec={orderTotals} state={{}} />, { [path]: listOf("Gap", [full]) });
		await screen.findByRole("table");
		runCommand("open");
		const { page, state } = parseAddress(window.location.pathname, window.location.hash);
		expect(page).toEqual({ screen: "events", rec: orderTotals });
		expect(state.filter).toBe('op == "drop-duplicates" && subtask == 2');
		expect(Number((state.win?.to ?? 0n) - (state.win?.from ?? 0n))).toBe(18_400_000 + 4_000_000);
	});

	it("does not make up a size or a time that is not known", async () => {
		openPanel(<GapsPanel rec={orderTotals} state={{}} />, { [path]: listOf("Gap", [unknown]) });
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("1 gap of unknown size");
		expect(screen.getAllByText("not known").length).toBeGreaterThan(4);
		expect(screen.getAllByText("the whole process").length).toBe(2);
	});

	it("says that nothing is missing, and what that rests on", async () => {
		openPanel(<GapsPanel rec={orderTotals} state={{}} />, {
			[path]: listOf("Gap", []),
			[`/recordings/${orderTotals}`]: {
				id: orderTotals,
				job: "order-totals",
				state: "running",
				flink: "2.3.0",
				blocks: "41208",
				events: "12",
				bytes: "1",
				gaps: 0,
				removed: "0",
				agents: 1,
			},
		});
		expect(await screen.findByText("Nothing is missing")).toBeTruthy();
		expect(await screen.findByText(/All 41,208 blocks that were announced are here, with 12 events/)).toBeTruthy();
	});

	it("says what failed", async () => {
		openPanel(<GapsPanel rec={orderTotals} state={{}} />, { [path]: { status: 404 } });
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
	});

	it("explains every reason that a recording may have", () => {
		const reasons = [
			"ring full",
			"buffer full",
			"governor",
			"payload over limit",
			"agent fault",
			"late attach",
			"process lost",
			"clock step",
			"checksum",
			"missing blocks",
			"truncated tail",
			"switched off",
		];
		const unexplained = reasonOf("no such reason").about;
		for (const reason of reasons) expect(reasonOf(reason).about, reason).not.toBe(unexplained);
	});
});

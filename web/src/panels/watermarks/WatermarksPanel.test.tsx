import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { orderTotals } from "../../../mock/jobs";
import { watermarksOfTotals } from "../../../mock/key";
import { openPanel } from "../../../test/openPanel";
import { parseAddress } from "../../model/address";
import WatermarksPanel from "./WatermarksPanel";

const path = `/recordings/${orderTotals}/watermarks`;
const here = () => parseAddress(window.location.pathname, window.location.hash).state;
const at = `/r/${orderTotals}/watermarks`;
const op = "totals-per-merchant";

describe("watermarks at a moment", () => {
	it("are a table of inputs, with the one that holds event time back marked", async () => {
		const { asked } = openPanel(<WatermarksPanel rec={orderTotals} state={{ op, at: "-5m" }} />, { [path]: watermarksOfTotals }, at);
		const rows = within(await screen.findByRole("table", { name: "Inputs of subtask 1" })).getAllByRole("row");
		expect(rows[1]?.textContent).toContain("convert to euro #0 holds it back");
		expect(rows[1]?.textContent).toContain("8s");
		expect(rows[2]?.textContent).toContain("idle");
		expect(screen.getAllByText("holds it back")).toHaveLength(1);
		expect(rows[5]?.textContent).toContain("passed on by totals per merchant");
		expect(asked.find((a) => a.path === path)?.query.get("at")).toBe("-5m");
	});

	it("say why one is not exact, and what is not recorded", async () => {
		openPanel(<WatermarksPanel rec={orderTotals} state={{ op }} />, { [path]: watermarksOfTotals }, at);
		expect(await screen.findByText("what its sender sent is not all recorded")).toBeTruthy();
		expect(screen.getByText("record it at trace")).toBeTruthy();
	});

	it("ask whose, and at which moment", async () => {
		openPanel(<WatermarksPanel rec={orderTotals} state={{}} />, {}, at);
		expect(screen.getByText("Whose watermarks?")).toBeTruthy();
		fireEvent.change(screen.getByRole("textbox", { name: "Moment" }), { target: { value: "14:02:11" } });
		fireEvent.click(screen.getByRole("button", { name: "Show" }));
		expect(here().at).toBe("14:02:11");
	});

	it("say what failed, and that they are on their way", async () => {
		openPanel(<WatermarksPanel rec={orderTotals} state={{ op }} />, { [path]: { status: 404 } }, at);
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
		openPanel(<WatermarksPanel rec={orderTotals} state={{ op }} />, { [path]: "never" }, at);
		expect(await screen.findByText(/loading watermarks/)).toBeTruthy();
	});
});

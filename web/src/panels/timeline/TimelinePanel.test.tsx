import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../../mock/answers";
import { timeline } from "../../../mock/events";
import { began, detail, orderTotals as rec } from "../../../mock/jobs";
import { tracks } from "../../../mock/tracks";
import { type Answers, openPanel } from "../../../test/openPanel";
import { link, parseState, parseStretch, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { useAddress } from "../../model/navigation";
import TimelinePanel from "./TimelinePanel";

const path = `/recordings/${rec}`;
/** Five minutes of the made-up recording. */
const now = began + 300e6;
const served: Answers = {
	[`/jobs/${rec}`]: { ...detail(rec, now), state: "finished" },
	[`${path}/timeline`]: (q: URLSearchParams) => timeline(rec, q, now),
	[`${path}/tracks`]: (q: URLSearchParams) => tracks(rec, q, now),
};
const nothing = { bucket_us: "1", total: "0", approximate: false, tracks: [], gaps: [] };

function Screen() {
	return <TimelinePanel rec={rec} state={useAddress().state} />;
}
function open(state: ViewState = {}, answers: Answers = {}) {
	return openPanel(<Screen />, { ...served, ...answers }, link({ screen: "timeline", rec }, state));
}
const stateOf = () => parseState(window.location.hash);
const totals = () => screen.findByRole("table", { name: "Totals by operator" });
const row = async (name: string) => {
	const found = within(await totals())
		.getAllByRole("row")
		.find((r) => r.textContent?.startsWith(name));
	if (found === undefined) throw new Error(`no row ${name}`);
	return found;
};
const number = (cell: HTMLElement | undefined) => Number(cell?.textContent?.replaceAll(",", ""));

beforeEach(() => {
	vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1000);
	vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ left: 0, width: 1000 } as DOMRect);
});

async function drag(from: number, to: number): Promise<void> {
	const brush = await screen.findByTestId("brush");
	fireEvent.pointerDown(brush, { button: 0, clientX: from });
	fireEvent.pointerMove(brush, { clientX: (from + to) / 2 });
	fireEvent.pointerUp(brush, { clientX: to });
}

describe("tracks", () => {
	it("are there for each operator, and for its subtasks when it is opened", async () => {
		open();
		const fold = await screen.findByRole("button", { name: "drop duplicates" });
		expect(screen.queryByText("#3")).toBeNull();
		fireEvent.click(fold);
		expect(fold.getAttribute("aria-expanded")).toBe("true");
		expect(screen.getByText("#3")).toBeTruthy();
		expect(screen.getAllByText(/watermark lag to/).length).toBe(4);
	});

	it("show drops by reason, with the way to the records", async () => {
		open();
		const reason = (await screen.findAllByRole("link", { name: "duplicate" }))[0];
		expect(reason?.getAttribute("href")).toContain('f=drop.reason+%3D%3D+"duplicate"');
		expect(reason?.getAttribute("href")).toContain("win=");
	});

	it("are asked for the stretch that is zoomed to", async () => {
		const view = open();
		await totals();
		act(() => void runCommand("zoom-in"));
		await waitFor(() => expect(stateOf().win).toBeDefined());
		await waitFor(() => expect(view.asked.filter((a) => a.path === `${path}/tracks`).length).toBe(2));
		const asked = view.asked.filter((a) => a.path === `${path}/tracks`).at(-1)?.query;
		expect(Date.parse(asked?.get("to") ?? "") - Date.parse(asked?.get("from") ?? "")).toBeCloseTo(150_000, -3);
		act(() => void runCommand("pan-right"));
		const win = stateOf().win;
		act(() => void runCommand("zoom-out"));
		expect(stateOf().win).not.toEqual(win);
		act(() => void runCommand("fit"));
		expect(stateOf().win).toBeUndefined();
	});
});

describe("a selection", () => {
	it("is made by dragging, added up, zoomed to, and cleared", async () => {
		open();
		const whole = number(within(await row("drop duplicates")).getAllByRole("cell")[0]);
		await drag(500, 750);
		const sel = parseStretch(stateOf().sel ?? "");
		expect(Number((sel?.to ?? 0n) - (sel?.from ?? 0n)) / 1e6).toBeCloseTo(75, 0);
		await screen.findByRole("heading", { name: "Selection" });
		const part = number(within(await row("drop duplicates")).getAllByRole("cell")[0]);
		expect(part / whole).toBeGreaterThan(0.2);
		expect(part / whole).toBeLessThan(0.3);
		act(() => void runCommand("fit"));
		expect(stateOf().win).toEqual(sel);
		act(() => void runCommand("close"));
		expect(stateOf().sel).toBeUndefined();
	});

	it("in a link is there when the page opens, and a click clears it", async () => {
		open({ sel: `${new Date((began + 100e6) / 1000).toISOString()}..${new Date((began + 110e6) / 1000).toISOString()}` });
		await screen.findByRole("heading", { name: "Selection" });
		await drag(200, 201);
		expect(stateOf().sel).toBeUndefined();
		await screen.findByRole("heading", { name: "All that is shown" });
	});

	it("leads to the events of an operator in that stretch", async () => {
		open();
		await totals();
		await drag(100, 200);
		const sel = parseStretch(stateOf().sel ?? "");
		const href =
			within(await row("convert to euro"))
				.getByRole("link")
				.getAttribute("href") ?? "";
		expect(parseState(href.slice(href.indexOf("#")))).toEqual({ win: sel, filter: 'op == "convert-to-euro"' });
	});

	it("says what was found in it", async () => {
		open();
		const found = await screen.findByRole("list", { name: "Found in it" });
		await waitFor(() => expect(within(found).getAllByText(/checkpoint/).length).toBeGreaterThan(0));
	});
});

describe("states", () => {
	it("says that nothing is recorded, and that nothing happened in a stretch", async () => {
		open({}, { [`${path}/tracks`]: nothing });
		await screen.findByText("Nothing is recorded here yet");
		const from = (BigInt(began) * 1n) as never;
		open({ win: { from } }, { [`${path}/tracks`]: nothing });
		await screen.findByText("Nothing happened in this stretch");
		fireEvent.click(screen.getByRole("button", { name: "The whole recording" }));
		expect(stateOf().win).toBeUndefined();
	});

	it("says what failed, and tries again", async () => {
		const view = open({}, { [`${path}/tracks`]: { status: 500 } });
		await screen.findByText(/The tracks/);
		const before = view.asked.length;
		fireEvent.click(screen.getByRole("button", { name: /again/i }));
		await waitFor(() => expect(view.asked.length).toBeGreaterThan(before));
	});

	it("of the made-up server are those of the real one", () => {
		expect(answer(`${path}/tracks`, new URLSearchParams("buckets=10"), "").status).toBe(200);
	});
});

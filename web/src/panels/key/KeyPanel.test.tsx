import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { orderTotals } from "../../../mock/jobs";
import { historyOfKey, key, statesOfKey } from "../../../mock/key";
import { openPanel } from "../../../test/openPanel";
import { parseAddress } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import KeyPanel from "./KeyPanel";

const history = `/recordings/${orderTotals}/key`;
const states = `/recordings/${orderTotals}/state`;
const answers = { [history]: historyOfKey, [states]: statesOfKey };
const here = () => parseAddress(window.location.pathname, window.location.hash);
const at = `/r/${orderTotals}/key`;

describe("the history of a key", () => {
	it("shows records, state, timers and drops on one timeline", async () => {
		const { asked } = openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, answers, at);
		const table = await screen.findByRole("table", { name: "History of the key" });
		expect(within(table).getAllByRole("row")).toHaveLength(12);
		expect(screen.getByRole("heading", { level: 1 }).textContent).toContain(key);
		expect(asked.find((a) => a.path === history)?.query.get("key")).toBe(key);
	});

	it("leaves kinds out, keeps that in the address, and says when nothing is left", async () => {
		const { again } = openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, answers, at);
		await screen.findByRole("table", { name: "History of the key" });
		fireEvent.click(screen.getByRole("button", { name: "Drops" }));
		expect(here().state.filter).toBe("drop");
		again(<KeyPanel rec={orderTotals} state={{ key, filter: "drop" }} />);
		const rows = within(screen.getByRole("table", { name: "History of the key" })).getAllByRole("row");
		expect(rows).toHaveLength(2);
		expect(rows[1]?.textContent).toContain("window-late");
		expect(screen.getByRole("button", { name: "Drops" }).getAttribute("aria-pressed")).toBe("true");
	});

	it("goes from row to row by keys, and opens the event", async () => {
		const { again } = openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, answers, at);
		await screen.findByRole("table", { name: "History of the key" });
		runCommand("row-down");
		const sel = here().state.sel;
		expect(sel).toBe("totals-per-merchant.1.0.12:in:in12");
		again(<KeyPanel rec={orderTotals} state={{ key, ...(sel === undefined ? {} : { sel }) }} />);
		const chosen = screen.getByRole("region", { name: "Selected event" });
		expect(chosen.textContent).toContain("cents: 900");
		expect(within(chosen).getByRole("link", { name: "Step through" }).getAttribute("href")).toBe(
			`/r/${orderTotals}/step/totals-per-merchant.1.0.12`,
		);
		expect(within(chosen).getByRole("button", { name: "Replay from here" })).toBeTruthy();
		runCommand("open");
		expect(here()).toEqual({ page: { screen: "events", rec: orderTotals }, state: { at: "totals-per-merchant.1.0.12", sel: "in12" } });
	});

	it("says that an invocation worked under other keys too", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key, sel: "totals-per-merchant.1.0.19:did:d19" }} />, answers, at);
		expect(await screen.findByText(/worked under other keys too/)).toBeTruthy();
	});

	it("goes on behind the first page", async () => {
		const pages = (q: URLSearchParams) =>
			q.get("cursor") === null
				? { ...historyOfKey, items: historyOfKey.items?.slice(0, 2), next: "c2" }
				: { ...historyOfKey, items: historyOfKey.items?.slice(2) };
		openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, { ...answers, [history]: pages }, at);
		fireEvent.click(await screen.findByRole("button", { name: "Go on" }));
		expect(await screen.findByText(/window-late/)).toBeTruthy();
		expect(screen.queryByRole("button", { name: "Go on" })).toBeNull();
	});
});

describe("the states of a key", () => {
	it("are strips of versions, the one in force marked", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, answers, at);
		const strip = await screen.findByRole("group", { name: "Versions of sums" });
		expect(within(strip).getAllByRole("button")).toHaveLength(3);
		expect(screen.getByText("nothing of it was there at the moment")).toBeTruthy();
	});

	it("show what a version changed, who wrote it and because of what", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key, sel: "v:0.1" }} />, answers, at);
		const about = await screen.findByRole("region", { name: "Selected version" });
		expect(about.textContent).toContain("cents900 1000");
		expect(within(about).getByRole("link", { name: "totals-per-merchant.1.0.15" }).getAttribute("href")).toBe(
			`/r/${orderTotals}/events#at=totals-per-merchant.1.0.15`,
		);
	});

	it("lead from version to version by arrow keys", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key, sel: "v:0.1" }} />, answers, at);
		fireEvent.keyDown(await screen.findByRole("group", { name: "Versions of sums" }), { key: "ArrowLeft" });
		expect(here().state.sel).toBe("v:0.0");
		fireEvent.keyDown(screen.getByRole("group", { name: "Versions of sums" }), { key: "End" });
		expect(here().state.sel).toBe("v:0.2");
	});

	it("say what is seen and not explained, and when it expires", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key, sel: "v:1.0" }} />, answers, at);
		const about = await screen.findByRole("region", { name: "Selected version" });
		expect(about.textContent).toContain("no recorded write explains it");
		expect(about.textContent).toContain("expires");
	});

	it("say what failed beside a history that is there", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, { ...answers, [states]: { status: 404 } }, at);
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
		expect(screen.getByRole("table", { name: "History of the key" })).toBeTruthy();
	});
});

describe("which key", () => {
	it("is asked for, and stands in the address", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{}} />, answers, at);
		expect(screen.getByText("Which key?")).toBeTruthy();
		fireEvent.change(screen.getByRole("textbox", { name: "Key" }), { target: { value: " user-42 " } });
		fireEvent.change(screen.getByRole("textbox", { name: "Operator" }), { target: { value: "dedup" } });
		fireEvent.click(screen.getByRole("button", { name: "Follow" }));
		expect(here().state).toEqual({ key: "user-42", op: "dedup" });
	});

	it("is that of a position", async () => {
		const { asked } = openPanel(<KeyPanel rec={orderTotals} state={{ of: "dedup.0.0.3" }} />, answers, at);
		await screen.findByRole("table", { name: "History of the key" });
		expect(asked.find((a) => a.path === states)?.query.get("of")).toBe("dedup.0.0.3");
		expect(screen.getByText("dedup.0.0.3")).toBeTruthy();
	});

	it("is not recorded, and it is said what would give it", async () => {
		const none = {
			...historyOfKey,
			items: [],
			keys: [],
			notes: [
				{
					kind: "not-recorded",
					operator: "dedup",
					text: "its state is not recorded at level flight",
					hint: "record operator dedup at level trace",
				},
			],
		};
		openPanel(<KeyPanel rec={orderTotals} state={{ key: "nobody" }} />, { ...answers, [history]: none }, at);
		expect(await screen.findByText("No such key is recorded")).toBeTruthy();
		expect(screen.getByText("record operator dedup at level trace")).toBeTruthy();
	});

	it("failed, or is on its way", async () => {
		openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, { ...answers, [history]: { status: 404 } }, at);
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
		openPanel(<KeyPanel rec={orderTotals} state={{ key }} />, { ...answers, [history]: "never" }, at);
		expect(await screen.findByText(/loading what happened under this key/)).toBeTruthy();
	});
});

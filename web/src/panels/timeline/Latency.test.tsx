import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { timeline } from "../../../mock/events";
import { began, detail, orderTotals as rec } from "../../../mock/jobs";
import { latency } from "../../../mock/latency";
import { pinOf } from "../../../mock/pins";
import { tracks } from "../../../mock/tracks";
import { type Answers, openPanel } from "../../../test/openPanel";
import type { Latency } from "../../api/schema";
import { link, parseState, type ViewState } from "../../model/address";
import { useAddress } from "../../model/navigation";
import { rangeOf } from "./band";
import { lanesOf } from "./Latency";
import TimelinePanel from "./TimelinePanel";

const path = `/recordings/${rec}`;
const now = began + 300e6;
const served: Answers = {
	"/principal": { id: "local", name: "local", roles: ["owner"], actions: ["recording:pin"], policy: "clear", way: "local" },
	[`/jobs/${rec}`]: { ...detail(rec, now), state: "finished" },
	[`${path}/timeline`]: (q: URLSearchParams) => timeline(rec, q, now),
	[`${path}/tracks`]: (q: URLSearchParams) => tracks(rec, q, now),
	[`${path}/latency`]: (q: URLSearchParams) => latency(rec, q, now),
};

function Screen() {
	return <TimelinePanel rec={rec} state={useAddress().state} />;
}
function open(state: ViewState = {}, answers: Answers = {}) {
	return openPanel(<Screen />, { ...served, ...answers }, link({ screen: "timeline", rec }, state));
}
const stateOf = () => parseState(window.location.hash);
const asked = (view: ReturnType<typeof open>) => view.asked.filter((a) => a.path === `${path}/latency`);

beforeEach(() => {
	vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1000);
	vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ left: 0, width: 1000 } as DOMRect);
});

describe("lanes", () => {
	it("are not asked for until one is chosen, and the choice is in the link", async () => {
		const view = open();
		await screen.findByRole("table", { name: "Totals by operator" });
		expect(asked(view)).toEqual([]);
		const choice = within(screen.getByRole("group", { name: "Lanes of latency and lateness" }));
		fireEvent.click(choice.getByRole("button", { name: "Behind the watermark" }));
		expect(stateOf().lanes).toBe("lateness");
		fireEvent.click(choice.getByRole("button", { name: "Age" }));
		expect(stateOf().lanes).toBe("age,lateness");
		expect(choice.getByRole("button", { name: "Age" }).getAttribute("aria-pressed")).toBe("true");
		await waitFor(() => expect(screen.getAllByText(/^p95 /).length).toBeGreaterThan(2));
		fireEvent.click(choice.getByRole("button", { name: "Age" }));
		fireEvent.click(choice.getByRole("button", { name: "Behind the watermark" }));
		expect(stateOf().lanes).toBeUndefined();
	});

	it("of other versions are left out", () => {
		expect(lanesOf("lateness,dreams,inside")).toEqual(["inside", "lateness"]);
		expect(lanesOf(undefined)).toEqual([]);
	});

	it("that fail say so and are tried again", async () => {
		const view = open({ lanes: "inside" }, { [`${path}/latency`]: { status: 500 } });
		const again = (await screen.findAllByRole("button", { name: "failed, try again" }))[0];
		const before = asked(view).length;
		if (again !== undefined) fireEvent.click(again);
		await waitFor(() => expect(asked(view).length).toBeGreaterThan(before));
		await screen.findByText("Latency and lateness could not be loaded");
	});

	it("draw from zero, or below it, up to the greatest of what is there", () => {
		const s = { counts: [1, 0, 2], p50: [-5, -900, 3], max: [7, 900, 4] } as never;
		expect(rangeOf(s)).toEqual({ low: -5, high: 7 });
	});
});

describe("the numbers", () => {
	it("are of the selection, with what came late and what is not measured", async () => {
		const view = open({ lanes: "lateness" });
		const table = await screen.findByRole("table", { name: "Latency and lateness by operator" });
		const row = within(table)
			.getAllByRole("row")
			.find((r) => r.textContent?.startsWith("drop duplicates"));
		expect(row?.textContent).toMatch(/Behind the watermark.*2\.[45] %.*12 without a watermark/);
		const sel = `${new Date((began + 100e6) / 1000).toISOString()}..${new Date((began + 110e6) / 1000).toISOString()}`;
		act(() => {
			window.location.hash = `#lanes=lateness&sel=${sel}`;
		});
		await waitFor(() => {
			const last = asked(view).filter((a) => a.query.get("buckets") === "1");
			const q = last.at(-1)?.query;
			expect(Date.parse(q?.get("to") ?? "") - Date.parse(q?.get("from") ?? "")).toBeLessThan(15_000);
		});
	});

	it("say what is not recorded, and what is still summed up", async () => {
		const none = (q: URLSearchParams): Latency => {
			const all = latency(rec, q, now);
			const [first] = all.series;
			if (first === undefined) return all;
			const total = { ...first.total, count: "0", without: [{ why: "not-recorded" as const, count: "4711" }] };
			return { ...all, pending: "12", series: [{ ...first, total, counts: first.counts.map(() => 0) }] };
		};
		open({ lanes: "inside" }, { [`${path}/latency`]: none });
		await waitFor(() => expect(screen.getAllByText("4,711 not recorded at this level").length).toBe(2));
		expect(screen.getByText(/12 blocks are not in it yet/)).toBeTruthy();
	});

	it("that are none say where they would be", async () => {
		open({ lanes: "age" }, { [`${path}/latency`]: (q: URLSearchParams) => ({ ...latency(rec, q, now), series: [] }) });
		expect(await screen.findByText("Nothing of it is recorded in this stretch")).toBeTruthy();
	});
});

describe("a stretch", () => {
	it("is kept from retention as it is chosen", async () => {
		const sel = `${new Date((began + 100e6) / 1000).toISOString()}..${new Date((began + 110e6) / 1000).toISOString()}`;
		const view = open({ sel }, { [`POST ${path}/pins`]: pinOf(rec) });
		const form = await screen.findByRole("form", { name: "Keep from retention" });
		fireEvent.change(within(form).getByRole("combobox"), { target: { value: "incident" } });
		fireEvent.change(within(form).getByRole("textbox", { name: "Note" }), { target: { value: "ticket 4711" } });
		fireEvent.click(within(form).getByRole("button", { name: "Keep" }));
		await screen.findByText(/Kept as incident/);
		const sent = view.asked.find((a) => a.method === "POST")?.sent as { reason: string; note: string; from: string; to: string };
		expect([sent.reason, sent.note]).toEqual(["incident", "ticket 4711"]);
		expect(Date.parse(sent.to) - Date.parse(sent.from)).toBeGreaterThanOrEqual(10_000);
		expect(Date.parse(sent.to) - Date.parse(sent.from)).toBeLessThan(13_000);
	});
});

import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../../mock/answers";
import { job, merchantAlerts, orderTotals } from "../../../mock/jobs";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { Job } from "../../api/schema";
import { link, parseAddress, parseState, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { useAddress } from "../../model/navigation";
import { FleetPanel } from "./FleetPanel";

vi.mock("../../widgets/Chart", () => ({
	Chart: ({ label, lines }: { readonly label: string; readonly lines: readonly { readonly name: string }[] }) => (
		<p>{`${label}: ${lines.map((l) => l.name).join(", ")}`}</p>
	),
}));

const now = Date.now() * 1000;
const running: Job = { ...job(merchantAlerts, now), watermark_lag_ms: "900" };
const gappy = job(orderTotals, now);
const failed: Job = { ...running, id: "f".repeat(32), name: "enrich-clicks", state: "failed", in_per_s: 0 };
const jobs = [running, failed, gappy];

function Screen() {
	return <FleetPanel state={useAddress().state} />;
}

function open(items: readonly Job[] | unknown = jobs, state: ViewState = {}, answers: Answers = {}) {
	const timelines = Object.fromEntries(
		jobs.map((j) => [`/recordings/${j.id}/timeline`, (q: URLSearchParams) => answer(`/recordings/${orderTotals}/timeline`, q, "").body]),
	);
	return openPanel(
		<Screen />,
		{ "/jobs": Array.isArray(items) ? listOf("Job", items) : items, ...timelines, ...answers },
		link({ screen: "fleet" }, state),
	);
}
const stateOf = () => parseState(window.location.hash);
const table = () => screen.findByRole("table", { name: "Jobs" });
const rows = async () =>
	within(await table())
		.getAllByRole("row")
		.slice(1);
const names = async () => (await rows()).map((r) => within(r).getAllByRole("link")[0]?.textContent);
const chosen = async () => (await rows()).findIndex((r) => r.getAttribute("aria-selected") === "true");
const command = (id: Parameters<typeof runCommand>[0]) => act(() => void runCommand(id));
const status = answer("/status", new URLSearchParams(), "empty").body;

beforeEach(() => roomOf(1200, 700));

describe("states", () => {
	it("loading: busy, in the size of the table", () => {
		open("never");
		expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
		expect(screen.getByText("loading jobs")).toBeTruthy();
	});

	it("error: what failed, with its request; trying again shows the jobs", async () => {
		let broken = true;
		open(() => (broken ? { status: 503 } : listOf("Job", jobs)));
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("The jobs could not be loaded");
		expect(alert.textContent).toContain("R7Q2F4KMX");
		broken = false;
		await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
		expect(await names()).toHaveLength(3);
	});

	it("empty: the lines that go into Flink's configuration, to copy, and the command that does it", async () => {
		open([], {}, { "/status": status });
		expect(await screen.findByText("No job is attached yet")).toBeTruthy();
		const lines = await screen.findByRole("region", { name: "the lines for Flink's configuration" });
		expect(lines.textContent).toMatch(/^env.*taskmanager: -javaagent:.*:7171\nenv.*jobmanager: -javaagent:.*:7171$/);
		expect(screen.getByRole("button", { name: "Copy the lines for Flink's configuration" })).toBeTruthy();
		expect(screen.getByText("sightglass attach --flink-home DIR --write")).toBeTruthy();
		expect(screen.getByText(/0 agents connected/)).toBeTruthy();
	});

	it("empty and the server does not say which lines: that is said too", async () => {
		open([], {}, { "/status": { status: 500 } });
		expect(await screen.findByText(/The server did not say which lines/)).toBeTruthy();
	});

	it("stale: the jobs stay, greyed, with their age; they can be asked for at once", async () => {
		let broken = false;
		const { client } = open(() => (broken ? { status: 503 } : listOf("Job", jobs)));
		await table();
		broken = true;
		await act(() => client.refetchQueries({ queryKey: ["jobs"] }));
		expect((await screen.findByText(/Not live/)).parentElement?.textContent).toMatch(/What you see is from (now|\d+ s ago)/);
		expect(await names()).toHaveLength(3);
		expect(screen.getByRole("region", { name: "Jobs" }).className).toContain("stale");
		broken = false;
		await userEvent.click(screen.getByRole("button", { name: "Try now" }));
		await waitFor(() => expect(screen.queryByText(/Not live/)).toBeNull());
	});

	it("gap: a job with gaps says so in its row, and leads to them", async () => {
		open();
		const row = (await rows())[1] as HTMLElement;
		expect(within(row).getByRole("link", { name: "has gaps" }).getAttribute("href")).toBe(`/r/${orderTotals}/gaps`);
	});

	it("many: hundreds of jobs, of which the filter leaves those that are looked for", async () => {
		const many = Array.from({ length: 300 }, (_, i): Job => ({ ...running, id: i.toString(16).padStart(32, "0"), name: `job-${i}` }));
		open(many, { filter: "job-29" });
		expect(await names()).toHaveLength(11);
		expect(screen.getByText("300 jobs")).toBeTruthy();
	});
});

describe("the fleet", () => {
	it("puts the worst first, and says how many need a look", async () => {
		open();
		expect(await names()).toEqual(["enrich-clicks", "order-totals", "merchant-alerts"]);
		expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("2 of 3 jobs need a look");
		const side = screen.getByRole("region", { name: "To look at" });
		const links = within(side).getAllByRole("link");
		expect(links[0]?.textContent).toContain("Failed");
		expect(links[0]?.getAttribute("href")).toBe(`/j/${failed.id}#tab=exceptions`);
		expect(links.find((l) => l.textContent?.includes("1 gap"))?.getAttribute("href")).toBe(`/r/${orderTotals}/gaps`);
	});

	it("that is well says so", async () => {
		open([running]);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("The job runs as it should");
		expect(screen.getByText(/No failure, no gap, no late watermark/)).toBeTruthy();
		open([running, { ...running, id: "a".repeat(32) }]);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("All 2 jobs run as they should");
	});

	it("marks a late watermark with a sign, not with colour alone, and does not make up what is not known", async () => {
		const { watermark_lag_ms: _lag, source_lag: _behind, ...unknown } = running;
		open([
			{ ...running, watermark_lag_ms: "90000" },
			{ ...unknown, id: "a".repeat(32), cost: { bytes_per_s: 0, lost: "0" } },
		]);
		const [late, plain] = await rows();
		expect(within(late as HTMLElement).getByRole("img", { name: "late" })).toBeTruthy();
		const cells = within(plain as HTMLElement)
			.getAllByRole("cell")
			.map((c) => c.textContent);
		expect([cells[5], cells[6], cells[10]]).toEqual(["-", "-", "-"]);
	});

	it("leads to the records that were dropped, where agents tell them", async () => {
		const { drops: _drops, ...silent } = running;
		open([
			{ ...running, drops: "12" },
			{ ...silent, id: "a".repeat(32) },
		]);
		const link = await screen.findByRole("link", { name: "12" });
		expect(link.getAttribute("href")).toBe(`/r/${running.id}/events#f=kind+%3D%3D+"dropped"`);
		const [, plain] = await rows();
		expect(within(plain as HTMLElement).getAllByRole("cell")[9]?.textContent).toBe("-");
	});

	it("is sorted by a column from the link; what is not known stands last", async () => {
		const { source_lag: _lag, ...unknown } = running;
		open(
			[
				{ ...unknown, id: "a".repeat(32), name: "unknown" },
				{ ...running, source_lag: "7", name: "few" },
				{ ...gappy, source_lag: "90" },
			],
			{ sort: "lag.desc" },
		);
		expect(await names()).toEqual(["order-totals", "few", "unknown"]);
		await userEvent.click(screen.getByRole("button", { name: /^Job$/ }));
		expect(stateOf().sort).toBe("job.asc");
		expect(await names()).toEqual(["few", "order-totals", "unknown"]);
	});

	it("shows every run when asked for them", async () => {
		const { asked } = open();
		await table();
		await userEvent.click(screen.getByText("all runs"));
		expect(stateOf().runs).toBe("all");
		await waitFor(() =>
			expect(
				asked
					.filter((a) => a.path === "/jobs")
					.at(-1)
					?.query.get("all"),
			).toBe("true"),
		);
	});

	it("shows what was recorded of the selected job, a quarter of an hour of one that runs, all of one that ended", async () => {
		const { asked } = open(jobs, { sel: orderTotals });
		expect(await screen.findByRole("region", { name: "Events of order-totals" })).toBeTruthy();
		await waitFor(() => expect(asked.find((a) => a.path.endsWith("/timeline"))?.query.get("from")).toBe("-15m"));
		const second = open(jobs, { sel: failed.id });
		await screen.findByRole("region", { name: "Events of enrich-clicks" });
		await waitFor(() => expect(second.asked.find((a) => a.path.endsWith("/timeline"))?.query.get("from")).toBeNull());
	});

	it("opens the events of a moment from that picture", async () => {
		open(jobs, { sel: orderTotals });
		const slider = await screen.findByRole("slider", { name: /Events of order-totals over time/ });
		for (const key of ["Home", "Enter"]) fireEvent.keyDown(slider, { key });
		const { page, state } = parseAddress(window.location.pathname, window.location.hash);
		expect(page).toEqual({ screen: "events", rec: orderTotals });
		expect(Number((state.win?.to ?? 0n) - (state.win?.from ?? 0n))).toBeGreaterThan(0);
	});

	it("without that picture says why", async () => {
		open(jobs, { sel: orderTotals }, { [`/recordings/${orderTotals}/timeline`]: { status: 500 } });
		expect(await screen.findByText(/No picture: Not Found/)).toBeTruthy();
	});

	it("draws rates and watermarks as soon as there are two samples", async () => {
		let s = 0;
		const { client } = open(() =>
			listOf(
				"Job",
				jobs.map((j) => ({ ...j, in_per_s: 10 + s++ })),
			),
		);
		await table();
		for (let i = 0; i < 3; i++) {
			// Samples are told apart by the millisecond.
			await waitFor(() => expect(Date.now()).toBeGreaterThan(client.getQueryState(["jobs", false])?.dataUpdatedAt ?? 0));
			await act(() => client.refetchQueries({ queryKey: ["jobs"] }));
		}
		expect(await screen.findByText("Records in: enrich-clicks, order-totals, merchant-alerts")).toBeTruthy();
		expect(screen.getByText("Watermark delay: enrich-clicks, order-totals, merchant-alerts")).toBeTruthy();
	});
});

describe("the filter", () => {
	const field = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Filter jobs by name, state or id" });

	it("finds names, states and ids, in any case, and is in the link", async () => {
		open();
		await table();
		await userEvent.type(field(), "ORDER");
		expect(stateOf().filter).toBe("ORDER");
		expect(await names()).toEqual(["order-totals"]);
		await userEvent.clear(field());
		await userEvent.type(field(), "failed");
		expect(await names()).toEqual(["enrich-clicks"]);
		await userEvent.clear(field());
		await userEvent.type(field(), merchantAlerts.slice(0, 8));
		expect(await names()).toEqual(["merchant-alerts"]);
	});

	it("that nothing fits says so, and is taken away by one button", async () => {
		open(jobs, { filter: "zzz" });
		expect(await screen.findByText("No job has that in its name, state or id")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Show all 3" }));
		expect(await names()).toHaveLength(3);
		expect(field().value).toBe("");
	});

	it("is reached and cleared by keys; Enter opens the first that fits", async () => {
		open(jobs, { filter: "alerts" });
		await table();
		command("filter");
		expect(document.activeElement).toBe(field());
		await userEvent.keyboard("{Enter}");
		expect(window.location.pathname).toBe(`/j/${merchantAlerts}`);
		open(jobs, { filter: "alerts" });
		await table();
		command("close");
		expect(stateOf().filter).toBeUndefined();
		expect(runCommand("close")).toBe(false);
	});
});

describe("keys", () => {
	it("go from job to job and open one", async () => {
		open();
		await table();
		expect(await chosen()).toBe(0);
		command("row-down");
		expect([await chosen(), stateOf().sel]).toEqual([1, orderTotals]);
		command("row-down");
		command("row-down");
		expect(await chosen()).toBe(2);
		command("row-up");
		command("open");
		expect(window.location.pathname).toBe(`/j/${orderTotals}`);
	});

	it("and the pointer do the same", async () => {
		open();
		fireEvent.click((await rows())[2] as HTMLElement);
		expect(stateOf().sel).toBe(merchantAlerts);
		fireEvent.doubleClick((await rows())[2] as HTMLElement);
		expect(window.location.pathname).toBe(`/j/${merchantAlerts}`);
	});
});

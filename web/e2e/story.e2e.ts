/**
 * A newcomer opens the page, finds both jobs of the shop, looks into one, and follows a record into the other. Every view on the way is
 * opened again from its address by a reader who was never there, and looked at by axe.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";
import { JourneyPage } from "./pages/journey";
import { TimelinePage } from "./pages/timeline";

let browser: Browser;
let page: Page;
let faults: readonly string[];
/** Where the story led, and what must be seen there again. */
const visited: { readonly name: string; readonly url: string; readonly sees: (page: Page) => Promise<void> }[] = [];

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
});
afterAll(async () => {
	await browser?.close();
});

async function remember(name: string, sees: (page: Page) => Promise<void>): Promise<void> {
	await sees(page);
	visited.push({ name, url: page.url(), sees });
	await picture(page, name);
	expect(await findings(page), `what axe says about ${name}`).toEqual([]);
}

describe("from the fleet to a journey over both jobs", () => {
	test("both jobs are on the first page, with live rates", async () => {
		const fleet = new FleetPage(page);
		await fleet.open();
		await fleet.waitForLive("order-totals");
		await fleet.waitForLive("merchant-alerts");
		await remember("fleet", async (p) => {
			await new FleetPage(p).row("order-totals").waitFor();
			await new FleetPage(p).row("merchant-alerts").waitFor();
		});
	});

	test("the graph of a job shows chains, topics and the other job, and its numbers move", async () => {
		await new FleetPage(page).openJob("order-totals");
		const graph = new GraphPage(page);
		await graph.waitForPicture(6);
		await graph.waitForChange();
		const words = await graph.numbers();
		expect(words).toContain("orders");
		expect(words).toContain("merchant-totals");
		expect(words).toContain("drop duplicates");
		await eventually(
			"the job that reads merchant-totals",
			() => graph.numbers(),
			(w) => w.includes("merchant-alerts"),
		);
		await remember("graph", (p) => new GraphPage(p).waitForPicture(6));
	});

	test("both ends of every channel counted the same", async () => {
		const graph = new GraphPage(page);
		await graph.tab(/^Channels/);
		await page.getByRole("tabpanel").getByText("all equal").waitFor();
		await graph.tab(/^Self-test/);
		await page.getByRole("table", { name: "Hooks" }).waitFor();
		await graph.tab(/^Checkpoints/);
		await page
			.getByRole("table", { name: /Checkpoints/ })
			.getByText("completed")
			.first()
			.waitFor();
	});

	test("an operator shows its subtasks, and the graph is a tree as well", async () => {
		const graph = new GraphPage(page);
		await graph.select("drop duplicates");
		await page.getByRole("table", { name: "Subtasks" }).getByRole("row").nth(2).waitFor();
		await remember("graph-operator", async (p) => {
			await p.getByRole("complementary", { name: "drop duplicates" }).waitFor();
			await p.getByRole("table", { name: "Subtasks" }).waitFor();
		});
		await graph.asTree();
		await remember("graph-tree", async (p) => p.getByRole("table", { name: /Job graph as a tree/ }).waitFor());
		await graph.asPicture();
		await graph.waitForPicture(6);
	});

	test("the events open at the newest, and scroll through what came before", async () => {
		await new GraphPage(page).openRecording();
		const events = new EventsPage(page);
		await events.waitForRows(8);
		const first = await events.cell(events.rows.first(), "time");
		for (let i = 0; i < 12; i++) {
			await events.roll(-3_000);
			await events.waitForRows(8);
		}
		const earlier = await events.cell(events.rows.first(), "time");
		expect(earlier < first || first < "00:30", `${earlier} is before ${first}`).toBe(true);
		expect(await events.rows.count(), "rows in the page, however many are loaded").toBeLessThan(120);
		await remember("events", (p) => new EventsPage(p).waitForRows(8));
	});

	test("a filter leaves only what it names, and refuses what it cannot answer", async () => {
		const events = new EventsPage(page);
		await events.filter("lateness > 5");
		await page.getByRole("status").getByText("undeclared reference to 'lateness'").waitFor();
		await events.filter('kind == "written"');
		await events.waitForKind("written");
		await remember("events-filtered", (p) => new EventsPage(p).waitForKind("written"));
	});

	test("an event shows its value and its bytes; a field marks its bytes, and a byte its field", async () => {
		const events = new EventsPage(page);
		await events.select(events.rows.nth(2));
		await events.field("merchantId").click();
		await eventually(
			"marked bytes",
			() => events.markedBytes.count(),
			(n) => n > 4,
		);
		await events.byte(1).click();
		await page
			.getByRole("region", { name: "Bytes" })
			.getByText(/bytes 0x0/)
			.waitFor();
		await events.field("merchantId").click();
		const position = await events.position();
		expect(position).toMatch(/\.\d+\.\d+\.\d+/);
		await remember("events-detail", async (p) => {
			const again = new EventsPage(p);
			await again.selected.waitFor();
			await again.field("merchantId").waitFor();
			await eventually(
				"marked bytes again",
				() => again.markedBytes.count(),
				(n) => n > 4,
			);
			expect((await again.position()).split("\n")[0]).toBe(position.split("\n")[0]);
		});
	});

	let record = "";
	test("a record leads over Kafka into the other job", async () => {
		const events = new EventsPage(page);
		// A total that the other job has read already: not among the newest.
		for (let i = 0; i < 3; i++) await events.roll(-700);
		await events.select(events.rows.nth(4));
		record = (await events.cell(events.selected, "detail")).match(/merchant-totals\/\d+@\d+/)?.[0] ?? "";
		expect(record, "the place that the record got in Kafka").not.toBe("");
		await events.openJourney();
		const journey = new JourneyPage(page);
		await journey.waitForPicture();
		await eventually(
			"both jobs in the journey",
			async () => {
				const words = await journey.words();
				if (!words.includes("merchant-alerts")) await page.reload();
				return words;
			},
			(w) => w.includes("order-totals") && w.includes("merchant-alerts") && w.includes(record),
			90_000,
		);
		await remember("journey", async (p) => {
			await new JourneyPage(p).waitForPicture();
			await p.getByText(record).first().waitFor();
		});
	});

	test("the other job knows the same record by the same name", async () => {
		await page.keyboard.press("Control+k");
		await page.getByRole("combobox", { name: "Search or jump to" }).fill(record);
		await page.getByRole("option", { name: new RegExp(`Journey of ${record.replace("/", "\\/")}`) }).click();
		const journey = new JourneyPage(page);
		await journey.waitForPicture();
		const words = await journey.words();
		expect(words).toContain(record);
		expect(words).toContain("merchant-alerts");
		expect(words).toContain("order-totals");
	});

	test("recordings, gaps and agents", async () => {
		await page.keyboard.press("g");
		await page.keyboard.press("r");
		await page
			.getByRole("table", { name: /Recordings/ })
			.getByText("order-totals")
			.first()
			.waitFor();
		await remember("recordings", async (p) => p.getByText("order-totals").first().waitFor());
		await page.keyboard.press("g");
		await page.keyboard.press("a");
		await page.getByText("taskmanager").first().waitFor();
		await remember("agents", async (p) => p.getByText("taskmanager").first().waitFor());
		const events = visited.find((v) => v.name === "events");
		await page.goto((events?.url ?? "").replace(/\/events.*$/, "/gaps"));
		await remember("gaps", async (p) => p.getByRole("heading", { name: "Nothing is missing" }).waitFor());
	});
});

describe("the timeline of a recording", () => {
	test("shows each operator over time; a selection is added up, and a drag above zooms", async () => {
		const events = visited.find((v) => v.name === "events");
		await page.goto((events?.url ?? "").replace(/\/events.*$/, "/timeline"));
		const timeline = new TimelinePage(page);
		await timeline.waitForTotals();
		const whole = await timeline.in("drop duplicates");
		expect(whole, "records into the operator").toBeGreaterThan(0);
		await timeline.zoom(0.2, 0.9);
		await timeline.waitForTotals();
		const shown = await eventually(
			"fewer records in a part of the time",
			() => timeline.in("drop duplicates"),
			(n) => n > 0 && n < whole,
		);
		await timeline.select(0.3, 0.6);
		const part = await timeline.in("drop duplicates");
		expect(part, "records in the selection").toBeGreaterThan(0);
		expect(part).toBeLessThan(shown);
		await page.getByRole("button", { name: "drop duplicates" }).click();
		await page.getByText("#0").first().waitFor();
		await remember("timeline", async (p) => {
			await new TimelinePage(p).waitForTotals();
			await p.getByRole("heading", { name: "Selection", exact: true }).waitFor();
		});
		await page.keyboard.press("f");
		await eventually(
			"the selection fills the screen",
			() => timeline.in("drop duplicates"),
			(n) => Math.abs(n - part) <= part / 10 + 2,
		);
	});

	test("says which records were dropped and why, and leads to them", async () => {
		await page.keyboard.press("Escape");
		await page.keyboard.press("f");
		// One order in a hundred of the shop has a time long past.
		await page.getByRole("link", { name: "late for its window", exact: true }).click();
		const events = new EventsPage(page);
		await events.waitForRows(1);
		expect(await events.kinds()).toEqual(["dropped"]);
	});
});

describe("every address", () => {
	test("opens the same view for a reader who was never there", async () => {
		expect(visited.length).toBeGreaterThan(8);
		for (const { name, url, sees } of visited) {
			const reader = await newReader(browser, { scheme: "light" });
			await reader.page.goto(url);
			await sees(reader.page);
			await picture(reader.page, `${name}-light`);
			expect(await findings(reader.page), `what axe says about ${name} in the light theme`).toEqual([]);
			expect(reader.faults, `faults of ${name}`).toEqual([]);
			await reader.context.close();
		}
	});

	test("fits a narrow window", async () => {
		for (const { name, url, sees } of visited.filter((v) => ["fleet", "graph", "events-detail", "journey", "timeline"].includes(v.name))) {
			const reader = await newReader(browser, { width: 480, height: 900, reducedMotion: true });
			await reader.page.goto(url);
			if (name !== "events-detail") await sees(reader.page);
			else await new EventsPage(reader.page).waitForRows(2);
			const wide = await reader.page.evaluate(() => document.documentElement.scrollWidth);
			expect(wide, `width of ${name}`).toBeLessThanOrEqual(480);
			await picture(reader.page, `${name}-narrow`);
			await reader.context.close();
		}
	});

	test("Back goes where one came from", async () => {
		const fleet = new FleetPage(page);
		await fleet.open();
		await fleet.openJob("merchant-alerts");
		await new GraphPage(page).waitForPicture(2);
		await page.goBack();
		await fleet.row("order-totals").waitFor();
		await page.goForward();
		await new GraphPage(page).waitForPicture(2);
	});

	test("an unknown one says so", async () => {
		await page.goto(`${new URL(page.url()).origin}/no/such/screen`);
		await page.getByRole("heading", { name: "There is no such screen" }).waitFor();
		expect(await findings(page)).toEqual([]);
	});

	test("nothing went wrong on the way", () => {
		expect(faults).toEqual([]);
	});
});

/**
 * A reader sees how long the demo's records take and how late they come, goes to what was in flight at one of its checkpoints, and keeps
 * a stretch of the recording from retention.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { address, eventually, launch, newReader, picture } from "./browser";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";

let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
});
afterAll(async () => {
	await browser?.close();
});

describe("latency and lateness", () => {
	test("are lanes of the timeline, with numbers for each operator", async () => {
		const fleet = new FleetPage(page);
		await fleet.open();
		await fleet.openJob("order-totals");
		await new GraphPage(page).waitForPicture(6);
		await page.keyboard.press("g");
		await page.keyboard.press("t");
		const lanes = page.getByRole("group", { name: "Lanes of latency and lateness" });
		await lanes.getByRole("button", { name: "Age" }).click();
		await lanes.getByRole("button", { name: "Behind the watermark" }).click();
		const table = page.getByRole("table", { name: "Latency and lateness by operator" });
		const of = (measure: string) => table.locator("tbody tr", { hasText: measure });
		await eventually(
			"ages of records, and how they came to the watermark",
			async () => [await of("Age").count(), await of("Behind the watermark").count()],
			([age = 0, late = 0]) => age >= 2 && late >= 1,
		);
		expect(await of("Age").first().innerText()).toMatch(/\d (ms|s)/);
		expect(await findings(page)).toEqual([]);
		await picture(page, "latency");
	});

	test("a link restores the lanes for somebody else", async () => {
		const link = page.url();
		expect(link).toContain("lanes=age,lateness");
		const other = await newReader(browser, { scheme: "light" });
		await other.page.goto(link);
		await other.page.getByRole("table", { name: "Latency and lateness by operator" }).waitFor();
		expect(await other.page.getByRole("button", { name: "Age", pressed: true }).count()).toBe(1);
		expect(await findings(other.page)).toEqual([]);
		await other.context.close();
	});
});

describe("what was in flight", () => {
	test("is one click from a checkpoint of the timeline", async () => {
		await page
			.getByRole("list", { name: "Found in it" })
			.getByRole("link", { name: /^checkpoint \d+ took/ })
			.first()
			.click();
		await page.getByRole("table", { name: "Channels at the checkpoint" }).waitFor();
		expect(await page.getByRole("heading", { level: 1 }).innerText()).toMatch(/in flight, \d+ overtaken at checkpoint \d+/);
		expect(await findings(page)).toEqual([]);
		await picture(page, "in-flight");
	});

	test("and two keys from anywhere in the recording, where checkpoints are listed", async () => {
		await page.keyboard.press("g");
		await page.keyboard.press("e");
		await page.getByRole("grid").waitFor();
		await page.keyboard.press("g");
		await page.keyboard.press("i");
		await page.getByRole("table", { name: "Checkpoints, newest first" }).getByRole("link").first().waitFor();
		expect(await findings(page)).toEqual([]);
	});
});

describe("pins", () => {
	test("keep what is shown of the timeline", async () => {
		await page.keyboard.press("g");
		await page.keyboard.press("t");
		const form = page.getByRole("form", { name: "Keep from retention" });
		await form.getByRole("combobox").selectOption("incident");
		await form.getByRole("textbox", { name: "Note" }).fill("browser test");
		await form.getByRole("button", { name: "Keep" }).click();
		await page.getByText(/Kept as incident/).waitFor();
		expect(await findings(page)).toEqual([]);
	});

	test("are listed with the recordings, and taken away again", async () => {
		await page.keyboard.press("g");
		await page.keyboard.press("r");
		const row = page.getByRole("table", { name: "Pins" }).locator("tbody tr", { hasText: "browser test" });
		await row.first().waitFor();
		const before = await row.count();
		expect(await findings(page)).toEqual([]);
		await picture(page, "pins");
		// Where the recordings take all room there is, as they do when they are many, the pins are still in reach.
		const size = page.viewportSize();
		await page.setViewportSize({ width: 1280, height: 480 });
		await row.first().getByRole("button").click();
		await row.first().getByRole("button", { name: "Take it away" }).click();
		await eventually(
			"one pin less",
			() => row.count(),
			(n) => n === before - 1,
		);
		if (size !== null) await page.setViewportSize(size);
		const left = await page.request.get(`${address}/api/v1/pins`);
		expect(left.ok()).toBe(true);
	});

	test("without a fault of the page", () => {
		expect(faults).toEqual([]);
	});
});

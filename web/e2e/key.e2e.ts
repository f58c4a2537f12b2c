/**
 * A reader has an operator of the demo recorded at level trace for a while, follows the key of one of its records through time, looks at
 * what a version of its state changed and who wrote it, and at which input held the watermark then.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { address, eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";
import { KeyPage } from "./pages/key";

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

describe("a key through time", () => {
	test("an operator is recorded at level trace for a while", async () => {
		const fleet = new FleetPage(page);
		await fleet.open();
		await fleet.openJob("order-totals");
		await new GraphPage(page).waitForPicture(6);
		const job = new URL(page.url()).pathname.split("/").at(-1) ?? "";
		const raised = await page.request.post(`${address}/api/v1/jobs/${job}/levels`, {
			data: { level: "trace", operator: "drop-duplicates", for_s: 600, why: "browser test" },
		});
		expect(raised.ok(), await raised.text()).toBe(true);
	});

	test("a step that it does then has a key, which leads to all that happened under it", async () => {
		await new GraphPage(page).openRecording();
		const events = new EventsPage(page);
		// Followed until the first have come: a list that is not followed stays as it was found.
		await page.getByRole("button", { name: "Follow" }).click();
		await events.filter('kind == "state-written"');
		await events.waitForRows(3);
		await page.getByRole("button", { name: "Following" }).click();
		await events.select(events.rows.nth(1));
		await page.getByRole("link", { name: "History of the key" }).click();
		const key = new KeyPage(page);
		await key.waitForRows(3);
		const all = await key.rows.count();
		await key.only("State");
		await eventually(
			"rows about state alone",
			() => key.rows.count(),
			(n) => n > 0 && n < all,
		);
		await key.only("State");
		expect(await findings(page)).toEqual([]);
		await picture(page, "key-history");
	});

	test("a version says what changed, who wrote it and because of what", async () => {
		const key = new KeyPage(page);
		await key.versions.last().click(); // versions of one moment lie over each other, the newest on top
		const about = page.getByRole("region", { name: "Selected version" });
		await about.getByText("Writer").waitFor();
		await about.getByRole("link", { name: /^drop-duplicates\.\d+\.\d+\.\d+$/ }).waitFor();
		await picture(page, "key-states");
		const again = await newReader(browser, { scheme: "light" });
		await again.page.goto(page.url());
		await again.page.getByRole("region", { name: "Selected version" }).getByText("Writer").waitFor();
		expect(await findings(again.page)).toEqual([]);
		expect(again.faults).toEqual([]);
		await again.context.close();
	});

	test("the watermarks of that moment name the input that held event time back", async () => {
		const key = new KeyPage(page);
		await key.rows.first().click();
		await page.getByRole("link", { name: "Watermarks then" }).click();
		await page
			.getByRole("table", { name: /^Inputs of subtask/ })
			.getByText("holds it back")
			.waitFor();
		expect(await findings(page)).toEqual([]);
		await picture(page, "watermarks");
	});

	test("nothing went wrong on the way", () => {
		expect(faults).toEqual([]);
	});
});

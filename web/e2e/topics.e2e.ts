/** A reader looks for an order in the topic itself, sees what is in it, and goes from there to what the jobs made of it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { eventually, launch, newReader, picture } from "./browser";
import { JourneyPage } from "./pages/journey";
import { TopicPage } from "./pages/topic";

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

const partOfAddress = (name: string) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get(name);

describe("topics", () => {
	test("of the only cluster are a click away", async () => {
		const topics = new TopicPage(page);
		await topics.openList();
		expect(await topics.topic("__consumer_offsets").count()).toBe(0);
		await page.getByRole("checkbox", { name: /internal/ }).check();
		await topics.topic("__consumer_offsets").waitFor();
		await picture(page, "topics");
		expect(await findings(page)).toEqual([]);
		await topics.topic("orders").click();
		await topics.waitForRows(10);
		expect(await topics.scanned()).toMatch(/^looked at [1-9][\d,]* records of 4 partitions, /);
	});

	test("a record is found by what is in it, and its link opens it again", async () => {
		const topic = new TopicPage(page);
		await page.getByText("oldest", { exact: true }).click();
		await topic.waitForRows(10);
		await eventually(
			"the oldest record",
			() => topic.place(topic.rows.first()),
			(first) => first.endsWith("@0"),
		);
		const place = await topic.place(topic.rows.nth(2));
		await topic.rows.nth(2).click();
		await topic.record.getByText("by who wrote it").waitFor();
		const field = page
			.getByRole("tree")
			.getByRole("treeitem")
			.filter({ hasText: /^(?:order)?[iI]d/ })
			.first();
		await field.click();
		await topic.record.getByRole("button", { name: "Filter by this field" }).click();
		await eventually(
			"the one record with that value",
			async () => ({ n: await topic.rows.count(), f: partOfAddress("f") }),
			({ n, f }) => n > 0 && n < 5 && f !== null,
		);
		expect(await topic.place(topic.rows.first())).toBe(place);
		await topic.rows.first().click();
		await topic.record.waitFor();
		await picture(page, "topic-record");
		expect(await findings(page)).toEqual([]);
		const again = await newReader(browser, { scheme: "light" });
		await again.page.goto(page.url());
		await new TopicPage(again.page).record.waitFor();
		await picture(again.page, "topic-record-light");
		expect(await findings(again.page)).toEqual([]);
		expect(again.faults).toEqual([]);
		await again.context.close();
	});

	test("its journey is a click away", async () => {
		await new TopicPage(page).record.getByRole("link", { name: "Journey" }).click();
		await new JourneyPage(page).waitForPicture();
		expect(new URL(page.url()).pathname).toMatch(/^\/r\/any\/journey\/orders\/\d+@\d+$/);
		await page.goBack();
		await new TopicPage(page).record.waitFor();
	});

	test("what is written appears by itself, and can be held still", async () => {
		const topic = new TopicPage(page);
		await page.getByRole("button", { name: "Clear the filter" }).click();
		await page.getByRole("main").focus();
		await page.keyboard.press("l");
		await page.getByRole("button", { name: "Tailing" }).waitFor();
		await topic.waitForRows(5);
		const newest = () => topic.place(topic.rows.first());
		const before = await newest();
		await eventually("a newer record", newest, (now) => now !== before);
		await page.getByText("live", { exact: true }).waitFor();
		await picture(page, "topic-tail");
		expect(await findings(page)).toEqual([]);
		await page.getByRole("button", { name: "Pause" }).click();
		const held = await newest();
		await page.getByRole("button", { name: /^Go on, \d/ }).waitFor();
		expect(await newest()).toBe(held);
		await page.keyboard.press("l");
		await page.getByRole("button", { name: "Tail", exact: true }).waitFor();
	});

	test("partitions, settings, jobs and groups stand beside the records", async () => {
		const topic = new TopicPage(page);
		await topic.tab("Partitions 4");
		expect(await page.getByRole("table", { name: "Partitions" }).getByRole("row").count()).toBe(5);
		await topic.tab("Settings");
		await page.getByRole("table", { name: "Settings" }).getByText("cleanup.policy", { exact: true }).waitFor();
		await topic.tab("Groups and jobs");
		await page.getByRole("table", { name: "Jobs" }).getByRole("link", { name: "order-totals" }).first().waitFor();
		expect(await findings(page)).toEqual([]);
		await page.getByRole("navigation", { name: "Views of this cluster" }).getByRole("link", { name: "Brokers" }).click();
		await page.getByRole("table", { name: "Brokers" }).waitFor();
		expect(await findings(page)).toEqual([]);
	});

	test("nothing went wrong on the way", () => {
		expect(faults).toEqual([]);
	});
});

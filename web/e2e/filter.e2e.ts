/** A filter is written with the help of what the recording knows, and a wrong one says where. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findings } from "./accessibility";
import { address, eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";

let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
	await page.goto(`${address}/r/order-totals/events`);
	await new EventsPage(page).waitForRows(1);
});
afterAll(async () => {
	await browser?.close();
});

const field = () => page.getByRole("textbox", { name: "Filter" });
const offered = (name: string) => page.getByRole("option", { name });
/** Waits for what is offered and takes it. */
async function take(name: string): Promise<void> {
	await offered(name).first().waitFor();
	await eventually(
		`${name} in the field`,
		async () => {
			const text = await field().innerText();
			if (text.includes(name)) return text;
			await page.keyboard.press("Tab");
			return field().innerText();
		},
		(text) => text.includes(name),
	);
}
const filterOf = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("f");

test("names and words come from the recording", async () => {
	await page.keyboard.press("/");
	await page.keyboard.type("kin");
	await take("kind");
	await page.keyboard.type(' == "source');
	await offered('"source-record"').first().waitFor();
	// What was typed up to here is a filter as well, and took effect; its rows come first.
	await new EventsPage(page).waitForKind("source");
	await picture(page, "filter-completion");
	expect(await findings(page)).toEqual([]);
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await take('"source-record"');
	await page.keyboard.type(" && value.");
	await offered("merchantId").first().waitFor();
	await page.keyboard.type("merc");
	await take("merchantId");
	await page.keyboard.type('.startsWith("m-")');
	await page.keyboard.press("Escape"); // the list of completions, if it is still there
	await field().focus();
	await new EventsPage(page).filter('kind == "source-record" && value.merchantId.startsWith("m-")');
	await eventually(
		"the filter in the address",
		async () => filterOf(),
		(f) => f === 'kind == "source-record" && value.merchantId.startsWith("m-")',
	);
	await new EventsPage(page).waitForKind("source record");
});

test("a wrong one is underlined with its reason and does not take effect", async () => {
	const before = filterOf();
	await new EventsPage(page).filter('value.merchantId == "m-1" && moon > 3');
	await page.getByRole("status").getByText("undeclared reference to 'moon'").waitFor();
	await picture(page, "filter-wrong");
	expect(filterOf()).toBe(before);
	// What is told to the reader as a mistake is no fault of the page.
	expect(faults).toEqual([]);
});

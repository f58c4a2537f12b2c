/**
 * Somebody wants to change what orders look like, and is shown who breaks and by which records. Then a bad order comes in: whoever
 * subscribed is told, and goes from the notification to the line of code that wrote the bad total.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { eventually, launch, newReader, picture } from "./browser";
import { CatalogPage } from "./pages/catalog";
import { StepPage } from "./pages/step";
import { TopicPage } from "./pages/topic";

/** Its total makes that of its merchant's window negative, which the contract of merchant-totals forbids. */
const order = "O-9000002";
function badOrder(): string {
	return JSON.stringify({
		orderId: order,
		eventTime: Date.now(),
		merchantId: "m-atlas",
		customer: { name: "Ada Costa", email: "ada.costa10@example.com", phone: "+1-202-555-0100", cardNumber: "4242428085038399" },
		items: [{ sku: "SKU-1001", title: "Desk lamp, brass", quantity: 1, unitCents: 4990 }],
		currency: "EUR",
		totalCents: -90_000_000_000,
	});
}

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

describe("before a schema is changed", () => {
	test("what is registered for a stream stands on its page, and is edited there", async () => {
		const catalog = new CatalogPage(page);
		await catalog.openStream("orders");
		await catalog.tab("Schema");
		const text = catalog.wish;
		await eventually(
			"the text of the newest version",
			() => text.innerText(),
			(t) => t.includes("totalCents"),
		);
		// On one line, as it is pasted: the editor makes only the lines that are in sight.
		const file = path.resolve(import.meta.dirname, "../../examples/shop/schemas/orders-value.json");
		const schema = JSON.parse(readFileSync(file, "utf8"));
		schema.properties.totalCents = { type: "object" };
		const next = JSON.stringify(schema);
		await text.fill(next);
		await page.getByText(/It may not be registered: level/).waitFor();
		const row = page
			.getByRole("table", { name: "What differs" })
			.first()
			.getByRole("row", { name: /^totalCents/ });
		expect(await row.innerText()).toContain("breaks readers");
		expect(await findings(page), "what axe says").toEqual([]);
		await picture(page, "schema-change");
	});

	test("who breaks is asked there: order-totals, with the records that show it", async () => {
		await page.getByRole("button", { name: "Who breaks?" }).click();
		const reader = page.getByRole("list", { name: "Systems" }).locator(":scope > li", { hasText: "order-totals" }).first();
		await reader.waitFor({ timeout: 120_000 });
		const said = await reader.innerText();
		expect(said).toContain("broken");
		expect(said).toMatch(/[1-9][\d,]* fail/);
		expect(await findings(page), "what axe says").toEqual([]);
		await picture(page, "impact");
		await reader
			.getByRole("link", { name: /^orders\/\d+@\d+/ })
			.first()
			.click();
		await new TopicPage(page).record.waitFor();
		const value = page.getByRole("tree").first();
		await value.getByText("merchantId").waitFor();
		await page.goBack();
		await reader.waitFor();
	});
});

describe("when a contract is broken", () => {
	test("somebody subscribes, and a bad order is written", async () => {
		await page
			.getByRole("link", { name: /^Notifications/ })
			.first()
			.click();
		const form = page.getByRole("form", { name: "Subscribe" });
		await form.getByLabel("Told by").selectOption("inbox");
		await form.getByRole("checkbox", { name: "contract.violated" }).check();
		await form.getByRole("button", { name: "Subscribe" }).click();
		await page.getByText(/You are told by/).waitFor();
		await new TopicPage(page).openList();
		await new TopicPage(page).topic("orders").click();
		await page.getByRole("button", { name: "Write a record" }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel("Key").fill(order);
		await dialog.getByLabel("Value", { exact: true }).fill(badOrder());
		await dialog.getByRole("button", { name: "Write the record" }).click();
		await dialog
			.getByText(/orders\/\d+@\d+/)
			.first()
			.waitFor();
		await page.keyboard.press("Escape");
	});

	test("the bell rings, and the notification leads to the incident", async () => {
		const bell = page.getByRole("link", { name: /^Notifications, .*unread$/ });
		await bell.waitFor({ timeout: 150_000 });
		await bell.click();
		const told = page
			.getByRole("table", { name: "Inbox" })
			.getByRole("link", { name: /merchant-totals/ })
			.first();
		await told.waitFor({ timeout: 150_000 });
		await picture(page, "inbox");
		expect(await findings(page), "what axe says").toEqual([]);
		await told.click();
		await page.getByRole("heading", { level: 1, name: /totalCents\/range is broken/ }).waitFor();
	});

	test("the incident knows the record and who wrote it", async () => {
		const step = page.getByRole("link", { name: "Step to the line that wrote it" });
		// The recording may be behind what was written: the server asks again.
		await step.waitFor({ timeout: 150_000 });
		const writer = page.getByRole("region", { name: "Who wrote it" });
		expect(await writer.innerText()).toContain("order-totals");
		await page.getByRole("region", { name: "First bad record" }).getByText("totalCents").first().waitFor();
		expect(await findings(page), "what axe says").toEqual([]);
		await picture(page, "incident");
		await step.click();
	});

	test("the debugger stands in the code that wrote the bad total, with the value in sight", async () => {
		const steps = new StepPage(page);
		await steps.waitForPlace();
		await page.getByText("AddUp.java").first().waitFor();
		await picture(page, "incident-step");
		await steps.variables
			.getByText(/-8\d{10}|-90000000000/)
			.first()
			.waitFor();
		expect(await findings(page), "what axe says").toEqual([]);
		expect(faults).toEqual([]);
	});
});

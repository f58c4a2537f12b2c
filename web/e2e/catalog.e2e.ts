/**
 * A reader searches the catalog, sees who reads a stream and why that is known, and follows its lineage. Against
 * a server whose catalog has the demo's orders, or the made-up one.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { launch, newReader, picture } from "./browser";
import { CatalogPage } from "./pages/catalog";

let browser: Browser;
let page: Page;
let faults: readonly string[];
let catalog: CatalogPage;

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
	catalog = new CatalogPage(page);
});
afterAll(async () => {
	await browser?.close();
});

describe("the catalog", () => {
	test("is searched, and opened by keys", async () => {
		await catalog.open();
		await page.keyboard.press("/");
		await page.keyboard.type("name:orders");
		await catalog.found.getByRole("link", { name: "orders", exact: true }).first().waitFor();
		expect(page.url()).toContain("f=name:orders");
		// Letters that were just typed are asked for a moment later; until then the old answer is greyed.
		await page.locator(".stale").waitFor({ state: "detached" });
		expect(await findings(page)).toEqual([]);
		await picture(page, "catalog");
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
	});

	test("shows consumers with their evidence, and what of it is unknown", async () => {
		const job = catalog.systems.locator("tr", { hasText: "order-totals" }).first();
		expect(await job.innerText()).toContain("recorded");
		await job.getByRole("button", { name: /^Evidence for order-totals/ }).click();
		await page.getByText("Why order-totals is known to read").waitFor();
		expect(await findings(page)).toEqual([]);
		await page.keyboard.press("Escape");
		await picture(page, "entity");
	});

	test("draws lineage, and the same as a table", async () => {
		await catalog.tab("Lineage");
		await catalog.map.waitFor();
		await page.getByRole("textbox", { name: "Search within the map" }).fill("order-totals");
		await page.keyboard.press("Enter");
		await page
			.getByRole("status", { name: "Selected" })
			.getByRole("link", { name: /order-totals/ })
			.waitFor();
		expect(await findings(page)).toEqual([]);
		await picture(page, "lineage");
		const link = page.url();
		const other = await newReader(browser, { scheme: "light" });
		await other.page.goto(link);
		await other.page.getByRole("status", { name: "Selected" }).waitFor();
		expect(await findings(other.page)).toEqual([]);
		await other.page.getByText("Table", { exact: true }).click();
		await other.page.getByRole("grid", { name: "Lineage" }).waitFor();
		expect(await findings(other.page)).toEqual([]);
		await other.context.close();
		expect(faults).toEqual([]);
	});

	test("opens its dialogs without a fault that keeps somebody out", async () => {
		await catalog.tab("Overview");
		await page.getByRole("button", { name: /^(Edit|Propose) owners of orders$/ }).click();
		await page.getByRole("dialog").waitFor();
		expect(await findings(page)).toEqual([]);
		await page.keyboard.press("Escape");
		await catalog.tab("Changes");
		await page.getByRole("tabpanel").waitFor();
		expect(await findings(page)).toEqual([]);
		expect(faults).toEqual([]);
	});
});

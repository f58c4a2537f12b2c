/** Somebody who sees every value gives a recording to a guest, masked, with its program: the file says what its replay is worth before it is saved. */
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, downloads, launch, newReader, picture } from "../browser";
import { ShareDialog } from "../pages/share";

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

test("a masked file that runs again is made and saved", async () => {
	await page.goto(`${address}/r/visits/events`);
	await page.getByRole("button", { name: "Share" }).first().waitFor();
	const share = new ShareDialog(page);
	await share.openByKey();
	await share.box.getByRole("combobox", { name: "What" }).selectOption("all");
	await share.box.getByRole("combobox", { name: "For the role" }).fill("guest");
	await share.box.getByRole("checkbox", { name: /^with the program as it is/ }).check();
	await share.look();
	expect(await share.preview.innerText()).toMatch(/guest/);
	expect(await share.preview.innerText()).toMatch(/address/);
	await picture(page, "share-masked");
	const saved = await share.save(480_000); // after the masked recording ran again
	await saved.saveAs(path.join(downloads, "masked.sgi"));
	expect(faults).toEqual([]);
}, 600_000);

/** A reader looks at events; an auditor finds who looked, at what, and whether the log of it is whole. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { launch, newReader, picture } from "./browser";
import { AuditPage } from "./pages/audit";
import { EventsPage } from "./pages/events";
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

describe("was it looked at", () => {
	test("a look at events stands in the audit log, with what was shown of them", async () => {
		const fleet = new FleetPage(page);
		await fleet.open();
		await fleet.openJob("order-totals");
		await new GraphPage(page).waitForPicture(6);
		await new GraphPage(page).openRecording();
		await new EventsPage(page).waitForRows(3);
		const rec = new URL(page.url()).pathname.split("/")[2] ?? "";
		const audit = new AuditPage(page);
		await audit.visit();
		await audit.filter(`action:job:read outcome:ok resource:${rec}`);
		await audit.detail.getByText(rec).waitFor();
		await audit.detail.getByText("Shown clear").waitFor();
		await page.getByText(/^chain (whole|is being checked)$/).waitFor();
		expect(await findings(page)).toEqual([]);
		await picture(page, "audit");
	});

	test("the look at the log stands in it as well", async () => {
		const audit = new AuditPage(page);
		await audit.filter("action:audit:read");
		await audit.rows.nth(1).getByText("audit/log").waitFor();
		expect(faults).toEqual([]);
	});
});

/**
 * An order was counted twice, and somebody without access is to see it. A reader looks at what would leave, takes the file along, and gives
 * the same by a link, which they end again.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { address, eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";
import { ShareDialog } from "./pages/share";

/** The first order of the shop that comes again when its id is forgotten (examples/shop/README.md). */
const order = "O-0000032";

/** What an incident file begins with: it is a container of MCAP (spec/incident.md). */
const magic = Buffer.from("\u0089MCAP0\r\n", "latin1");

let browser: Browser;
let page: Page;
let faults: readonly string[];
let given = "";

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
});
afterAll(async () => {
	await browser?.close();
});

describe("a duplicate for somebody without access", () => {
	test("its second coming is a place to share from", async () => {
		await new FleetPage(page).open();
		await new FleetPage(page).openJob("order-totals");
		await new GraphPage(page).waitForPicture(6);
		await new GraphPage(page).openRecording();
		const events = new EventsPage(page);
		await eventually(
			"both records of the order",
			async () => {
				await events.filter(`kind == "source-record" && key == "${order}"`);
				await events.waitForRows(1);
				return new Set((await events.rows.allInnerTexts()).flatMap((row) => /orders\/\d+@\d+/.exec(row)?.[0] ?? [])).size;
			},
			(places) => places === 2,
			150_000,
		);
		await page.locator("main").focus();
		await page.keyboard.press("k"); // up from below: the newest
		await events.selected.waitFor();
	});

	test("it is shown what would leave before anything does, and the file is saved whole", async () => {
		const left: string[] = [];
		page.on("request", (r) => {
			if (/\/export\/incident(?:\?|$)|\/links$/.test(r.url()) && r.url().includes("/recordings/")) left.push(r.url());
		});
		const share = new ShareDialog(page);
		await share.openAtMoment();
		await share.look();
		expect(await share.preview.innerText()).toMatch(/events of order-totals/);
		await share.preview.getByText("Verdict").waitFor();
		expect(left, "what left before it was wanted").toEqual([]);
		await picture(page, "share-preview");
		expect(await findings(page), "what axe says").toEqual([]);
		const saved = await share.save();
		expect(saved.suggestedFilename()).toMatch(/^[0-9a-f]{8}\.sgi$/);
		const file = readFileSync(await saved.path());
		expect(file.subarray(0, magic.length)).toEqual(magic);
		expect(left).toHaveLength(1);
		await share.close();
	});

	test("a link gives the same to whoever has it", async () => {
		const share = new ShareDialog(page);
		await share.openByKey();
		await share.look();
		given = await share.link("12h");
		expect(given).toMatch(/\/api\/v1\/links\/[0-9a-f]{16}\/file\?secret=[\w-]{43}$/);
		await picture(page, "share-link");
		expect(await findings(page), "what axe says").toEqual([]);
		const fetched = await page.request.get(given);
		expect(fetched.status(), given).toBe(200);
		expect((await fetched.body()).subarray(0, magic.length)).toEqual(magic);
		const wrong = await page.request.get(`${given}x`);
		expect(wrong.status(), "a wrong secret").toBe(404);
		await share.close();
	});

	test("it stands beside the recordings with how often it was fetched, and opens nothing once it is revoked", async () => {
		const id = /links\/([0-9a-f]{16})\//.exec(given)?.[1] ?? "";
		await page.goto(`${address}/r`);
		const row = page
			.getByRole("table", { name: "Links" })
			.getByRole("row")
			.filter({ has: page.getByRole("button", { name: `Revoke the link ${id}` }) });
		await row.waitFor();
		expect(await row.innerText()).toMatch(/order-totals[\s\S]*live[\s\S]*once/);
		await row.getByRole("button", { name: `Revoke the link ${id}` }).press("Enter");
		await picture(page, "links");
		expect(await findings(page), "what axe says").toEqual([]);
		await page.getByRole("table", { name: "Links" }).getByRole("button", { name: "Revoke it" }).press("Enter");
		await eventually(
			"the link that opens nothing",
			async () => (await page.request.get(given)).status(),
			(status) => status === 404,
		);
		await row.waitFor({ state: "detached" });
		expect(faults).toEqual([]);
	});
});

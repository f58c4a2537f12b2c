/**
 * An engineer who may see no personal data looks for an order that was counted twice: logs in, goes from its place in Kafka to its journey, takes
 * the token that stands for its number, finds by it that the order came twice, and where it passed. Nothing personal reaches the browser.
 * Then an auditor, who sees no recording, finds that look: who, at what, and that it was masked.
 */
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "../accessibility";
import { address, eventually, launch, newReader, picture } from "../browser";
import { AuditPage } from "../pages/audit";
import { EventsPage } from "../pages/events";
import { JourneyPage } from "../pages/journey";
import { LoginPage } from "../pages/login";

type Plan = {
	readonly password: string;
	/** The name of the job's recording. */
	readonly job: string;
	/** Where the order lies in Kafka: its first and its second coming. */
	readonly places: readonly string[];
	/** What nobody without the right may see: of the order, and patterns of what is like it in others. */
	readonly values: readonly string[];
	readonly patterns: readonly string[];
};

const escaped = (text: string) => text.replace(/[^\w]/g, "\\$&");

const plan = JSON.parse(readFileSync(process.env.SIGHTGLASS_PLAN ?? "", "utf8")) as Plan;
const personal = [...plan.values.map((v) => new RegExp(escaped(v), "i")), ...plan.patterns.map((p) => new RegExp(p, "i"))];
const token = /\bnumber_[a-z2-7]{16}\b/;

let browser: Browser;
let page: Page;
let faults: readonly string[];
let answers = 0;
const leaks: string[] = [];

/** Looks into everything that the network brings. */
function watch(context: BrowserContext): void {
	context.on("response", async (r) => {
		if (r.request().resourceType() === "websocket" || /event-stream/.test(r.headers()["content-type"] ?? "")) return; // the text of the page has what streams bring
		const body = await r.body().catch(() => undefined);
		if (body === undefined) return; // redirects have none
		answers++;
		for (const p of personal) if (p.test(body.toString("utf8"))) leaks.push(`${p} in ${r.url()}`);
	});
}

/** Everything that the page says, shown or not, and what stands in fields. */
async function wantNothingPersonal(): Promise<void> {
	const said = await page.evaluate(() =>
		[
			document.title,
			document.documentElement.outerHTML,
			...[...document.querySelectorAll("input, textarea")].map((f) => (f as HTMLInputElement).value),
		].join("\n"),
	);
	for (const p of personal) expect(p.test(said), `${p} at ${page.url()}`).toBe(false);
	expect(leaks).toEqual([]);
}

async function come(name: string): Promise<void> {
	const reader = await newReader(browser);
	({ page, faults } = reader);
	watch(reader.context);
	await new LoginPage(page).open();
	expect(await findings(page)).toEqual([]);
	await new LoginPage(page).logIn(name, plan.password);
}

beforeAll(async () => {
	browser = await launch();
});
afterAll(async () => {
	await browser?.close();
});

describe("an engineer without the right to personal data", () => {
	let number = "";

	test("logs in, and is who they say", async () => {
		await come("engineer");
		await page.getByRole("table", { name: "Jobs" }).getByRole("link", { name: plan.job, exact: true }).waitFor();
		await page.getByRole("button", { name: "You are engineer" }).waitFor();
		await wantNothingPersonal();
	});

	test("goes from the order's place in Kafka to its journey; its number is a token", async () => {
		await page.keyboard.press("Control+k");
		await page.getByRole("combobox", { name: "Search or jump to" }).fill(plan.places[1] ?? "");
		await page.getByRole("option", { name: new RegExp(`Journey of ${escaped(plan.places[1] ?? "")}`) }).click();
		const journey = new JourneyPage(page);
		await journey.waitForPicture();
		await journey.steps.filter({ hasText: "drop duplicates" }).first().click();
		number = await eventually(
			"a token in the journey",
			async () => token.exec(await page.locator("body").innerText())?.[0] ?? "",
			(t) => t !== "",
		);
		await picture(page, "masked-journey");
		expect(await findings(page)).toEqual([]);
		await wantNothingPersonal();
	});

	test("finds by the token that the order came twice, and the same token at both passes", async () => {
		await page.goto(`${address}/r/${plan.job}/events`);
		const events = new EventsPage(page);
		await events.waitForRows(1);
		await events.filter(`kind == "source-record" && value.orderId == "${number}"`);
		const rows = await eventually(
			"both passes",
			() => events.rows.allInnerTexts(),
			(all) => all.length === 2 && plan.places.every((p) => all.some((row) => row.includes(p))),
			120_000,
		);
		for (const row of rows) expect(row).toContain(number);
		for (const at of [0, 1]) {
			await events.select(events.rows.nth(at));
			await events.field("orderId").getByText(number).waitFor();
			await events.field("customer").waitFor();
			await wantNothingPersonal();
		}
		await picture(page, "masked-events");
		expect(await findings(page)).toEqual([]);
	});

	test("sees in both journeys that it was let pass", async () => {
		for (const place of plan.places) {
			await page.goto(`${address}/r/${plan.job}/journey/${place}`);
			const journey = new JourneyPage(page);
			await journey.waitForPicture();
			await journey.steps.filter({ hasText: "convert to euro" }).first().waitFor();
			expect(await journey.words()).toContain(number);
			await wantNothingPersonal();
		}
	});

	test("learns nothing by guessing: the number itself finds no record", async () => {
		await page.goto(`${address}/r/${plan.job}/events`);
		const events = new EventsPage(page);
		await events.waitForRows(1);
		const guessed = await page.request.get(`${address}/api/v1/recordings/${plan.job}/events`, {
			params: { where: `kind == "source-record" && value.orderId == "${plan.values[0]}"` },
		});
		expect(guessed.ok()).toBe(true);
		expect(((await guessed.json()) as { items: unknown[] }).items).toEqual([]);
	});

	test("has not the audit log, and nothing went wrong on the way", async () => {
		const log = await page.request.get(`${address}/api/v1/audit`);
		expect(log.status()).toBe(403);
		expect(answers).toBeGreaterThan(20);
		expect(leaks).toEqual([]);
		expect(faults).toEqual([]);
		await page.context().close();
	});
});

describe("an auditor, who may see no recording", () => {
	test("finds that look: who, at what, and that it was masked", async () => {
		await come("auditor");
		await page.waitForURL((u) => u.pathname === "/");
		const audit = new AuditPage(page);
		await audit.open();
		await audit.filter("who:local:engineer action:job:read outcome:ok");
		const looks = audit.rows.filter({ hasText: "local:engineer" });
		// The newest is the guess, which showed nothing; the log says what was asked, and of the number that it was a text.
		await looks.first().click();
		await audit.detail.getByText("value.orderId == string").first().waitFor();
		await wantNothingPersonal();
		await looks
			.filter({ has: page.locator("td:nth-child(5)", { hasText: /[1-9]/ }) })
			.first()
			.click();
		const entry = audit.detail;
		await entry.getByText("local:engineer").waitFor();
		await entry.getByText("job:read").first().waitFor();
		await entry.getByText(`/job/${plan.job}/recording/`).first().waitFor();
		await entry.getByText("values were masked").waitFor();
		expect(await findings(page)).toEqual([]);
		await picture(page, "masked-audit");
	});

	test("reads no value there either, not even one that was guessed", async () => {
		await wantNothingPersonal();
		const rec = await page.request.get(`${address}/api/v1/recordings/${plan.job}/events`);
		expect(rec.status()).toBe(403);
		expect(leaks).toEqual([]);
	});
});

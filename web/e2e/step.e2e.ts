/**
 * An order was counted twice. A reader finds its second coming, follows it to the operator that should have dropped it, and steps through
 * what that operator's code did: forwards to the output, and back to the read of the state that let it pass. All by keyboard. In the end
 * they take it along as a JUnit test.
 */
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "./accessibility";
import { downloads, eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";
import { JourneyPage } from "./pages/journey";
import { StepPage } from "./pages/step";
import { TestExportDialog } from "./pages/testExport";

/** The first order of the shop that comes again when its id is forgotten (examples/shop/README.md). */
const order = "O-0000032";
const read = "if (firstSeen.value() != null) {";

let browser: Browser;
let page: Page;
let faults: readonly string[];
let place = "";

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
});
afterAll(async () => {
	await browser?.close();
});

describe("why a duplicate passed", () => {
	test("the order came twice, and its second coming has a journey", async () => {
		await new FleetPage(page).open();
		await new FleetPage(page).openJob("order-totals");
		await new GraphPage(page).waitForPicture(6);
		await new GraphPage(page).openRecording();
		const events = new EventsPage(page);
		/** Places in Kafka by their rows, oldest first. */
		const places = async () => (await events.rows.allInnerTexts()).flatMap((row) => /orders\/\d+@\d+/.exec(row)?.[0] ?? []);
		const found = await eventually(
			"both records of the order",
			async () => {
				await events.filter(`kind == "source-record" && key == "${order}"`);
				await events.waitForRows(1);
				return places();
			},
			(all) => new Set(all).size === 2,
			150_000,
		);
		await page.locator("main").focus();
		// Up from below: the newest.
		await page.keyboard.press("k");
		await events.selected.waitFor();
		expect(await events.selected.innerText()).toContain(found.at(-1));
		await page.keyboard.press("g");
		await page.keyboard.press("j");
		await new JourneyPage(page).waitForPicture();
	});

	test("the operator that should have dropped it let it pass: Step through", async () => {
		const journey = new JourneyPage(page);
		const step = journey.steps.filter({ hasText: "drop duplicates" }).first();
		await step.click();
		const through = page.getByRole("region", { name: "Selected" }).getByRole("link", { name: "Step through" });
		await through.press("Enter");
		await new StepPage(page).waitForPlace();
		await picture(page, "step-begin");
	});

	test("steps lead on to the output, and back to the read that found nothing", async () => {
		const steps = new StepPage(page);
		// The key of the order is taken first, in the job's own selector; then the function runs.
		expect(await steps.go("F10")).toBe(read);
		expect(await steps.go("e")).toBe("out.collect(order);");
		const emitted = page.getByRole("region", { name: "Emitted" });
		await emitted.getByText("0 of 1 output up to this line").waitFor();
		expect(await steps.go("F10")).toBe("}");
		await emitted.getByText("1 of 1 output up to this line").waitFor();
		expect(await steps.go("Shift+F10")).toBe("out.collect(order);");
		await steps.go("Shift+F10");
		await steps.waitForLine("firstSeen.update(order.eventTime);");
		// The value was there, and its time to live was over: the job saw nothing.
		const state = steps.state("first-seen");
		await state.getByText("time to live 1 min").waitFor();
		expect(await state.innerText()).toMatch(/at this line\s+nothing is there/);
		await page.getByRole("region", { name: "Did" }).getByText("read first-seen: nothing is there").first().waitFor();
		expect(await steps.go("[")).toBe(read);
		expect(await steps.here.innerText()).toContain(read);
		place = page.url();
		await picture(page, "step");
		expect(await findings(page), "what axe says").toEqual([]);
	});

	test("a variable opens and closes by keyboard", async () => {
		const { variables } = new StepPage(page);
		await variables.focus();
		// this, then order
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowRight");
		await variables.getByRole("treeitem", { level: 2 }).filter({ hasText: "orderId" }).getByText(`"${order}"`).waitFor();
		await page.keyboard.press("ArrowLeft");
		await eventually(
			"a closed variable",
			() => variables.getByRole("treeitem", { level: 2 }).count(),
			(n) => n === 0,
		);
	});

	test("an expression is watched, and stands in the address", async () => {
		await page.locator("main").focus();
		await page.keyboard.press("w");
		await page.keyboard.type(`order.orderId == "${order}"`);
		await page.keyboard.press("Enter");
		await page.getByRole("region", { name: "Watch" }).getByText("true", { exact: true }).waitFor();
		expect(decodeURIComponent(page.url())).toContain("watch=order.orderId");
	});

	test("a breakpoint with a condition finds the same line from later on, backwards", async () => {
		const steps = new StepPage(page);
		await page.locator("main").focus();
		await page.keyboard.press("F9");
		const condition = page.getByRole("textbox", { name: /^Condition of the breakpoint at line/ });
		await condition.fill(`order.orderId == "${order}"`);
		await condition.press("Enter");
		await page.locator("main").focus();
		await steps.go(".");
		await steps.go(".");
		await page.keyboard.press("Shift+F8");
		await steps.waitForLine(read);
		await page.getByRole("region", { name: "Watch" }).getByText("true", { exact: true }).waitFor();
		expect(new URL(page.url()).pathname).toBe(new URL(place).pathname);
	});

	test("its address opens the same place for a reader who was never there", async () => {
		for (const { name, width, scheme } of [
			{ name: "step-light", width: 1440, scheme: "light" },
			{ name: "step-narrow", width: 480, scheme: "dark" },
		] as const) {
			const reader = await newReader(browser, { width, scheme });
			await reader.page.goto(place);
			const again = new StepPage(reader.page);
			await again.waitForPlace();
			await again.waitForLine(read);
			expect(await findings(reader.page), "what axe says").toEqual([]);
			const wide = await reader.page.evaluate(() => document.documentElement.scrollWidth);
			expect(wide, "width").toBeLessThanOrEqual(width);
			await picture(reader.page, name);
			expect(reader.faults).toEqual([]);
			await reader.context.close();
		}
	});

	test("the replay ends when one says so, and begins again with the next step", async () => {
		const steps = new StepPage(page);
		await page.locator("main").focus();
		await page.keyboard.press("q");
		await page.getByText("the replay has ended").waitFor();
		await steps.go("]");
		await steps.waitForLine("firstSeen.update(order.eventTime);");
		expect(faults).toEqual([]);
	});

	test("it becomes a JUnit test: what that does not prove is said, and one zip is saved", async () => {
		const reader = await newReader(browser);
		await reader.page.goto(place);
		await new StepPage(reader.page).waitForPlace();
		const dialog = new TestExportDialog(reader.page);
		await dialog.open();
		await dialog.expect("no-output");
		await dialog.pom.check();
		await dialog.make();
		expect(await dialog.unproven.count()).toBeGreaterThan(0);
		await dialog.box.getByText("passes when the last step gives no record").waitFor();
		await picture(reader.page, "export-test");
		expect(await findings(reader.page), "what axe says").toEqual([]);
		const saved = await dialog.save();
		expect(saved.suggestedFilename()).toMatch(/^DropDuplicatesAt\d+Test\.zip$/);
		// Its name says where it is from, for whoever compares it with what the command writes.
		const position = decodeURIComponent(new URL(place).pathname.split("/").at(-1) ?? "");
		await saved.saveAs(path.join(downloads, `${position}.zip`));
		// The browser calls it an error that a replay must be run first.
		expect(reader.faults.filter((f) => !f.includes("409"))).toEqual([]);
		await reader.context.close();
	});
});

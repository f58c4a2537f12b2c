/** Everything can be reached without a mouse. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findings } from "./accessibility";
import { eventually, launch, newReader, picture } from "./browser";
import { EventsPage } from "./pages/events";
import { FleetPage } from "./pages/fleet";
import { GraphPage } from "./pages/graph";

let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await launch();
	({ page } = await newReader(browser));
	await new FleetPage(page).open();
	await new FleetPage(page).row("order-totals").waitFor();
});
afterAll(async () => {
	await browser?.close();
});

test("? shows all keys, Escape closes them", async () => {
	await page.keyboard.press("?");
	const help = page.getByRole("dialog", { name: "Keys" });
	await help.waitFor();
	await help.getByText("All keys").waitFor();
	await picture(page, "keys");
	expect(await findings(page)).toEqual([]);
	await page.keyboard.press("Escape");
	await help.waitFor({ state: "hidden" });
});

test("a key may be changed, and works from then on", async () => {
	await page.keyboard.press("?");
	await page.getByRole("button", { name: /change the key of Agents/ }).click();
	await page.keyboard.press("p");
	await page.keyboard.press("Escape");
	await page.keyboard.press("p");
	await page.getByRole("link", { name: "Agents" }).and(page.locator("[aria-current=page]")).waitFor();
	await page.evaluate(() => localStorage.clear());
	await new FleetPage(page).open();
	await new FleetPage(page).row("order-totals").waitFor();
});

test("J, K and Enter go through the jobs", async () => {
	const chosen = () => page.locator("tr[aria-selected=true]").innerText();
	const first = await chosen();
	await page.keyboard.press("j");
	await eventually("another row", chosen, (now) => now.split("\n")[0] !== first.split("\n")[0]);
	await page.keyboard.press("k");
	await eventually("the row before", chosen, (now) => now.split("\t")[0] === first.split("\t")[0]);
	await page.keyboard.press("Enter");
	await new GraphPage(page).waitForPicture(1);
});

test("the palette jumps to the events of a job", async () => {
	await page.keyboard.press("Control+k");
	await page.getByRole("combobox").fill("order-totals events");
	await picture(page, "palette");
	expect(await findings(page)).toEqual([]);
	await page.keyboard.press("Enter");
	await new EventsPage(page).waitForRows(4);
});

test("J and K go through events, / goes to the filter and takes no other keys there", async () => {
	const events = new EventsPage(page);
	await page.keyboard.press("k");
	await events.selected.waitFor();
	// The address tells one event from another; events of one invocation share their position.
	const chosen = async () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("sel");
	const one = await chosen();
	expect(one).not.toBeNull();
	await page.keyboard.press("k");
	await eventually("another event", chosen, (now) => now !== null && now !== one);
	await page.keyboard.press("/");
	await page.keyboard.type("jkgl?");
	expect(await page.getByRole("textbox", { name: "Filter" }).innerText()).toBe("jkgl?");
	await page.keyboard.press("Escape");
	expect(await page.getByRole("dialog").count()).toBe(0);
});

test("L follows what arrives", async () => {
	await page.keyboard.press("l");
	const events = new EventsPage(page);
	await page.getByRole("button", { name: "Following" }).waitFor();
	const last = () => events.rows.last().innerText();
	const before = await last();
	await eventually("a new row", last, (now) => now !== before);
	await page.keyboard.press("l");
	await page.getByRole("button", { name: "Follow", exact: true }).waitFor();
});

test("G and a letter go to the other screens", async () => {
	for (const [key, sees] of [
		["g", () => new GraphPage(page).waitForPicture(4)],
		["e", () => new EventsPage(page).waitForRows(4)],
		["f", () => new FleetPage(page).row("order-totals").waitFor()],
	] as const) {
		await page.keyboard.press("g");
		await page.keyboard.press(key);
		await sees();
	}
});

test("times are UTC or local, by a switch that is kept", async () => {
	await page.keyboard.press("u");
	await eventually(
		"the switch",
		() => page.getByRole("radio", { name: "local" }).isChecked(),
		(on) => on,
	);
	await page.reload();
	await new FleetPage(page).row("order-totals").waitFor();
	expect(await page.getByRole("radio", { name: "local" }).isChecked()).toBe(true);
});

/**
 * How quick a map of an estate is in a browser: 2,000 jobs and 2,000 topics, laid out, pulled about, zoomed and searched. The browser draws
 * without a graphics card, so that a machine that has one is quicker.
 *
 * SIGHTGLASS_STORIES=bench npm run e2e, against any server: the map's answer is made here. The last lines are the figures:
 * FIGURE <name> <value> <unit> target <target> met|missed.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entity, largeMap, ordersId } from "../../mock/catalog";
import { address, launch, newReader, picture } from "../browser";

const jobs = 2_000;
/** Milliseconds a frame may take: 30 a second. */
const frameTarget = 1000 / 30;
const interactionTarget = 100;

let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
	browser = await launch();
	({ page, faults } = await newReader(browser));
	const map = largeMap(jobs);
	await page.route("**/api/v1/catalog/entities/**", (route) =>
		route.fulfill({ json: route.request().url().includes("/lineage") ? map : entity(ordersId) }),
	);
});
afterAll(async () => {
	await browser?.close();
});

function figure(name: string, unit: string, value: number, most: number): void {
	process.stdout.write(
		`FIGURE ${name} ${value.toFixed(1)} ${unit} target <=${Number(most.toFixed(1))} ${value <= most ? "met" : "missed"}\n`,
	);
}

function p95(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}

/** The times between frames while something moves the map, or nothing does: those are what the machine has to spare. */
async function frames(what: "nothing" | "pull" | "zoom", near: boolean): Promise<readonly number[]> {
	return page.evaluate(
		async ({ what, near }) => {
			const canvas = document.querySelector("canvas");
			if (canvas === null) throw new Error("there is no map");
			const box = canvas.getBoundingClientRect();
			const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
			const wheel = (deltaY: number) => canvas.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY, bubbles: true, cancelable: true }));
			const pointer = (type: string, dx: number) =>
				canvas.dispatchEvent(
					new PointerEvent(type, { clientX: at.clientX + dx, clientY: at.clientY + dx / 2, button: 0, pointerId: 1, bubbles: true }),
				);
			const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
			if (near) wheel(-1_100);
			await next();
			const times: number[] = [];
			if (what === "pull") pointer("pointerdown", 0);
			let before = await next();
			for (let i = 0; i < 120; i++) {
				if (what === "pull") pointer("pointermove", 180 * Math.sin(i / 12));
				else if (what === "zoom") wheel(i % 60 < 30 ? -40 : 40);
				const now = await next();
				times.push(now - before);
				before = now;
			}
			if (what === "pull") pointer("pointerup", 180 * Math.sin(119 / 12));
			if (near) wheel(1_100);
			return times;
		},
		{ what, near },
	);
}

test("a map of 2,000 jobs and 2,000 topics is laid out, pulled about and searched", async () => {
	await page.goto(`${address}/c/${ordersId}#tab=lineage&depth=20`);
	await page.getByRole("img", { name: /^Map of 4,000 nodes/ }).waitFor();
	await page.waitForFunction(() => performance.getEntriesByName("lineage-map-layout").length > 0);
	const layout = await page.evaluate(() => Math.max(...performance.getEntriesByName("lineage-map-layout").map((e) => e.duration)));
	const still = p95(await frames("nothing", false));
	const measured: Record<string, readonly number[]> = {};
	for (const near of [false, true])
		for (const what of ["pull", "zoom"] as const) measured[`${near ? "near" : "whole"}_${what}`] = await frames(what, near);
	const search = page.getByRole("textbox", { name: "Search within the map" });
	const found = await page.evaluate(async (jobs) => {
		const input = document.querySelector<HTMLInputElement>("input[aria-label='Search within the map']");
		if (input === null) throw new Error("there is no search");
		const times: number[] = [];
		for (let i = 0; i < 40; i++) {
			const began = performance.now();
			const word = i < 39 ? `job-${(i * 37) % jobs}` : "job-500";
			Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, word);
			input.dispatchEvent(new Event("input", { bubbles: true }));
			await new Promise(requestAnimationFrame);
			await new Promise(requestAnimationFrame);
			times.push(performance.now() - began);
		}
		return times;
	}, jobs);
	await page.getByText("1 found").waitFor();
	await search.press("Enter");
	await page.getByRole("status", { name: "Selected" }).waitFor();
	measured.selected_pull = await frames("pull", false);
	await picture(page, "map-2000-jobs");
	process.stdout.write(`FIGURE map_still_frame_p95 ${still.toFixed(1)} ms target none met\n`);
	figure("map_layout", "ms", layout, 1_000);
	for (const [name, times] of Object.entries(measured)) figure(`map_${name}_frame_p95`, "ms", p95(times), frameTarget);
	figure("map_search_p95", "ms", p95(found), interactionTarget);
	expect(faults).toEqual([]);
});

import type { Locator, Page } from "playwright-core";
import { eventually } from "../browser";

/** The events of one recording. */
export class EventsPage {
	constructor(readonly page: Page) {}

	get rows(): Locator {
		return this.page.getByRole("grid", { name: "Events" }).locator("[role=rowgroup] [role=row]");
	}

	get selected(): Locator {
		return this.page.getByRole("grid", { name: "Events" }).locator("[role=row][aria-selected=true]");
	}

	async waitForRows(least = 1): Promise<void> {
		await eventually(
			"rows of events",
			() => this.rows.count(),
			(n) => n >= least,
		);
	}

	cell(row: Locator, column: "invocation" | "time" | "operator" | "event" | "key" | "detail"): Promise<string> {
		const index = { invocation: 1, time: 2, operator: 4, event: 5, key: 6, detail: 9 }[column];
		return row.getByRole("gridcell").nth(index).innerText();
	}

	async filter(text: string): Promise<void> {
		const field = this.page.getByRole("textbox", { name: "Filter" });
		await field.fill(text);
		await field.press("Enter");
	}

	/** The words of the kinds on the screen. */
	async kinds(): Promise<readonly string[]> {
		const all = await this.rows.evaluateAll((rows) => rows.map((r) => r.querySelectorAll("[role=gridcell]")[5]?.textContent?.trim() ?? ""));
		return [...new Set(all)];
	}

	/** Waits until every row on the screen is of one kind. */
	async waitForKind(word: string): Promise<void> {
		await eventually(
			`only rows of ${word}`,
			() => this.kinds(),
			(kinds) => kinds.length === 1 && kinds[0] === word,
		);
	}

	async select(row: Locator): Promise<void> {
		await row.click();
		await this.selected.waitFor();
	}

	get tree(): Locator {
		return this.page.getByRole("tree");
	}

	field(name: string): Locator {
		return this.tree.getByRole("treeitem").filter({ hasText: name }).first();
	}

	get markedBytes(): Locator {
		return this.page.getByRole("region", { name: "Bytes" }).locator("[data-at][class*=marked]");
	}

	byte(at: number): Locator {
		return this.page.getByRole("region", { name: "Bytes" }).locator(`[data-at="${at}"]`).first();
	}

	/** The name of the position in the bar above. */
	async position(): Promise<string> {
		return (await this.page.getByRole("group", { name: "Position", exact: true }).innerText()).trim();
	}

	async openJourney(): Promise<void> {
		await this.page.getByRole("region", { name: "At this position" }).getByRole("link", { name: "Journey" }).click();
	}

	/** Rolls the list by so many pixels. */
	async roll(by: number): Promise<void> {
		await this.rows.first().hover();
		await this.page.mouse.wheel(0, by);
	}
}

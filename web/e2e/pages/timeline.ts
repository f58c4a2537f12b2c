import type { Locator, Page } from "playwright-core";
import { eventually } from "../browser";

/** What operators did over time. */
export class TimelinePage {
	constructor(readonly page: Page) {}

	get totals(): Locator {
		return this.page.getByRole("table", { name: "Totals by operator" });
	}

	async waitForTotals(): Promise<void> {
		await this.totals.getByRole("row").nth(1).waitFor();
	}

	/** What an operator took in, in what is selected or shown. */
	async in(operator: string): Promise<number> {
		const row = this.totals.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name: operator, exact: true }) });
		return Number((await row.getByRole("cell").first().innerText()).replaceAll(",", ""));
	}

	/** Drags over a part of the tracks. */
	async select(from: number, to: number): Promise<void> {
		await this.drag(this.page.getByTestId("brush"), from, to);
		await this.page.getByRole("heading", { name: "Selection", exact: true }).waitFor();
	}

	/** Drags over a part of the strip above, which zooms there. */
	async zoom(from: number, to: number): Promise<void> {
		const before = this.page.url();
		await this.drag(this.page.getByRole("slider", { name: /The whole recording/ }), from, to);
		await eventually(
			"another stretch in the address",
			async () => this.page.url(),
			(url) => url !== before && url.includes("win="),
		);
	}

	private async drag(on: Locator, from: number, to: number): Promise<void> {
		const box = await on.boundingBox();
		if (box === null) throw new Error("not on the screen");
		const y = box.y + Math.min(box.height / 2, 20);
		await this.page.mouse.move(box.x + box.width * from, y);
		await this.page.mouse.down();
		await this.page.mouse.move(box.x + (box.width * (from + to)) / 2, y, { steps: 4 });
		await this.page.mouse.move(box.x + box.width * to, y, { steps: 4 });
		await this.page.mouse.up();
	}
}

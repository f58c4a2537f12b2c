import type { Locator, Page } from "playwright-core";
import { eventually } from "../browser";

/** The history of a key and its states. */
export class KeyPage {
	constructor(readonly page: Page) {}

	get rows(): Locator {
		return this.page.getByRole("table", { name: "History of the key" }).locator("tbody tr");
	}

	get versions(): Locator {
		return this.page.getByRole("group", { name: /^Versions of / }).getByRole("button");
	}

	async waitForRows(least: number): Promise<void> {
		await eventually(
			"rows of the key's history",
			() => this.rows.count(),
			(n) => n >= least,
			60_000,
		);
	}

	async only(kinds: "Records" | "State" | "Timers and windows" | "Drops"): Promise<void> {
		await this.page.getByRole("button", { name: kinds, exact: true }).click();
	}
}

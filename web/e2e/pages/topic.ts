import type { Locator, Page } from "playwright-core";
import { address, eventually } from "../browser";

/** Topics of a cluster, and one of them. */
export class TopicPage {
	constructor(readonly page: Page) {}

	/** By its place in the rail, which leads to the only cluster's topics. */
	async openList(): Promise<void> {
		await this.page.goto(`${address}/`);
		await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Topics" }).click();
		await this.topic("orders").waitFor();
	}

	topic(name: string): Locator {
		return this.page.getByRole("grid", { name: "Topics" }).getByRole("link", { name, exact: true });
	}

	get rows(): Locator {
		return this.page.getByRole("grid", { name: "Records" }).locator("[role=rowgroup] [role=row]");
	}

	async waitForRows(least = 1): Promise<void> {
		await eventually(
			"records of the topic",
			() => this.rows.count(),
			(n) => n >= least,
		);
	}

	/** partition@offset of a row. */
	async place(row: Locator): Promise<string> {
		const cells = row.getByRole("gridcell");
		return `${await cells.nth(0).innerText()}@${await cells.nth(1).innerText()}`;
	}

	async filter(text: string): Promise<void> {
		const field = this.page.getByRole("textbox", { name: "Filter" });
		await field.fill(text);
		await field.press("Enter");
	}

	/** What was looked at, in words. */
	scanned(): Promise<string> {
		return this.page.getByText(/^looked at /).innerText();
	}

	get record(): Locator {
		return this.page.getByRole("region", { name: "This record" });
	}

	async tab(name: string): Promise<void> {
		await this.page.getByRole("tab", { name }).click();
	}
}

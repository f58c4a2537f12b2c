import type { Page } from "playwright-core";
import { address } from "../browser";

/** Who read and changed what. */
export class AuditPage {
	constructor(readonly page: Page) {}

	async open(): Promise<void> {
		await this.page.goto(`${address}/admin/audit`);
		await this.rows.first().waitFor();
	}

	/** From any screen, by the navigation. */
	async visit(): Promise<void> {
		await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Audit" }).click();
		await this.rows.first().waitFor();
	}

	get rows() {
		return this.page.getByRole("table", { name: "Audit log" }).locator("tbody tr");
	}

	async filter(text: string): Promise<void> {
		await this.page.getByRole("textbox", { name: /Filter by who/ }).fill(text);
		await this.page.keyboard.press("Enter");
	}

	/** The pane beside the list. */
	get detail() {
		return this.page.getByRole("region", { name: /^Entry \d+/ });
	}
}

import type { Locator, Page } from "playwright-core";
import { address } from "../browser";

/** The search of the catalog, and the page of what it finds. */
export class CatalogPage {
	constructor(readonly page: Page) {}

	/** By its place in the rail. */
	async open(): Promise<void> {
		await this.page.goto(`${address}/`);
		await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Catalog" }).click();
		await this.field.waitFor();
	}

	/** A stream by its name, as search finds it. */
	async openStream(name: string): Promise<void> {
		await this.open();
		await this.field.fill(`name:${name}`);
		await this.found.getByRole("link", { name, exact: true }).first().click();
		await this.page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
	}

	/** The schema that is to come, which begins as the newest version. */
	get wish(): Locator {
		return this.page.getByRole("textbox", { name: "Schema that is to come" });
	}

	get field(): Locator {
		return this.page.getByRole("textbox", { name: "Search the catalog" });
	}

	get found(): Locator {
		return this.page.getByRole("grid", { name: "Found in the catalog" });
	}

	get systems(): Locator {
		return this.page.getByRole("table", { name: "Producers and consumers" });
	}

	get map(): Locator {
		return this.page.getByRole("img", { name: /^Map of/ });
	}

	async tab(name: string): Promise<void> {
		await this.page.getByRole("tab", { name }).click();
	}
}

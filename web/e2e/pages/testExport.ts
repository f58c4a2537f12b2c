import type { Download, Locator, Page } from "playwright-core";

/** The dialogue that makes a JUnit test of a moment. */
export class TestExportDialog {
	constructor(readonly page: Page) {}

	get box(): Locator {
		return this.page.getByRole("dialog", { name: "Export as JUnit test" });
	}

	/** By its key, from a page at a position. */
	async open(): Promise<void> {
		await this.page.locator("main").focus();
		await this.page.keyboard.press("t");
		await this.box.waitFor();
	}

	async expect(what: string): Promise<void> {
		await this.box.getByRole("combobox", { name: "What the last step must do" }).selectOption(what);
	}

	get pom(): Locator {
		return this.box.getByRole("checkbox", { name: /pom\.xml/ });
	}

	get unproven(): Locator {
		return this.box.getByRole("list", { name: "What it does not prove" }).getByRole("listitem");
	}

	/** Makes the test. The attempt may have to run again first. */
	async make(): Promise<void> {
		await this.box.getByRole("button", { name: "Make the test" }).press("Enter");
		const save = this.box.getByRole("link", { name: /^Save / });
		await save.or(this.box.getByRole("alert")).waitFor({ timeout: 150_000 });
		if ((await save.count()) === 0) throw new Error(await this.box.getByRole("alert").innerText());
	}

	/** What has the focus once the test is made. */
	async save(): Promise<Download> {
		const [saved] = await Promise.all([this.page.waitForEvent("download"), this.page.keyboard.press("Enter")]);
		return saved;
	}
}

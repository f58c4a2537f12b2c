import type { Download, Locator, Page } from "playwright-core";

/** The dialogue that gives part of a recording to somebody without access. */
export class ShareDialog {
	constructor(readonly page: Page) {}

	get box(): Locator {
		return this.page.getByRole("dialog", { name: "Share" });
	}

	get preview(): Locator {
		return this.box.getByRole("region", { name: "What would leave" });
	}

	/** From a moment: what is around it is chosen already. */
	async openAtMoment(): Promise<void> {
		await this.page.getByRole("button", { name: "Share what is around it" }).press("Enter");
		await this.box.waitFor();
	}

	/** By its key, from any page of a recording. */
	async openByKey(): Promise<void> {
		await this.page.locator("main").focus();
		await this.page.keyboard.press("h");
		await this.box.waitFor();
	}

	/** A whole recording is read: that takes its time. */
	async look(): Promise<void> {
		await this.box.getByRole("button", { name: "Show what would leave" }).press("Enter");
		await this.preview.or(this.box.getByRole("alert")).waitFor({ timeout: 150_000 });
		if ((await this.preview.count()) === 0) throw new Error(await this.box.getByRole("alert").innerText());
	}

	/** Makes the file; what then has the focus saves it. */
	async save(within = 150_000): Promise<Download> {
		await this.box.getByRole("button", { name: "Make the file" }).press("Enter");
		const save = this.box.getByRole("link", { name: /^Save / });
		await save.or(this.box.getByRole("alert")).waitFor({ timeout: within });
		if ((await save.count()) === 0) throw new Error(await this.box.getByRole("alert").innerText());
		const [saved] = await Promise.all([this.page.waitForEvent("download"), save.press("Enter")]);
		return saved;
	}

	/** Makes a link and gives its address. */
	async link(lasts: string): Promise<string> {
		await this.box.getByRole("combobox", { name: "that lasts" }).selectOption(lasts);
		await this.box.getByRole("button", { name: "Make a link" }).press("Enter");
		const made = this.box.getByRole("region", { name: "the link", exact: true });
		await made.or(this.box.getByRole("alert")).waitFor({ timeout: 150_000 });
		if ((await made.count()) === 0) throw new Error(await this.box.getByRole("alert").innerText());
		return (await made.innerText()).trim();
	}

	async close(): Promise<void> {
		await this.page.keyboard.press("Escape");
		await this.box.waitFor({ state: "detached" });
	}
}

import type { Page } from "playwright-core";
import { address } from "../browser";

/** The page where one says who one is. */
export class LoginPage {
	constructor(readonly page: Page) {}

	/** Any address leads there. */
	async open(): Promise<void> {
		await this.page.goto(`${address}/`);
		await this.page.getByRole("heading", { name: "Log in to Sightglass" }).waitFor();
	}

	async logIn(name: string, password: string): Promise<void> {
		await this.page.getByLabel("Name").fill(name);
		await this.page.getByLabel("Password").fill(password);
		await this.page.getByRole("button", { name: "Log in" }).click();
		await this.page.getByRole("navigation", { name: "Main" }).waitFor();
	}
}

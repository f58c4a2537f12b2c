import type { Page } from "playwright-core";
import { eventually } from "../browser";

/** The graph of one job. */
export class GraphPage {
	constructor(readonly page: Page) {}

	get boxes() {
		return this.page.locator(".react-flow__node");
	}

	get arrows() {
		return this.page.locator(".react-flow__edge");
	}

	/** Waits until the picture is laid out and has its arrows. */
	async waitForPicture(least: number): Promise<void> {
		await eventually(
			"the boxes of the graph",
			() => this.boxes.count(),
			(n) => n >= least,
		);
		await eventually(
			"the arrows of the graph",
			() => this.arrows.count(),
			(n) => n >= least - 1,
		);
	}

	/** All numbers on boxes and arrows, as one text. */
	numbers(): Promise<string> {
		return this.page.locator(".react-flow").innerText();
	}

	async waitForChange(): Promise<void> {
		const before = await this.numbers();
		await eventually(
			"another number in the graph",
			() => this.numbers(),
			(now) => now !== before,
		);
	}

	async select(name: string): Promise<void> {
		await this.boxes.getByRole("button", { name }).first().click();
		await this.page.getByRole("complementary", { name }).waitFor();
	}

	async tab(name: RegExp): Promise<void> {
		await this.page.getByRole("tab", { name }).click();
	}

	async asTree(): Promise<void> {
		await this.page.getByText("As tree").click();
		await this.page.getByRole("table", { name: /Job graph as a tree/ }).waitFor();
	}

	async asPicture(): Promise<void> {
		await this.page.getByText("Picture", { exact: true }).click();
	}

	async openRecording(): Promise<void> {
		await this.page.getByRole("link", { name: /^Recording / }).click();
	}
}

import type { Locator, Page } from "playwright-core";
import { eventually } from "../browser";

/** The code of a job, line by line. */
export class StepPage {
	constructor(readonly page: Page) {}

	/** Where one is, in words. */
	get here(): Locator {
		return this.page.getByRole("status", { name: "Where one is" });
	}

	/** The line that is about to run, as it stands in the source. */
	get line(): Locator {
		return this.page.locator("[aria-current=step] code");
	}

	get variables(): Locator {
		return this.page.getByRole("tree", { name: "Variables" });
	}

	/** What stands under a word of a state: before, at this line, behind it. */
	state(name: string): Locator {
		return this.page.getByRole("region", { name: `State ${name}` });
	}

	/** The first step needs a process with the job's classes. */
	async waitForPlace(): Promise<void> {
		await this.here.waitFor({ timeout: 120_000 });
	}

	async waitForLine(text: string): Promise<void> {
		await eventually(
			`the line ${text}`,
			async () => ((await this.line.count()) === 0 ? "" : this.line.innerText()),
			(line) => line.trim() === text,
		);
	}

	/** Presses a key and waits until one is elsewhere. */
	async go(key: string): Promise<string> {
		const before = await this.page.url();
		await this.page.keyboard.press(key);
		await eventually(
			`another place after ${key}`,
			async () => this.page.url(),
			(url) => url !== before,
		);
		return (await this.line.innerText()).trim();
	}
}

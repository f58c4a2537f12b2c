import type { Page } from "playwright-core";
import { address, eventually } from "../browser";

/** The list of jobs. */
export class FleetPage {
	constructor(readonly page: Page) {}

	async open(): Promise<void> {
		await this.page.goto(`${address}/`);
	}

	row(job: string) {
		return this.page
			.getByRole("table", { name: "Jobs" })
			.getByRole("row")
			.filter({ has: this.page.getByRole("link", { name: job, exact: true }) });
	}

	/** Records in per second, as the table writes it. */
	async rate(job: string): Promise<number> {
		const text = await this.row(job).getByRole("cell").nth(3).innerText();
		return Number(text.replace(/[^0-9.]/g, ""));
	}

	/** Waits until the job is there and records come in. */
	async waitForLive(job: string): Promise<void> {
		await this.row(job).waitFor();
		await eventually(
			`a rate of ${job}`,
			() => this.rate(job),
			(rate) => rate > 0,
			120_000,
		);
	}

	async openJob(job: string): Promise<void> {
		await this.row(job).getByRole("link", { name: job, exact: true }).click();
	}
}

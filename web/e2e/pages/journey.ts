import type { Locator, Page } from "playwright-core";
import { eventually } from "../browser";

/** The journey of one record. */
export class JourneyPage {
	constructor(readonly page: Page) {}

	get picture(): Locator {
		return this.page.getByRole("group", { name: /The journey as a picture/ });
	}

	get steps(): Locator {
		return this.page.getByRole("tabpanel").getByRole("row");
	}

	async waitForPicture(): Promise<void> {
		await eventually(
			"the cards of the journey",
			() => this.picture.locator(".react-flow__node").count(),
			(n) => n > 0,
		);
	}

	/** Everything that the picture and the list of steps say. */
	async words(): Promise<string> {
		return `${await this.picture.innerText()}\n${(await this.steps.allInnerTexts()).join("\n")}`;
	}
}

import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { orderTotals as rec } from "../../mock/jobs";
import { pinOf, pins } from "../../mock/pins";
import { type Answers, openPanel } from "../../test/openPanel";
import { PinForm } from "./PinForm";
import { PinList } from "./PinList";

const owner = { id: "local", name: "local", roles: ["owner"], actions: ["job:view", "recording:pin"], policy: "clear", way: "none" };
const viewer = { ...owner, actions: ["job:view"] };

function list(answers: Answers = {}) {
	return openPanel(<PinList />, { "/principal": owner, "/pins": pins, ...answers });
}
const form = (answers: Answers) => openPanel(<PinForm rec={rec} what="all of it" />, { "/principal": owner, ...answers });

describe("the list of pins", () => {
	it("says what is kept, why, by whom, and what of the quota it takes", async () => {
		list();
		const row = (await screen.findByRole("table", { name: "Pins" })).querySelector("tbody tr");
		expect(row?.textContent).toMatch(/order-totals.*incident.*ticket 4711.*local/);
		expect(row?.querySelector("a")?.getAttribute("href")).toContain("win=2026-11-23T14:01:00Z..2026-11-23T14:03:00Z");
		expect(screen.getByText(/^1 pin, .* of /)).toBeTruthy();
	});

	it("takes one away only after it was asked twice", async () => {
		const view = list({ "DELETE /pins/p7q2f4": pinOf(rec) });
		fireEvent.click(await screen.findByRole("button", { name: "Take the pin p7q2f4 away" }));
		expect(view.asked.some((a) => a.method === "DELETE")).toBe(false);
		fireEvent.click(screen.getByRole("button", { name: "Take it away" }));
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/pins").length).toBeGreaterThan(1));
		expect(view.asked.filter((a) => a.method === "DELETE").map((a) => a.path)).toEqual(["/pins/p7q2f4"]);
	});

	it("says why one could not be taken away", async () => {
		list({ "DELETE /pins/p7q2f4": { status: 403 } });
		fireEvent.click(await screen.findByRole("button", { name: "Take the pin p7q2f4 away" }));
		fireEvent.click(screen.getByRole("button", { name: "Take it away" }));
		expect(await screen.findByText("It was not taken away")).toBeTruthy();
	});

	it("lets nobody change it without the action", async () => {
		list({ "/principal": viewer });
		await screen.findByText(/may not change pins/);
		expect((await screen.findByRole("button", { name: "Take the pin p7q2f4 away" })).hasAttribute("disabled")).toBe(true);
	});

	it("is empty, loading, or failed", async () => {
		list({ "/pins": { ...pins, items: [] } });
		await screen.findByText("Nothing is pinned");
		list({ "/pins": "never" });
		expect(screen.getByText("loading pins")).toBeTruthy();
		list({ "/pins": { status: 403 } });
		await screen.findByText("The pins may not be shown");
	});
});

describe("keeping a recording", () => {
	it("asks for all of it, without a stretch", async () => {
		const view = form({ [`POST /recordings/${rec}/pins`]: { ...pinOf(rec), open: true } });
		fireEvent.click(await screen.findByRole("button", { name: "Keep" }));
		await screen.findByText(/and what comes until the next checkpoint/);
		expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({ reason: "bookmark" });
	});

	it("shows what the server says against it, the quota for instance", async () => {
		form({ [`POST /recordings/${rec}/pins`]: { status: 507 } });
		fireEvent.click(await screen.findByRole("button", { name: "Keep" }));
		await screen.findByText("It is not kept");
		expect(screen.getByText("ask for something else")).toBeTruthy();
	});

	it("is not offered to who may not", async () => {
		form({ "/principal": viewer });
		await screen.findByText(/may not keep anything/);
		expect(screen.getByRole("button", { name: "Keep" }).hasAttribute("disabled")).toBe(true);
	});
});

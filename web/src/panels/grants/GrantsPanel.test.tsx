import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { grantRules, grants } from "../../../mock/grants";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import GrantsPanel from "./GrantsPanel";

function open(answers: Answers = {}) {
	return openPanel(<GrantsPanel />, { "/grants": listOf("grant", grants), "/grant-rules": listOf("grant-rule", grantRules), ...answers });
}

describe("grants", () => {
	it("are for the reader to decide, in force with the time that is left, or over with why", async () => {
		open();
		expect((await screen.findByRole("table", { name: "For you to decide" })).textContent).toMatch(/Bob.*pii\.contact clear.*INC-4712/);
		expect(screen.getByRole("table", { name: "Pending and in force" }).textContent).toMatch(/you.*left, until.*approved by local:lea/);
		expect(screen.getByRole("table", { name: "Over" }).textContent).toMatch(/refused.*by local:lea: ask for less/);
	});

	it("are approved, refused and ended", async () => {
		const view = open({
			"POST /grants/5b0c9f41d2b75e10/approve": grants[0],
			"POST /grants/5b0c9f41d2b75e10/refuse": { status: 409, detail: "it is in-force" },
			"DELETE /grants/3f0a9c41d2b75e10": grants[1],
		});
		fireEvent.click(await screen.findByRole("button", { name: "Approve 5b0c9f41d2b75e10 of Bob" }));
		await waitFor(() => expect(view.asked.some((a) => a.path.endsWith("/approve") && a.method === "POST")).toBe(true));
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/grants" && a.method === "GET").length).toBeGreaterThan(1));
		fireEvent.click(screen.getByRole("button", { name: "End 3f0a9c41d2b75e10" }));
		await waitFor(() => expect(view.asked.some((a) => a.method === "DELETE")).toBe(true));
		fireEvent.click(screen.getByRole("button", { name: "Refuse 5b0c9f41d2b75e10 of Bob" }));
		await screen.findByText("That was not done");
	});

	it("are asked for with a reason, on what was named", async () => {
		const view = open({ "POST /grants": grants[0] });
		const form = await screen.findByRole("form", { name: "Ask for a grant" });
		const button = within(form).getByRole("button", { name: "Ask" });
		expect(button.hasAttribute("disabled")).toBe(true);
		fireEvent.change(within(form).getByPlaceholderText("INC-4711: refunds fail"), { target: { value: " INC-1 " } });
		fireEvent.change(within(form).getByPlaceholderText("cluster/prod/topic/orders"), { target: { value: "cluster/prod/topic/orders" } });
		fireEvent.click(within(form).getByRole("checkbox", { name: "pii.financial" }));
		fireEvent.change(within(form).getByRole("combobox", { name: "For" }), { target: { value: "1800" } });
		fireEvent.click(button);
		await screen.findByText(/It waits for somebody to approve it/);
		expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({
			rule: "orders-incident",
			reason: "INC-1",
			clear: ["pii.contact"],
			seconds: "1800",
			resources: ["cluster/prod/topic/orders"],
		});
	});

	it("say why one was not asked for", async () => {
		open({ "POST /grants": { status: 422 } });
		const form = await screen.findByRole("form", { name: "Ask for a grant" });
		fireEvent.change(within(form).getByPlaceholderText("INC-4711: refunds fail"), { target: { value: "x" } });
		fireEvent.click(within(form).getByRole("button", { name: "Ask" }));
		await screen.findByText("It was not asked for");
	});

	it("are empty, loading or failed", async () => {
		open({ "/grants": listOf("grant", []), "/grant-rules": listOf("grant-rule", []) });
		await screen.findByText(/Nothing is in force/);
		await screen.findByText(/nothing that your roles may ask for/);
		open({ "/grants": "never" });
		await screen.findByText("loading grants");
		open({ "/grants": { status: 500 } });
		await screen.findByText("The grants could not be loaded");
	});
});

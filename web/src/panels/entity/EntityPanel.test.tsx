import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import {
	amountMap,
	brief,
	change,
	entity,
	field,
	orders,
	ordersId,
	ordersMap,
	orderTotalsEntity,
	proposal,
	system,
} from "../../../mock/catalog";
import { orderTotals } from "../../../mock/jobs";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import EntityPanel from "./EntityPanel";

beforeEach(() => roomOf(1200, 600));

const path = `/catalog/entities/${ordersId}`;
const served: Answers = {
	[path]: orders,
	[`${path}/lineage`]: (q: URLSearchParams) => (q.get("field") === null ? ordersMap : amountMap),
	[`${path}/history`]: listOf("catalog-change", orders.changes),
};
const open = (state = {}, answers: Answers = {}, id = ordersId) =>
	openPanel(<EntityPanel id={id} state={state} />, { ...served, ...answers }, `/c/${id}`);
const here = () => parseState(window.location.hash);

describe("an entity's page", () => {
	it("says what it is, whose it is, whom to call, and that a check is broken", async () => {
		open();
		expect(await screen.findByRole("heading", { level: 1, name: "orders" })).toBeTruthy();
		expect(screen.getByText(/Stream on Kafka cluster/).textContent).toBe(
			"Stream on Kafka cluster demo, 6 partitions, Avro, subject orders-value v7",
		);
		const head = screen.getByText("1 check broken").closest("div");
		expect(head?.textContent).toMatch(/ownerteam:checkoutcall#checkout-oncallcontract2\.3\.0 activekept7d/);
		expect(screen.getByRole("link", { name: "Records" }).getAttribute("href")).toBe("/t/demo/orders");
	});

	it("shows health with what is wrong first", async () => {
		open();
		const panel = await screen.findByRole("region", { name: "Contract" });
		expect(
			within(panel)
				.getAllByRole("listitem")
				.map((li) => li.querySelector("svg")?.getAttribute("aria-label")),
		).toEqual(["broken", "learning", "ok"]);
		expect(within(panel).getByRole("link").getAttribute("href")).toContain("/t/demo/orders");
	});

	it("lists fields as a tree with class, mask, rule and readers, and says whose reads are unknown", async () => {
		open();
		const grid = await screen.findByRole("grid", { name: "Fields" });
		const row = within(grid)
			.getAllByRole("row")
			.find((r) => r.textContent?.startsWith("email"));
		expect(row?.textContent).toMatch(/emailstring.*pii\.contact.*format email.*1/);
		expect(row?.querySelector("[aria-label='masked: token']")).toBeTruthy();
		expect(screen.getByText("5 shown masked to you")).toBeTruthy();
		expect(screen.getByText(/2 readers may read any field/)).toBeTruthy();
		await userEvent.click(within(grid).getByRole("button", { name: "Who reads customer.email: 1" }));
		const pop = await screen.findByRole("dialog");
		expect(pop.textContent).toMatch(/Known to read customer\.emailservice crm-sync/);
		expect(pop.textContent).toMatch(/May read it: their fields are unknown.*bi-export.*stock-legacy/);
	});

	it("filters fields, and goes through them to their lineage by keys", async () => {
		const { again } = open();
		await screen.findByRole("grid", { name: "Fields" });
		await userEvent.type(screen.getByRole("textbox", { name: "Filter fields" }), "email");
		expect(screen.getByRole("grid", { name: "Fields" }).getAttribute("aria-rowcount")).toBe("3");
		expect(here().filter).toBe("email");
		runCommand("row-down");
		expect(here().field).toBe("customer");
		again(<EntityPanel id={ordersId} state={{ field: "customer.email" }} />);
		const chosen = await screen.findByRole("region", { name: "Field customer.email" });
		expect(chosen.textContent).toContain("Where the receipt goes; not verified.");
		expect(runCommand("open")).toBe(true);
		expect(here()).toEqual({ tab: "lineage", field: "customer.email" });
	});

	it("names producers and consumers by their strongest evidence, and has all of it behind", async () => {
		open();
		const table = await screen.findByRole("table", { name: "Producers and consumers" });
		const row = (name: string) =>
			within(table)
				.getAllByRole("row")
				.find((r) => r.textContent?.includes(name));
		expect(row("order-totals")?.textContent).toMatch(/job.*team:checkout.*recorded records\+2.*6 fields: id, merchantId/);
		expect(row("bi-export")?.textContent).toContain("unknown: may be any");
		expect(row("stock-legacy")?.textContent).toMatch(/no owner.*ACL only.*41 d ago/);
		expect(row("stock-legacy")?.querySelector("[aria-label^=stale]")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: /^Evidence for order-totals: recorded records ?\+2$/ }));
		const pop = await screen.findByRole("dialog");
		expect(within(pop).getAllByRole("listitem")).toHaveLength(3);
		expect(pop.textContent).toMatch(/88,121 records of 4 partitions.*com\.shop\.Order/);
	});

	it("shows so many systems, and the rest when asked", async () => {
		const readers = Array.from({ length: 60 }, (_, i) => system(`job:j-${i}`, true));
		open({}, { [path]: { ...orders, readers } });
		const table = await screen.findByRole("table", { name: "Producers and consumers" });
		expect(within(table).queryByText("j-59")).toBeNull();
		await userEvent.click(screen.getByRole("button", { name: "Show all 60" }));
		expect(within(table).getByText("j-59")).toBeTruthy();
	});

	it("of a job has its streams, its parts and the way to its graph", async () => {
		const id = orderTotalsEntity.id;
		open({}, { [`/catalog/entities/${id}`]: orderTotalsEntity }, id);
		const table = await screen.findByRole("table", { name: "What it reads and writes" });
		expect(table.textContent).toMatch(/Reads.*orders.*Writes.*merchant-totals/);
		expect(screen.getByRole("link", { name: "Job graph" }).getAttribute("href")).toBe(`/j/${orderTotals}`);
		expect(screen.getByRole("table", { name: "Belongs to it" }).textContent).toMatch(/drop-duplicates.*operator/);
	});

	it("of a team has what it owns, and no owner or lineage", async () => {
		const id = "team:checkout";
		open({}, { [`/catalog/entities/${id}`]: entity(id, { owners: [], parts: [brief(ordersId)] }) }, id);
		expect((await screen.findByRole("table", { name: "Owns" })).textContent).toContain("orders");
		expect(screen.queryByRole("tab", { name: "Lineage" })).toBeNull();
		expect(screen.queryByText("no owner")).toBeNull();
	});

	it("says plainly where nothing is known", async () => {
		open({}, { [path]: entity(ordersId, { owners: [], last: undefined as never, hidden: 2 }) });
		expect(await screen.findByText("No field is known")).toBeTruthy();
		expect(screen.getByText("Nothing shows who is at it")).toBeTruthy();
		expect(screen.getByText("2 more that you may not see", { exact: false })).toBeTruthy();
		expect(screen.getAllByText("no owner").length).toBeGreaterThan(0);
		expect(screen.getByText("never")).toBeTruthy();
	});

	it("is loading, failed, or not there", async () => {
		open({}, { [path]: "never" });
		expect(screen.getByText("loading orders")).toBeTruthy();
		open({}, { [path]: { status: 502 } });
		expect((await screen.findByRole("alert")).textContent).toContain("orders could not be loaded");
		open({}, { [path]: { status: 404 } });
		expect(await screen.findByText(`The catalog has no ${ordersId}`)).toBeTruthy();
		expect(screen.getByRole("link", { name: "Search for orders" }).getAttribute("href")).toBe("/c#f=orders");
	});
});

describe("what people say of it", () => {
	const edit = async (name: string) => {
		await userEvent.click(await screen.findByRole("button", { name }));
		return screen.findByRole("dialog", { name });
	};

	it("is read as Markdown, and changed with a reason by who may", async () => {
		const view = open({}, { [`POST ${path}/changes`]: change(9) });
		expect((await screen.findByRole("link", { name: "handbook" })).getAttribute("href")).toBe("https://handbook.example.com/orders");
		const dialog = await edit("Edit owners of orders");
		const button = within(dialog).getByRole("button", { name: "Change it" });
		expect(button.hasAttribute("disabled")).toBe(true);
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^owners/ }), { target: { value: "team:checkout\n person:lea \n\n" } });
		expect(button.hasAttribute("disabled")).toBe(true);
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^Why/ }), { target: { value: " she knows it " } });
		fireEvent.click(button);
		await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
		const sent = view.asked.find((a) => a.method === "POST");
		expect(sent?.path).toBe(`${path}/changes`);
		expect(sent?.sent).toEqual({ attribute: "owners", values: ["team:checkout", "person:lea"], reason: "she knows it" });
		await waitFor(() => expect(view.asked.filter((a) => a.path === path).length).toBeGreaterThan(1));
		expect(await screen.findByText("changed", { exact: false })).toBeTruthy();
	});

	it("is proposed by who may not", async () => {
		const view = open({}, { [path]: { ...orders, editable: false }, [`POST ${path}/proposals`]: proposal({ yours: true, decide: false }) });
		const dialog = await edit("Propose doc of orders");
		expect(dialog.textContent).toContain("You may not change this yourself");
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^doc/ }), { target: { value: "" } });
		expect(dialog.textContent).toContain("takes away what is there");
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^Why/ }), { target: { value: "wrong" } });
		fireEvent.click(within(dialog).getByRole("button", { name: "Propose it" }));
		await waitFor(() =>
			expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({ attribute: "doc", values: [], reason: "wrong" }),
		);
		expect(await screen.findByText("proposed", { exact: false })).toBeTruthy();
	});

	it("of a field is sent with its path, and a refusal stays in the dialog", async () => {
		const view = open({ field: "customer.email" }, { [`POST ${path}/changes`]: { status: 403, detail: "you are no owner" } });
		const dialog = await edit("Edit tags of customer.email");
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^tags/ }), { target: { value: "pii.contact\nmail" } });
		fireEvent.change(within(dialog).getByRole("textbox", { name: /^Why/ }), { target: { value: "r" } });
		fireEvent.click(within(dialog).getByRole("button", { name: "Change it" }));
		expect(await within(dialog).findByText("It was not changed")).toBeTruthy();
		expect(view.asked.find((a) => a.method === "POST")?.sent).toMatchObject({ path: "customer.email", values: ["pii.contact", "mail"] });
	});
});

describe("proposals", () => {
	it("are approved, or refused with a word", async () => {
		const view = open(
			{},
			{
				"POST /catalog/proposals/p-4711/approve": proposal({ state: "approved" }),
				"POST /catalog/proposals/p-4711/refuse": proposal({ state: "refused" }),
			},
		);
		const list = await screen.findByRole("list", { name: "Proposals" });
		expect(list.textContent).toMatch(/tags.*by Bob.*shop \+ critical.*the shop stops without it/);
		fireEvent.click(within(list).getByRole("button", { name: "Refuse tags by Bob" }));
		fireEvent.change(within(list).getByRole("textbox", { name: "Why it is refused" }), { target: { value: " too early " } });
		fireEvent.click(within(list).getByRole("button", { name: "Refuse it" }));
		await waitFor(() => expect(view.asked.find((a) => a.path.endsWith("/refuse"))?.sent).toEqual({ why: "too early" }));
		await waitFor(() => expect(within(list).getByRole("button", { name: "Approve tags by Bob" }).hasAttribute("disabled")).toBe(false));
		fireEvent.click(within(list).getByRole("button", { name: "Approve tags by Bob" }));
		await waitFor(() => expect(view.asked.some((a) => a.path.endsWith("/approve"))).toBe(true));
	});

	it("of the reader are taken back, and never decided about by them", async () => {
		const view = open(
			{},
			{
				[path]: { ...orders, proposals: [proposal({ yours: true, decide: true })] },
				"DELETE /catalog/proposals/p-4711": proposal({ state: "withdrawn" }),
			},
		);
		fireEvent.click(await screen.findByRole("button", { name: "Take back tags" }));
		expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
		await waitFor(() => expect(view.asked.some((a) => a.method === "DELETE")).toBe(true));
	});

	it("that somebody else decided about faster say so", async () => {
		open({}, { "POST /catalog/proposals/p-4711/approve": { status: 409, detail: "somebody was faster" } });
		fireEvent.click(await screen.findByRole("button", { name: "Approve tags by Bob" }));
		expect((await screen.findByRole("alert")).textContent).toContain("somebody was faster");
	});
});

describe("lineage", () => {
	const lineage = (state = {}, answers: Answers = {}) => open({ tab: "lineage", ...state }, answers);

	it("is a map with a word for who hears it, and a legend that says what is hidden", async () => {
		lineage();
		expect(await screen.findByRole("img", { name: /^Map of 10 nodes and 9 edges/ })).toBeTruthy();
		expect(screen.getByText(/1 node that you may not see/)).toBeTruthy();
	});

	it("goes one way, so many steps, of a field", async () => {
		const { again, asked } = lineage();
		await screen.findByRole("img", { name: /^Map of/ });
		fireEvent.click(screen.getByRole("radio", { name: "Downstream" }));
		expect(here().dir).toBe("down");
		fireEvent.change(screen.getByRole("combobox", { name: "Steps" }), { target: { value: "5" } });
		expect(here().depth).toBe(5);
		fireEvent.change(screen.getByRole("combobox", { name: "Of" }), { target: { value: "amount" } });
		expect(here().field).toBe("amount");
		again(<EntityPanel id={ordersId} state={{ tab: "lineage", dir: "down", depth: 5, field: "amount" }} />);
		expect(await screen.findByRole("img", { name: /^Map of 4 nodes/ })).toBeTruthy();
		expect(Object.fromEntries(asked.at(-1)?.query ?? [])).toEqual({ direction: "down", depth: "5", field: "amount" });
	});

	it("has the same as a table, with the same selection and keys", async () => {
		const { again } = lineage();
		await screen.findByRole("img", { name: /^Map of/ });
		runCommand("tree");
		expect(here().view).toBe("table");
		again(<EntityPanel id={ordersId} state={{ tab: "lineage", view: "table", sel: "job:order-totals" }} />);
		const grid = await screen.findByRole("grid", { name: "Lineage" });
		const row = within(grid).getByRole("row", { selected: true });
		expect(row.textContent).toMatch(/1 down.*order-totals.*job.*team:checkout.*orders.*merchant-totals/);
		expect(screen.getByRole("status", { name: "Selected" }).textContent).toMatch(/3 upstream, 3 downstream/);
		runCommand("row-up");
		expect(here().sel).not.toBe("job:order-totals");
		runCommand("open");
		expect(window.location.pathname).toBe("/c/job:order-totals");
	});

	it("is searched within, and goes from one that was found to the next", async () => {
		const { again } = lineage();
		await screen.findByRole("img", { name: /^Map of/ });
		const input = screen.getByRole("textbox", { name: "Search within the map" });
		await userEvent.type(input, "merchant");
		expect(here().filter).toBe("merchant");
		again(<EntityPanel id={ordersId} state={{ tab: "lineage", filter: "merchant" }} />);
		expect(await screen.findByText("2 found")).toBeTruthy();
		fireEvent.keyDown(input, { key: "Enter" });
		expect(here().sel).toBe("stream:demo/merchant-totals");
	});

	it("says by what a field comes out of another", async () => {
		lineage({ field: "amount", sel: "stream:demo/merchant-totals#total" });
		const chosen = await screen.findByRole("status", { name: "Selected" });
		expect(chosen.textContent).toMatch(/merchant-totals.*total.*from amount: SUM\(amount\) by order-totals/);
	});

	it("is alone, cut, loading or failed with a word for each", async () => {
		lineage({}, { [`${path}/lineage`]: { ...ordersMap, nodes: ordersMap.nodes.slice(0, 1), edges: [] } });
		expect(await screen.findByText("Nothing is known before or behind it")).toBeTruthy();
		lineage({}, { [`${path}/lineage`]: { ...ordersMap, cut: true } });
		expect(await screen.findByText(/there is more than fits/)).toBeTruthy();
		lineage({}, { [`${path}/lineage`]: "never" });
		expect(await screen.findByText("loading the lineage")).toBeTruthy();
		lineage({}, { [`${path}/lineage`]: { status: 500 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The lineage could not be loaded");
	});
});

describe("changes", () => {
	it("are listed with who, what and why, and the older ones when asked", async () => {
		const { asked } = open(
			{ tab: "changes" },
			{
				[`${path}/history`]: (q: URLSearchParams) =>
					q.get("cursor") === null
						? { ...listOf("catalog-change", orders.changes), next: "7" }
						: listOf("catalog-change", [change(30, { name: "Old" })]),
			},
		);
		const table = await screen.findByRole("table", { name: "Changes" });
		expect(table.textContent).toMatch(/Lea.*owners.*\+ team:checkout.*they wrote it/);
		expect(table.textContent).toMatch(/tags of customer\.email.*\+ pii\.contact.*contract orders 2\.3\.0/);
		await userEvent.click(screen.getByRole("button", { name: "Show older ones" }));
		expect(await within(table).findByText("Old")).toBeTruthy();
		expect(asked.at(-1)?.query.get("cursor")).toBe("7");
	});

	it("are none, loading or failed", async () => {
		open({ tab: "changes" }, { [`${path}/history`]: listOf("catalog-change", []) });
		expect(await screen.findByText("Nothing was changed yet")).toBeTruthy();
		open({ tab: "changes" }, { [`${path}/history`]: "never" });
		expect(await screen.findByText("loading changes")).toBeTruthy();
		open({ tab: "changes" }, { [`${path}/history`]: { status: 500 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The changes could not be loaded");
	});
});

it("fields without a class of their own have no number of readers", async () => {
	open({}, { [path]: { ...orders, field_list: [{ ...field("a", { type: "record" }), class: undefined }, field("a.b")] } });
	const grid = await screen.findByRole("grid", { name: "Fields" });
	expect(within(grid).getAllByRole("button", { name: /Who reads/ })).toHaveLength(1);
});

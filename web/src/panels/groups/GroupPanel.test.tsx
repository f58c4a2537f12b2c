import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { cluster, crmSync, groups, orderTotalsGroup, resetPlan } from "../../../mock/topics";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import GroupPanel from "./GroupPanel";
import GroupsPanel from "./GroupsPanel";

beforeEach(() => roomOf(1200, 600));

const path = `/clusters/${cluster}/groups`;
const principal = { id: "local", name: "local", roles: ["owner"], actions: ["group:view", "group:reset"], policy: "clear", way: "none" };
const openGroup = (name: string, answers: Answers) =>
	openPanel(
		<GroupPanel cluster={cluster} group={name} state={{}} />,
		{ "/principal": principal, ...answers },
		`/t/${cluster}/-/groups/${name}`,
	);

describe("groups of a cluster", () => {
	const open = (answer: unknown, state = {}) =>
		openPanel(<GroupsPanel cluster={cluster} state={state} />, { [path]: answer }, "/t/demo/-/groups");

	it("are listed with state and lag, and opened by key", async () => {
		open(listOf("group", groups));
		const grid = await screen.findByRole("grid", { name: "Groups" });
		expect(grid.textContent).toContain("241");
		expect(runCommand("open")).toBe(true);
		expect(window.location.pathname).toBe("/t/demo/-/groups/order-totals");
	});

	it("are searched, empty, loading or failed, with a word for each", async () => {
		open(listOf("group", groups), { filter: "nothing" });
		expect(await screen.findByText("No group has that in its name or state")).toBeTruthy();
		open(listOf("group", []));
		expect(await screen.findByText("There is no consumer group here")).toBeTruthy();
		open("never");
		expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
		open({ status: 502 });
		expect((await screen.findByRole("alert")).textContent).toContain("The groups of demo could not be loaded");
	});
});

describe("one group", () => {
	it("shows its members, and how far it is in each partition", async () => {
		openGroup("order-totals", { [`${path}/order-totals`]: orderTotalsGroup });
		const grid = await screen.findByRole("grid", { name: "Partitions" });
		expect(within(grid).getAllByRole("row")[1]?.textContent).toBe("orders02,8603,101241order-totals-0");
		expect(screen.getByRole("table", { name: "Members" }).textContent).toContain("orders 0,1");
		expect(runCommand("row-down")).toBe(true);
		expect(parseState(window.location.hash).sel).toBe("orders/0");
	});

	it("is reset only after one has seen what would be set", async () => {
		let applied = false;
		const { asked } = openGroup("crm-sync", {
			[`${path}/crm-sync`]: crmSync,
			[`POST ${path}/crm-sync/offsets`]: () => {
				const answer = resetPlan(applied);
				applied = true;
				return answer;
			},
		});
		await userEvent.click(await screen.findByRole("button", { name: "Reset offsets" }));
		const dialog = await screen.findByRole("dialog", { name: "Reset offsets of crm-sync" });
		const apply = () => within(dialog).getByRole("button", { name: "Apply" }) as HTMLButtonElement;
		expect(apply().disabled).toBe(true);
		await userEvent.selectOptions(within(dialog).getByLabelText("Of"), "orders");
		await userEvent.click(within(dialog).getByRole("button", { name: "Show what would be set" }));
		expect((await within(dialog).findByRole("table", { name: "What is set" })).textContent).toContain("3,000");
		expect(within(dialog).getByText(/Not set yet: 2 partitions would be/)).toBeTruthy();
		await userEvent.click(apply());
		expect(await within(dialog).findByText(/Set: 2 partitions/)).toBeTruthy();
		expect(asked.filter((a) => a.method === "POST").map((a) => a.sent)).toEqual([
			{ to: "earliest", dry: true, partitions: { orders: [] } },
			{ to: "earliest", dry: false, partitions: { orders: [] } },
		]);
	});

	it("that is refused says why, and another wish is looked at anew", async () => {
		openGroup("crm-sync", { [`${path}/crm-sync`]: crmSync, [`POST ${path}/crm-sync/offsets`]: { status: 409, detail: "it has members" } });
		await userEvent.click(await screen.findByRole("button", { name: "Reset offsets" }));
		const dialog = await screen.findByRole("dialog");
		await userEvent.click(within(dialog).getByRole("button", { name: "Show what would be set" }));
		expect((await within(dialog).findByRole("alert")).textContent).toContain("it has members");
		await userEvent.selectOptions(within(dialog).getByLabelText("Reads on from"), "latest");
		expect(within(dialog).queryByRole("alert")).toBeNull();
	});

	it("is reset by nobody who may not", async () => {
		openGroup("crm-sync", { "/principal": { ...principal, actions: ["group:view"] }, [`${path}/crm-sync`]: crmSync });
		await screen.findByRole("grid");
		expect(screen.queryByRole("button", { name: "Reset offsets" })).toBeNull();
		expect(screen.getByText("Nobody is in it now")).toBeTruthy();
	});
});

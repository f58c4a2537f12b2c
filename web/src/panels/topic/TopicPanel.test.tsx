import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { cluster, groups, orders, orderTotalsGroup, page, recordAt } from "../../../mock/topics";
import { Feed } from "../../../test/feed";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { useAddress } from "../../model/navigation";
import TopicPanel from "./TopicPanel";

beforeEach(() => roomOf(1400, 600));

const path = `/clusters/${cluster}/topics/orders`;
const principal = {
	id: "local",
	name: "local",
	roles: ["owner"],
	actions: ["topic:list", "topic:read", "topic:produce"],
	policy: "clear",
	way: "none",
};
const served: Answers = { [path]: orders, [`${path}/records`]: page(), "/principal": principal };

function Screen() {
	return <TopicPanel cluster={cluster} topic="orders" state={useAddress().state} />;
}
const open = (answers: Answers = {}, fragment = "") =>
	openPanel(<Screen />, { ...served, ...answers }, `/t/${cluster}/orders${fragment === "" ? "" : `#${fragment}`}`);
const rows = () => screen.getAllByRole("row").slice(1);
const state = (): ViewState => Object.fromEntries(new URLSearchParams(window.location.hash.slice(1)));
const grid = () => screen.findByRole("grid", { name: "Records" });
const command = (id: Parameters<typeof runCommand>[0]) => act(() => void runCommand(id));

describe("records of a topic", () => {
	it("are listed newest first, with their fields, and what was looked at", async () => {
		const { asked } = open();
		await grid();
		expect(rows()[0]?.textContent).toContain("o-1-9");
		expect(screen.getByText("looked at 12,410 records of 2 partitions, 3.10 MB, ended by the page")).toBeTruthy();
		expect(screen.getByRole("columnheader", { name: "status" })).toBeTruthy();
		const first = asked.find((a) => a.path === `${path}/records`)?.query;
		expect(first?.get("order")).toBe("desc");
		expect(first?.has("from")).toBe(false);
	});

	it("are asked for as the link says", async () => {
		const { asked } = open({}, "from=-5m&order=desc&parts=0,3&f=key+%3D%3D+%22m-1%22+%26%26+value.amount+%3E+3");
		await grid();
		const q = asked.find((a) => a.path === `${path}/records`)?.query;
		expect(q?.get("from")).toBe("-5m");
		expect(q?.get("order")).toBe("desc");
		expect(q?.getAll("partition")).toEqual(["0", "3"]);
		expect(q?.get("key")).toBe("m-1");
		expect(q?.get("where")).toBe("value.amount > 3");
		expect(screen.getByRole("button", { name: /2 partitions/ })).toBeTruthy();
	});

	it("are read as the reader chooses, which the link and the command say", async () => {
		const { asked } = open({}, "decoder=text");
		await grid();
		const reading = () =>
			asked
				.filter((a) => a.path === `${path}/records`)
				.at(-1)
				?.query.get("decoder");
		expect(reading()).toBe("text");
		const choice = screen.getByRole("combobox", { name: "Read keys and values" });
		expect((choice as HTMLSelectElement).value).toBe("text");
		await userEvent.selectOptions(choice, "bytes");
		await waitFor(() => expect(reading()).toBe("bytes"));
		await userEvent.selectOptions(choice, "as they are");
		await waitFor(() => expect(reading()).toBeNull());
	});

	it("go on where the page before ended", async () => {
		const full = Array.from({ length: 100 }, (_, i) => recordAt(0, 500 - i));
		const answer = (q: URLSearchParams) =>
			q.has("cursor") ? page({ items: [recordAt(0, 12)], asked: 7 }) : page({ items: full, more: true, next: "0@400" });
		const { asked } = open({ [`${path}/records`]: answer });
		const list = await grid();
		act(() => {
			list.scrollTop = 100_000;
		});
		await userEvent.click(await screen.findByRole("button", { name: "Continue" }));
		await screen.findByText(/looked at 12,417 records/);
		expect(screen.getByText("101 found")).toBeTruthy();
		expect(asked.filter((a) => a.path === `${path}/records`).map((a) => a.query.get("cursor"))).toEqual([null, "0@400"]);
	});

	it("are looked for on and on while a part had none, and can be given up", async () => {
		let n = 0;
		open({ [`${path}/records`]: () => (++n < 3 ? page({ items: [], more: true, next: `0@${n}`, ended: "bytes", asked: 1000 }) : "never") });
		await screen.findByText(/looked at 2,000 records of 2 partitions, 6.20 MB, ended by size/);
		await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
		expect(screen.getByText("given up: there may be more")).toBeTruthy();
		expect(screen.getByText("Nothing found so far")).toBeTruthy();
		expect(screen.getByRole("button", { name: "Continue" })).toBeTruthy();
	});

	it("say what went wrong in a partition and what the filter cannot tell", async () => {
		const scanned = [
			{ partition: 0, from: "0", to: "10", done: true },
			{ partition: 1, from: "0", to: "0", done: true, error: "there is no leader" },
			{ partition: 2, from: "0", to: "9", done: true, note: "a batch could not be unpacked" },
		];
		open({ [`${path}/records`]: page({ scanned, unclear: 3, unclear_why: "no such key: amount" }) });
		await grid();
		expect(screen.getByText(/partition 1: there is no leader/)).toBeTruthy();
		expect(screen.getByText(/partition 2: a batch could not be unpacked/)).toBeTruthy();
		expect(screen.getByText(/cannot be told of 3 records: no such key: amount/)).toBeTruthy();
	});

	it("that are masked look so in every place", async () => {
		const text = '{email: "pii_contact_7q2f"}';
		const email = { name: "email", kind: "string", value: "pii_contact_7q2f", mask: "pii.contact", off: 9, len: 7 };
		const value = {
			format: "json" as const,
			type: "object",
			size: 64,
			text,
			node: { kind: "object", items: [email], off: 0, len: 20 },
			masked: [{ path: "email", class: "pii.contact", action: "token" }],
		};
		open({ [`${path}/records`]: page({ items: [recordAt(0, 1, { value })] }) }, "sel=0@1");
		await grid();
		expect(within(rows()[0] as HTMLElement).getByTitle("masked: pii.contact")).toBeTruthy();
		expect(within(await screen.findByRole("region", { name: "Decoded" })).getByTitle("masked: pii.contact")).toBeTruthy();
		expect(screen.getByText("The policy shows no bytes of this value.")).toBeTruthy();
	});

	it("are empty, fit no filter, loading, failed or denied, with a word for each", async () => {
		const nothing = page({ items: [], asked: 0, bytes: "0", ended: "all" });
		open({ [`${path}/records`]: nothing });
		expect(await screen.findByText("There is no record here")).toBeTruthy();
		open({ [`${path}/records`]: nothing }, "f=lost");
		expect(await screen.findByText("No record fits")).toBeTruthy();
		open({ [`${path}/records`]: "never" });
		expect(await screen.findByText("looking")).toBeTruthy();
		open({ [`${path}/records`]: { status: 400, detail: "the filter cannot be understood" } });
		expect((await screen.findByRole("alert")).textContent).toContain("the filter cannot be understood");
		open({ [`${path}/records`]: { status: 403 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The records may not be shown");
		open({ [path]: { status: 404 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The topic orders could not be loaded");
	});
});

describe("a selected record", () => {
	it("shows value, key and headers, leads to its journey, and narrows the list", async () => {
		open();
		await grid();
		await userEvent.click(rows()[1] as HTMLElement);
		expect(state()).toEqual({ sel: "0@9" });
		const about = await screen.findByRole("region", { name: "This record" });
		expect(within(about).getByRole("link", { name: "Journey" }).getAttribute("href")).toBe("/r/any/journey/orders/0@9");
		expect(about.textContent).toContain("trace");
		await userEvent.click(screen.getByRole("treeitem", { name: /status/ }));
		await userEvent.click(within(about).getByRole("button", { name: "Filter by this field" }));
		expect(state()).toMatchObject({ f: 'value.status == "placed"' });
	});

	it("that no list has is asked for by itself", async () => {
		open({ [`${path}/records/2/88121`]: recordAt(2, 88121) }, "sel=2@88121");
		expect((await screen.findByRole("region", { name: "This record" })).textContent).toContain("orders/2@88121");
	});

	it("that is not there any more says so", async () => {
		open({ [`${path}/records/2/5`]: { status: 404 } }, "sel=2@5");
		expect((await screen.findByRole("alert")).textContent).toContain("The record orders/2@5 could not be loaded");
	});

	it("is gone from to its neighbours, of the list or of its partition", async () => {
		open({}, "sel=0@8");
		await grid();
		command("row-down");
		expect(state()).toEqual({ sel: "1@7" });
		command("event-next");
		expect(state()).toEqual({ sel: "1@8" });
		command("event-back");
		command("event-back");
		command("event-back");
		expect(state()).toEqual({ sel: "1@5" });
	});

	it("is written again where one may, with its reason", async () => {
		const made = listOf("produced", [{ partition: 1, offset: "77", place: "orders/1@77" }]);
		const { asked } = open({ [`POST ${path}/records`]: made, [`/clusters/${cluster}/topics`]: listOf("topic", []) }, "sel=0@9");
		await userEvent.click(await screen.findByRole("button", { name: "Write again" }));
		const dialog = await screen.findByRole("dialog", { name: "Write a record again" });
		await userEvent.type(within(dialog).getByLabelText("Why"), "ticket 4711");
		await userEvent.click(within(dialog).getByRole("button", { name: "Write it" }));
		expect((await within(dialog).findByRole("link", { name: "orders/1@77" })).getAttribute("href")).toBe("/t/demo/orders#sel=1@77");
		expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ copy: "orders/0@9", why: "ticket 4711" });
	});
});

describe("a live tail", () => {
	const tailOf = (feed: Feed) => open({ [`${path}/tail`]: feed }, "follow=1");
	const item = (offset: number, seen = 1, dropped = 0) => ({ record: recordAt(0, offset), seen: String(seen), dropped: String(dropped) });

	it("shows the newest first, and what comes too fast as numbers", async () => {
		const feed = new Feed();
		const { asked } = tailOf(feed);
		expect(await screen.findByText("Waiting for the next record")).toBeTruthy();
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send(item(1));
		feed.send(item(2, 50_000, 49_800));
		await grid();
		expect(rows().map((r) => within(r).getAllByRole("gridcell")[1]?.textContent)).toEqual(["2", "1"]);
		expect(await screen.findByText(/50,001 records came, 49,800 not looked at/)).toBeTruthy();
		expect(await screen.findByText(/too fast to be shown/)).toBeTruthy();
		expect(asked.some((a) => a.path === `${path}/records`)).toBe(false);
	});

	it("is held still and goes on with what came meanwhile", async () => {
		const feed = new Feed();
		tailOf(feed);
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send(item(1));
		await grid();
		command("pause");
		feed.send(item(2));
		await userEvent.click(await screen.findByRole("button", { name: "Go on, 1 new" }));
		await waitFor(() => expect(rows()).toHaveLength(2));
	});

	it("says that it is not live when the stream breaks, and what that means when it is back", async () => {
		const feed = new Feed();
		tailOf(feed);
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send(item(1));
		await grid();
		feed.cut();
		expect(await screen.findByText("Not live.")).toBeTruthy();
		await waitFor(() => expect(feed.open).toBe(2));
		await waitFor(() => expect(screen.queryByText("Not live.")).toBeNull());
		expect(screen.getByText(/the stream broke 1 time/)).toBeTruthy();
		expect(rows()).toHaveLength(1);
	});
});

describe("beside the records", () => {
	it("stand partitions and settings", async () => {
		const { unmount } = open({}, "tab=partitions");
		expect((await screen.findByRole("table", { name: "Partitions" })).textContent).toContain("3,103");
		unmount();
		open({}, "tab=settings");
		const table = await screen.findByRole("table", { name: "Settings" });
		expect(within(table).getAllByRole("row")[1]?.textContent).toContain("retention.ms604800000set for this topic");
	});

	it("stand the jobs of recordings and the groups with their lag", async () => {
		open(
			{
				[`/clusters/${cluster}/groups`]: listOf("group", groups.slice(0, 1)),
				[`/clusters/${cluster}/groups/order-totals`]: orderTotalsGroup,
			},
			"tab=groups",
		);
		expect((await screen.findByRole("table", { name: "Jobs" })).textContent).toContain("order-totals");
		expect((await screen.findByRole("table", { name: "Groups" })).textContent).toContain("241");
	});
});

describe("writing a record", () => {
	it("is not offered to who may not", async () => {
		open({ "/principal": { ...principal, actions: ["topic:list", "topic:read"] } });
		await grid();
		expect(screen.queryByRole("button", { name: "Write a record" })).toBeNull();
	});

	it("takes key, value, headers and partition, and says where it lies", async () => {
		const made = listOf("produced", [{ partition: 2, offset: "5", place: "orders/2@5" }]);
		const { asked } = open({ [`POST ${path}/records`]: made });
		await userEvent.click(await screen.findByRole("button", { name: "Write a record" }));
		const form = await screen.findByRole("form", { name: "The record" });
		const in_ = within(form);
		await userEvent.type(in_.getByLabelText("Key"), "m-1");
		await userEvent.type(in_.getByLabelText("Value"), "{{");
		expect((in_.getByRole("button", { name: "Write the record" }) as HTMLButtonElement).disabled).toBe(true);
		await userEvent.type(in_.getByLabelText("Value"), "}");
		await userEvent.type(in_.getByLabelText("Headers"), "trace: 4711{enter}empty");
		await userEvent.selectOptions(in_.getByLabelText("Partition"), "2");
		await userEvent.type(in_.getByLabelText("Why"), "a try");
		await userEvent.click(in_.getByRole("button", { name: "Write the record" }));
		expect(await screen.findByRole("link", { name: "orders/2@5" })).toBeTruthy();
		expect(asked.find((a) => a.method === "POST")?.sent).toEqual({
			records: [
				{
					partition: 2,
					key: { text: "m-1" },
					value: { text: "{}" },
					headers: [{ name: "trace", value: { text: "4711" } }, { name: "empty" }],
				},
			],
			why: "a try",
		});
	});

	it("that is refused says why", async () => {
		open({ [`POST ${path}/records`]: { status: 403, detail: "topic:produce is missing" } });
		await userEvent.click(await screen.findByRole("button", { name: "Write a record" }));
		await userEvent.click(await screen.findByText("null, a tombstone"));
		await userEvent.click(screen.getByRole("button", { name: "Write the record" }));
		expect((await screen.findByRole("alert")).textContent).toContain("It was not written");
	});
});

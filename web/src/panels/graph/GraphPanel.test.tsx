import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { drops } from "../../../mock/drops";
import { channels, detail, graph, job, merchantAlerts, orderTotals } from "../../../mock/jobs";
import { Feed } from "../../../test/feed";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { Graph, JobDetail } from "../../api/schema";
import { link, parseAddress, parseState, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { useAddress } from "../../model/navigation";
import GraphPanel from "./GraphPanel";
import { worstHooks } from "./Hooks";

const now = Date.now() * 1000;
const whole = { ...detail(orderTotals, now), state: "finished" };
const [orders, , duplicates, convert, totals] = whole.graph.vertices;
if (orders === undefined || duplicates === undefined || convert === undefined || totals === undefined)
	throw new Error("the made-up job has changed");
const path = `/jobs/${orderTotals}`;

function Screen() {
	return <GraphPanel job={orderTotals} state={useAddress().state} />;
}

function open(state: ViewState = {}, change: Partial<JobDetail> = {}, answers: Answers = {}) {
	return openPanel(
		<Screen />,
		{
			[path]: { ...whole, ...change },
			[`${path}/channels`]: channels(orderTotals, now),
			[`${path}/drops`]: drops(orderTotals, now),
			"/jobs": listOf("Job", [job(orderTotals, now), job(merchantAlerts, now)]),
			[`/jobs/${merchantAlerts}`]: detail(merchantAlerts, now),
			...answers,
		},
		link({ screen: "graph", job: orderTotals }, state),
	);
}
const stateOf = () => parseState(window.location.hash);
const command = (id: Parameters<typeof runCommand>[0]) => act(() => void runCommand(id));
const tree = () => screen.findByRole("table", { name: "Job graph as a tree, in the order of the flow" });
const lines = async () =>
	within(await tree())
		.getAllByRole("row")
		.slice(1);
const side = (name: string) => screen.findByRole("complementary", { name });

beforeEach(() => roomOf(1200, 700));

describe("states", () => {
	it("loading: busy, with what is loaded", () => {
		open({}, {}, { [path]: "never" });
		expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
		expect(screen.getByText("loading the job")).toBeTruthy();
	});

	it("error: which job, with its request; trying again shows it", async () => {
		let broken = true;
		open({ view: "tree" }, {}, { [path]: () => (broken ? { status: 500 } : whole) });
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("Job 8c1e4f0a could not be loaded");
		expect(alert.textContent).toContain("R7Q2F4KMX");
		broken = false;
		await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
		await tree();
	});

	it("empty: no graph yet, why, and where to look", async () => {
		open({}, { graph: { inferred: false, vertices: [], edges: [], topics: [] } });
		expect(await screen.findByText("No graph yet")).toBeTruthy();
		expect(screen.getByRole("link", { name: "Agents and their self-test" }).getAttribute("href")).toBe("/agents");
	});

	it("partial: a graph that is put together from tasks says so", async () => {
		open({ view: "tree" }, { graph: { ...whole.graph, inferred: true } });
		await tree();
		expect(screen.getByText(/put together from what tasks sent, and may miss edges/)).toBeTruthy();
	});

	it("too many: a long chain is folded in the picture, and whole in its list", async () => {
		const [operator] = totals.operators;
		const operators = Array.from({ length: 40 }, (_, index) => ({
			...operator,
			index,
			name: `step ${index}`,
			slug: `step-${index}`,
		})) as typeof totals.operators;
		open(
			{ sel: `v:${totals.id}`, tab: "operators" },
			{ graph: { ...whole.graph, vertices: [{ ...totals, operators }], edges: [], topics: [] } },
		);
		expect(await screen.findByText("and 34 more")).toBeTruthy();
		expect(within(await screen.findByRole("table", { name: "Operators of the chain" })).getAllByRole("row")).toHaveLength(41);
	});
});

describe("a job that runs", () => {
	const running = { state: "running" } as const;
	const live = `${path}/live`;
	const second = (s: number, change: Partial<ReturnType<typeof job>> = {}) => ({
		job: { ...job(orderTotals, now + s * 1e6), ...change },
		graph: graph(orderTotals, now + s * 1e6),
	});

	it("shows new numbers as they come", async () => {
		const feed = new Feed();
		open({ view: "tree" }, running, { [live]: feed });
		await tree();
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send({ ...second(1), graph: { ...second(1).graph, vertices: second(1).graph.vertices.map((v) => ({ ...v, in_per_s: 4711 })) } });
		await waitFor(async () => expect((await tree()).textContent).toContain("4,711 /s"));
	});

	it("whose stream broke keeps its numbers, greyed, with their age, and can be asked for at once", async () => {
		const feed = new Feed();
		open({}, running, { [live]: feed });
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send(second(1, { parallelism: 77 }));
		await screen.findByText("parallelism 77");
		feed.refuse(new Error("connection refused"));
		feed.cut();
		expect((await screen.findByText(/Not live/)).parentElement?.textContent).toMatch(/from (now|\d+ s ago): the server cannot be reached/);
		expect(screen.getByText("parallelism 77")).toBeTruthy();
		expect(document.querySelector(".stale")).not.toBeNull();
		feed.accept();
		await userEvent.click(screen.getByRole("button", { name: "Try now" }));
		await waitFor(() => expect(screen.queryByText(/Not live/)).toBeNull());
	});

	it("that has ended is not asked for any more", async () => {
		const { asked } = open({ view: "tree" });
		await tree();
		expect(asked.some((a) => a.path === live)).toBe(false);
		expect(screen.getAllByText("Nothing flows any more. The recording keeps what did.")).toHaveLength(2);
	});

	it("says how old its watermark is and how much was restarted", async () => {
		open({ view: "tree" });
		await tree();
		expect(screen.getByText(/8\.4 s behind/)).toBeTruthy();
		expect(screen.getByText("1 attempt restarted")).toBeTruthy();
	});
});

describe("the picture", () => {
	const boxes = () => screen.findByRole("button", { name: /^totals per merchant/, pressed: false });

	it("has a box for every chain and topic, with what flows through it", async () => {
		open();
		await boxes();
		const picture = screen.getByRole("region", { name: "Job graph" });
		for (const words of ["Source: orders", "drop duplicates", "convert to euro", "merchant-totals", "fx-rates"])
			expect(picture.textContent).toContain(words);
		expect(picture.textContent).toContain("DropDuplicates, line 41");
	});

	it("names the job on the other side of a topic", async () => {
		open();
		await boxes();
		const other = await screen.findByRole("link", { name: "merchant-alerts" });
		expect(other.getAttribute("href")).toBe(`/j/${merchantAlerts}`);
		expect(screen.getAllByText("no other recorded job").length).toBe(2);
	});

	it("selects with a click: a chain, an operator of it, a topic", async () => {
		open();
		fireEvent.click(await boxes());
		expect(stateOf().sel).toBe(`v:${totals.id}`);
		expect(await side("totals per merchant")).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: /^merchant-totals: Writer/ }));
		expect(stateOf().sel).toBe(`o:${totals.id}:1`);
		expect(await side("merchant-totals: Writer")).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: "fx-rates" }));
		expect(stateOf().sel).toBe("t:fx-rates");
		expect(screen.getByRole("button", { name: "fx-rates" }).getAttribute("aria-pressed")).toBe("true");
	});
});

describe("the graph as a tree", () => {
	it("has everything that the picture has, in the order of the flow", async () => {
		open({ view: "tree" });
		const words = (await lines()).map((l) => within(l).getAllByRole("button")[0]?.textContent?.trim());
		expect(words).toEqual([
			"reads Kafka orders",
			"Source: orders",
			"reads Kafka fx-rates",
			"Source: fx-rates",
			"from Source: orders",
			"drop duplicates",
			"from drop duplicates",
			"from Source: fx-rates",
			"convert to euro",
			"from convert to euro",
			"totals per merchant and 2 chained",
			"totals per merchant",
			"merchant-totals: Writer",
			"merchant-totals: Committer",
			"writes Kafka merchant-totals",
		]);
	});

	it("is the other form of the same view: same selection, same keys", async () => {
		open({ sel: `v:${duplicates.id}` });
		await side("drop duplicates");
		command("tree");
		expect(stateOf()).toEqual({ sel: `v:${duplicates.id}`, view: "tree" });
		expect((await lines()).filter((l) => l.getAttribute("aria-selected") === "true").map((l) => l.textContent)).toEqual([
			expect.stringContaining("drop duplicates"),
		]);
		await userEvent.click(screen.getByRole("radio", { name: "Picture" }));
		expect(stateOf()).toEqual({ sel: `v:${duplicates.id}` });
	});

	it("selects what a line is of: a topic, an edge, a chain, an operator", async () => {
		open({ view: "tree" });
		const all = await lines();
		const press = (i: number) => {
			fireEvent.click(within(all[i] as HTMLElement).getByRole("button"));
			return stateOf().sel;
		};
		const [edge] = whole.graph.edges;
		expect([press(0), press(4), press(5), press(12)]).toEqual([
			"t:orders",
			`e:${edge?.id}:${duplicates.id}`,
			`v:${duplicates.id}`,
			`o:${totals.id}:1`,
		]);
	});
});

describe("keys", () => {
	it("J and K go along the flow, through chains and their operators, and stop at its ends", async () => {
		open({ view: "tree" });
		await tree();
		const seen: (string | undefined)[] = [];
		for (let i = 0; i < 10; i++) {
			command("row-down");
			seen.push(stateOf().sel);
		}
		expect(seen.slice(0, 8)).toEqual([
			`v:${orders.id}`,
			`v:${whole.graph.vertices[1]?.id}`,
			`v:${duplicates.id}`,
			`v:${convert.id}`,
			`v:${totals.id}`,
			`o:${totals.id}:0`,
			`o:${totals.id}:1`,
			`o:${totals.id}:2`,
		]);
		expect(seen[9]).toBe(seen[7]);
		command("row-up");
		expect(stateOf().sel).toBe(`o:${totals.id}:1`);
		command("close");
		expect(stateOf().sel).toBeUndefined();
		expect(runCommand("close")).toBe(false);
	});

	it("Enter opens the events of what is selected", async () => {
		const edge = whole.graph.edges[0];
		const filters: (string | undefined)[] = [];
		for (const sel of [undefined, `v:${totals.id}`, `o:${totals.id}:1`, `e:${edge?.id}:${edge?.to}`, "t:orders", "t:merchant-totals"]) {
			open({ view: "tree", ...(sel === undefined ? {} : { sel }) });
			await tree();
			command("open");
			const { page, state } = parseAddress(window.location.pathname, window.location.hash);
			expect(page).toEqual({ screen: "events", rec: orderTotals });
			filters.push(state.filter);
		}
		expect(filters).toEqual([
			undefined,
			'op == "totals-per-merchant"',
			'op == "merchant-totals-writer"',
			'op == "source-orders" && kind == "record"',
			'op == "source-orders" && kind == "source-record"',
			'op == "merchant-totals-writer" && kind == "written"',
		]);
	});
});

describe("beside the graph", () => {
	it("is the whole job while nothing is selected: channels, drops, self-test, checkpoints, exceptions, attempts", async () => {
		open({ view: "tree" });
		const box = await side("order-totals");
		expect(await within(box).findByText("all equal")).toBeTruthy();
		await userEvent.click(within(box).getByRole("tab", { name: "Dropped" }));
		expect(await within(box).findByText("late, sent to the side output")).toBeTruthy();
		await userEvent.click(within(box).getByRole("tab", { name: "Self-test" }));
		expect(within(box).getByRole("table", { name: "Hooks" }).textContent).toContain("mails");
		expect(within(box).getByText(/A hook that is missing or failed records nothing; answers that need it are not proven/)).toBeTruthy();
		await userEvent.click(within(box).getByRole("tab", { name: "Checkpoints" }));
		expect(within(box).getByText("failed")).toBeTruthy();
		await userEvent.click(within(box).getByRole("tab", { name: "Exceptions 1" }));
		expect(within(box).getByText("no rate for currency ISK")).toBeTruthy();
		expect(within(box).getByRole("link", { name: "the moment" }).getAttribute("href")).toBe(
			`/r/${orderTotals}/events#at=convert-to-euro.1.0.512204`,
		);
		expect(within(box).getByRole("link", { name: "Step through" }).getAttribute("href")).toBe(
			`/r/${orderTotals}/step/convert-to-euro.1.0.512204`,
		);
		expect(within(box).getByRole("link", { name: "the record's journey" }).getAttribute("href")).toBe(
			`/r/${orderTotals}/journey/9f3a61c2d07b4e15:3:48211`,
		);
		await userEvent.click(within(box).getByRole("tab", { name: "Attempts" }));
		const attempts = within(within(box).getByRole("table", { name: "Attempts" })).getAllByRole("row");
		expect(attempts[1]?.textContent).toContain("8011");
		expect(stateOf().tab).toBe("attempts");
	});

	it("is a chain: its subtasks with their share, and the code of its operator", async () => {
		open({ view: "tree", sel: `v:${duplicates.id}` });
		const box = await side("drop duplicates");
		const rows = within(within(box).getByRole("table", { name: "Subtasks" }))
			.getAllByRole("row")
			.slice(1);
		expect(rows.map((r) => within(r).getAllByRole("cell")[0]?.textContent)).toEqual(["#0", "#1", "#2 .1", "#3"]);
		expect(box.textContent).toContain("DropDuplicates.java:41");
		expect(box.textContent).toContain("keeps state, sets timers");
		await userEvent.click(within(box).getByRole("button", { name: "Close" }));
		expect(stateOf().sel).toBeUndefined();
	});

	it("says what an operator threw away and why, each with the way to the records", async () => {
		const graph = structuredClone(whole.graph);
		const dropping = graph.vertices.find((v) => v.id === duplicates.id)?.operators[0] as { drops: readonly unknown[] };
		dropping.drops = [
			{ reason: "duplicate", kept: false, count: "1203" },
			{ reason: "late-to-side-output", kept: true, count: "4" },
		];
		open({ view: "tree", sel: `v:${duplicates.id}` }, { graph });
		const box = await side("drop duplicates");
		const [lost, kept] = within(within(box).getByText("Dropped").nextElementSibling as HTMLElement).getAllByRole("listitem");
		expect(lost?.textContent).toBe(" 1,203 duplicate");
		expect(kept?.textContent).toBe(" 4 late, sent to the side output, not lost");
		expect(
			within(lost as HTMLElement)
				.getByRole("link")
				.getAttribute("href"),
		).toContain('drop.reason+%3D%3D+"duplicate"');
	});

	it("is an edge: what is shipped how, on the way, and by which serializer", async () => {
		const edge = whole.graph.edges[0];
		open({ view: "tree", sel: `e:${edge?.id}:${edge?.to}` });
		const box = await side("source-orders to drop-duplicates");
		for (const words of ["hash", "PojoSerializer<com.example.shop.Order>", "element", "behind"]) expect(box.textContent).toContain(words);
		await userEvent.click(within(box).getByRole("tab", { name: "Channels" }));
		expect(await within(box).findByText(/of 16 channels of this edge/)).toBeTruthy();
	});

	it("is a topic: who reads and writes it, other jobs too, by a link", async () => {
		open({ view: "tree", sel: "t:merchant-totals" });
		const box = await side("merchant-totals");
		const other = await within(box).findByRole("link", { name: "merchant-alerts" });
		expect(other.getAttribute("href")).toBe(`/j/${merchantAlerts}#sel=t:merchant-totals`);
		expect(within(box).getByRole("table").textContent).toContain("writes by merchant-totals-writer");
	});

	it("says when the link names a part that the graph does not have", async () => {
		for (const sel of ["v:0000", `o:${totals.id}:99`, "e:00:00"]) {
			open({ view: "tree", sel });
			const box = await screen.findByRole("complementary");
			if (sel.startsWith("o:")) expect(box.textContent).toContain("Subtasks");
			else expect(box.textContent).toContain("a part that this graph does not have");
		}
	});
});

describe("channels", () => {
	const report = channels(orderTotals, now);
	const openWith = async (answer: unknown) => {
		open({ view: "tree", tab: "channels" }, {}, { [`${path}/channels`]: answer });
		return side("order-totals");
	};

	it("whose ends counted differently stand first, and the verdict says so", async () => {
		const items = report.items.map((c, i) => (i === 30 ? { ...c, unequal: "3" } : c));
		const box = await openWith({ ...report, items });
		expect(await within(box).findByText("3 differ")).toBeTruthy();
		const first = within(within(box).getByRole("table", { name: "Channels" })).getAllByRole("row")[1];
		expect(within(first as HTMLElement).getAllByRole("cell")[3]?.textContent).toBe("3");
	});

	it("that were never compared are not called equal", async () => {
		const box = await openWith({ ...report, items: report.items.map((c) => ({ ...c, checkpoints_compared: "0", equal: "0" })) });
		expect(await within(box).findByText("not compared yet")).toBeTruthy();
	});

	it("by the thousand are cut, and it says so", async () => {
		const items = Array.from({ length: 900 }, (_, i) => ({ ...report.items[0], from: { task: "a", subtask: i, attempt: 0 } }));
		const box = await openWith({ ...report, items });
		expect(await within(box).findByText(/The first 200 of 900/)).toBeTruthy();
		expect(within(within(box).getByRole("table", { name: "Channels" })).getAllByRole("row")).toHaveLength(201);
	});

	it("that do not exist, and ones that could not be loaded, say so", async () => {
		expect(await within(await openWith({ ...report, items: [] })).findByText("No channel here")).toBeTruthy();
		const box = await openWith({ status: 500 });
		expect((await within(box).findByRole("alert")).textContent).toContain("The channels could not be loaded");
	});
});

describe("the self-test of a job", () => {
	const process = whole.processes[0];
	if (process === undefined) throw new Error("the made-up job has no process");
	const hook = (id: string, state: string, fired = "0") => ({ id, state, class: "", fired: BigInt(fired), detail: "" });
	const on = (host: string, ...hooks: ReturnType<typeof hook>[]) => ({ ...process, host, hooks }) as never;

	it("shows the worst state of each hook and where, added up over processes", () => {
		const worst = worstHooks([
			on("tm-1", hook("out", "fired", "7"), hook("mails", "fired", "3")),
			on("tm-2", hook("out", "fired", "5"), hook("mails", "missing")),
		]);
		expect(worst.map((w) => [w.hook.id, w.hook.state, w.hosts, w.fired])).toEqual([
			["out", "fired", ["tm-1", "tm-2"], 12n],
			["mails", "missing", ["tm-2"], 3n],
		]);
	});

	it("does not count a process that has no use for a hook against it", () => {
		expect(worstHooks([on("jm", hook("out", "waiting")), on("tm-1", hook("out", "fired", "1"))]).map((w) => w.hook.state)).toEqual([
			"fired",
		]);
		expect(worstHooks([on("jm", hook("out", "waiting"))]).map((w) => w.hook.state)).toEqual(["waiting"]);
	});

	it("says when no agent has reported", async () => {
		open({ view: "tree", tab: "hooks" }, { processes: [] });
		expect(await screen.findByText("No agent has reported itself")).toBeTruthy();
	});

	it("says why there is no checkpoint and no exception", async () => {
		open({ view: "tree", tab: "checkpoints" }, { checkpoints: [] });
		expect(await screen.findByText("No checkpoint recorded")).toBeTruthy();
		open({ view: "tree", tab: "exceptions" }, { exceptions: [] });
		expect(await screen.findByText("No exception recorded")).toBeTruthy();
	});
});

it("tells of counters that differ at barriers, and leads to them", async () => {
	open({ view: "tree", sel: "t:orders" }, { checks: { ...whole.checks, compared: "5184", equal: "5180", unequal: "4" } });
	await tree();
	await userEvent.click(screen.getByRole("button", { name: "4 of 5,184 counters differ at barriers" }));
	expect(stateOf()).toEqual({ view: "tree", tab: "channels" });
});

it("a graph of a thousand vertices is drawn", async () => {
	const vertices = Array.from({ length: 1000 }, (_, i) => ({ ...duplicates, id: `v${i}`, name: `vertex ${i}` }));
	const edges = Array.from({ length: 999 }, (_, i) => ({
		...whole.graph.edges[0],
		id: `e${i}`,
		from: `v${i}`,
		to: `v${i + 1}`,
	})) as Graph["edges"];
	open({ view: "tree" }, { graph: { inferred: false, vertices, edges, topics: [] } });
	expect((await lines()).length).toBe(1999);
});

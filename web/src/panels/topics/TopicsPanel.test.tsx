import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { cluster, topicSummary, topics } from "../../../mock/topics";
import { listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import ClustersPanel from "./ClustersPanel";
import TopicsPanel from "./TopicsPanel";

beforeEach(() => roomOf(1200, 600));

const path = `/clusters/${cluster}/topics`;
const served = { [path]: listOf("topic", topics) };
const open = (state = {}, answers: Record<string, unknown> = served) =>
	openPanel(<TopicsPanel cluster={cluster} state={state} />, answers, `/t/${cluster}`);
const names = () => screen.queryAllByRole("row").flatMap((r) => r.querySelector("a")?.textContent ?? []);

describe("topics of a cluster", () => {
	it("are listed with what they hold, without those that Kafka keeps for itself", async () => {
		open();
		expect(await screen.findByRole("heading", { level: 1 })).toHaveProperty("textContent", "3 topics of demo");
		expect(names()).toEqual(["alerts", "merchant-totals", "orders"]);
		const grid = screen.getByRole("grid", { name: "Topics" });
		expect(grid.textContent).toContain("1 under-replicated");
		expect(grid.textContent).toContain("12,410");
		expect(grid.textContent).toContain("7 d");
	});

	it("with the internal ones, by a switch that the link has", async () => {
		const { again } = open();
		await userEvent.click(await screen.findByRole("checkbox", { name: "with 1 internal" }));
		expect(parseState(window.location.hash).internal).toBe("all");
		again(<TopicsPanel cluster={cluster} state={{ internal: "all" }} />);
		await waitFor(() => expect(names()).toContain("__consumer_offsets"));
	});

	it("are searched from the link, and say when nothing fits", async () => {
		const { again } = open({ filter: "TOT" });
		await screen.findByRole("grid");
		expect(names()).toEqual(["merchant-totals"]);
		again(<TopicsPanel cluster={cluster} state={{ filter: "nothing" }} />);
		expect(await screen.findByText("No topic has that in its name")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Show all 4" }));
		expect(parseState(window.location.hash)).toEqual({ internal: "all" });
	});

	it("are drawn as far as there is room, however many there are", async () => {
		open(
			{},
			{
				[path]: listOf(
					"topic",
					Array.from({ length: 5_000 }, (_, i) => topicSummary(`topic-${i}`)),
				),
			},
		);
		await screen.findByRole("grid");
		expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("5001");
		expect(names().length).toBeLessThan(80);
	});

	it("are gone through and opened by keys", async () => {
		open({ sel: "orders" });
		await screen.findByRole("grid");
		expect(runCommand("row-up")).toBe(true);
		expect(parseState(window.location.hash).sel).toBe("merchant-totals");
		expect(runCommand("open")).toBe(true);
		expect(window.location.pathname).toBe("/t/demo/orders");
	});

	it("say what is not known, and why", async () => {
		open({}, { [path]: { ...listOf("topic", topics), unknown: ["sizes: broker 2 does not answer"] } });
		expect(await screen.findByText("sizes: broker 2 does not answer")).toBeTruthy();
	});

	it("are empty, loading or failed with a word for each", async () => {
		open({}, { [path]: listOf("topic", []) });
		expect(await screen.findByText("There is no topic here")).toBeTruthy();
		open({}, { [path]: "never" });
		expect(screen.getByRole("status").getAttribute("aria-busy")).toBe("true");
		open({}, { [path]: { status: 502 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The topics of demo could not be loaded");
		open({}, { [path]: { status: 403 } });
		expect((await screen.findByRole("alert")).textContent).toContain("may not be shown");
	});
});

describe("clusters", () => {
	const openClusters = (list: readonly string[]) =>
		openPanel(
			<ClustersPanel state={{}} />,
			{
				"/clusters": listOf(
					"cluster",
					list.map((name) => ({ name })),
				),
			},
			"/t",
		);

	it("are left at once for the topics of the only one", async () => {
		openClusters(["demo"]);
		await waitFor(() => expect(window.location.pathname).toBe("/t/demo"));
	});

	it("are listed where there are several", async () => {
		openClusters(["demo", "shop"]);
		expect((await screen.findByRole("link", { name: "shop" })).getAttribute("href")).toBe("/t/shop");
		expect(window.location.pathname).toBe("/t");
	});

	it("say how to name one where there is none", async () => {
		openClusters([]);
		expect(await screen.findByText("No cluster of Kafka is looked into")).toBeTruthy();
		expect(screen.getByText(/bootstrap:/)).toBeTruthy();
	});
});

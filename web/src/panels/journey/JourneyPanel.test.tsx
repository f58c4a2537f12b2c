import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { orderTotals } from "../../../mock/jobs";
import { lineage } from "../../../mock/lineage";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { parseAddress, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import JourneyPanel from "./JourneyPanel";

const record = "orders/2@88121";
const path = `/recordings/${orderTotals}/lineage`;
const answer = lineage(orderTotals, record, "both");

function open(answers: Answers, state: ViewState = {}) {
	return openPanel(<JourneyPanel rec={orderTotals} record={record} state={state} />, answers, `/r/${orderTotals}/journey/${record}`);
}
const stateOf = () => parseAddress(window.location.pathname, window.location.hash).state;
const steps = () =>
	within(screen.getByRole("table", { name: "Steps of the journey" }))
		.getAllByRole("row")
		.slice(1);

describe("a journey", () => {
	it("says what became of the record, and how far that is proven", async () => {
		open({ [path]: answer });
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("orders/2@88121 leads through state to alerts/0@3127");
		expect(screen.getByText("not proven to the end")).toBeTruthy();
		expect(screen.getByText("no gap on the way")).toBeTruthy();
	});

	it("lists every step of the picture, the one that was asked for selected", async () => {
		open({ [path]: answer });
		await screen.findByRole("table", { name: "Steps of the journey" });
		expect(steps()).toHaveLength(answer.nodes.length);
		expect(steps().find((r) => r.getAttribute("aria-selected") === "true")?.textContent).toContain(record);
	});

	it("draws the lanes and the cards", async () => {
		open({ [path]: answer });
		const picture = await screen.findByRole("group", { name: /as a picture/ });
		expect(await within(picture).findByText("merchant-alerts", { selector: "a" })).toBeTruthy();
		expect(picture.textContent).toContain("alerts/0@3127");
		expect(picture.textContent).toContain("went into window state of key m-fjord");
	});

	it("goes from step to step by key and opens the events at the position", async () => {
		const { again } = open({ [path]: answer });
		await screen.findByRole("table", { name: "Steps of the journey" });
		act(() => void runCommand("row-down"));
		expect(stateOf().sel).toBe("e1");
		again(<JourneyPanel rec={orderTotals} record={record} state={{ sel: "e1" }} />);
		act(() => void runCommand("open"));
		expect(parseAddress(window.location.pathname, window.location.hash)).toMatchObject({
			page: { screen: "events", rec: orderTotals },
			state: { at: "source-orders.2.0.2441900" },
		});
	});

	it("leads on to the journey of a record of another job", async () => {
		open({ [path]: answer }, { sel: "s7" });
		const box = await screen.findByRole("region", { name: "Selected" });
		expect(within(box).getByRole("link", { name: "Its journey" }).getAttribute("href")).toBe(
			"/r/b07a61d5e4c84f92a7d81f3366c0e9a4/journey/merchant-totals/1@40218",
		);
	});

	it("asks one way only when told so", async () => {
		const { asked } = open({ [path]: answer }, { dir: "up" });
		await screen.findByRole("heading", { level: 1 });
		expect(asked.find((a) => a.path === path)?.query.get("dir")).toBe("up");
		await userEvent.click(screen.getByRole("radio", { name: "descendants" }));
		expect(stateOf().dir).toBe("down");
	});

	it("says where the time went", async () => {
		open({ [path]: answer });
		const time = await screen.findByRole("region", { name: "Where the time went" });
		expect(time.textContent).toContain("waits in merchant-totals until merchant-alerts reads it");
		expect(time.textContent).toContain("1 min 10 s in all");
	});

	it("lists the notes with their reasons", async () => {
		open({ [path]: answer }, { tab: "notes" });
		expect(await screen.findByText("the next firing for the same key is shown")).toBeTruthy();
	});

	it("says so when a limit cut the answer", async () => {
		open({ [path]: { ...answer, notes: [{ kind: "limit", text: "the answer ends at 500 records", hint: "ask for a higher limit" }] } });
		expect(await screen.findByText(/the answer ends at 500 records/, { selector: "span" })).toBeTruthy();
	});

	it("counts what is not recorded", async () => {
		open({ [path]: { ...answer, notes: [{ kind: "gap", text: "the buffer was full", node: "e2", hint: "" }] } });
		expect(await screen.findByText("1 place not recorded")).toBeTruthy();
	});

	it("says that nothing more is known of a record that stands alone", async () => {
		const alone = { ...answer, nodes: answer.nodes.filter((n) => n.id === "s1"), edges: [], notes: [], complete: true };
		open({ [path]: alone });
		expect(await screen.findByText(/Nothing before it and nothing after it is recorded/)).toBeTruthy();
	});

	it("says what failed", async () => {
		open({});
		expect((await screen.findByRole("alert")).textContent).toContain(`The journey of ${record} could not be loaded`);
	});
});

describe("without a record", () => {
	const ask = () =>
		openPanel(<JourneyPanel rec={orderTotals} record={undefined} state={{}} />, {
			[`/recordings/${orderTotals}/events`]: { ...listOf("Event", []), complete: true },
		});

	it("asks for one and follows it", async () => {
		ask();
		await userEvent.type(screen.getByRole("textbox", { name: "Record" }), `${record}{Enter}`);
		expect(window.location.pathname).toBe(`/r/${orderTotals}/journey/${record}`);
	});

	it("refuses what names no record", async () => {
		ask();
		await userEvent.type(screen.getByRole("textbox", { name: "Record" }), "order 17{Enter}");
		expect(screen.getByRole("alert").textContent).toContain("That is no name of a record");
	});
});

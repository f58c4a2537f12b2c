import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { orderTotals } from "../../../mock/jobs";
import { noCode, placeAt, stepAnswer, stepPosition, stepProgress } from "../../../mock/step";
import { type Answers, openPanel } from "../../../test/openPanel";
import { link, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import type { CommandId } from "../../model/keyboard";
import { useAddress } from "../../model/navigation";
import StepPanel from "./StepPanel";

const path = `/recordings/${orderTotals}/steps/${stepPosition}`;

function Screen() {
	const { page, state } = useAddress();
	return page.screen === "step" ? <StepPanel rec={page.rec} position={page.position} state={state} /> : <p>elsewhere</p>;
}

function open(answers: Answers = {}, state: ViewState = {}) {
	return openPanel(
		<Screen />,
		{ [path]: stepAnswer, [`${path}/progress`]: stepProgress, [`DELETE ${path}`]: { ended: true }, ...answers },
		link({ screen: "step", rec: orderTotals, position: stepPosition }, state),
	);
}

const here = () => screen.getByRole("status", { name: "Where one is" }).textContent ?? "";
const arrived = (line: string) => waitFor(() => expect(here()).toContain(line));
const hash = () => decodeURIComponent(window.location.hash.replaceAll("+", " "));
const press = (id: CommandId) => act(() => void runCommand(id));
const part = (name: string) => screen.getByRole("region", { name });

describe("a step", () => {
	it("shows the line, the variables and what was done with state, timers and records up to it", async () => {
		open({}, { step: 2 });
		await arrived("seen.update(order.time);");
		const line = document.querySelector("[aria-current=step]");
		expect(line?.textContent).toContain("seen.update(order.time);");
		expect(line?.textContent).toContain("10");
		const variables = screen.getByRole("tree", { name: "Variables" });
		const limit = within(variables).getByText("limit").closest("[role=treeitem]");
		expect(limit?.textContent).toContain("changed");
		expect(within(variables).getByText("order").closest("[role=treeitem]")?.textContent).not.toContain("changed");
		const state = part("State seen");
		expect(
			within(state)
				.getAllByRole("definition")
				.map((d) => d.textContent),
		).toEqual([' "1600"', expect.stringContaining("until"), "nothing is there", ' "1700"']);
		expect(part("Did").textContent).toContain("4 of 5 up to this line");
		expect(within(part("Did")).getByText("wrote seen: 1700").closest("li")?.textContent).toContain("to come");
		expect(within(part("Did")).getByText("read seen: nothing is there").closest("li")?.textContent).not.toContain("to come");
		expect(part("Emitted").textContent).toContain("to come");
		expect(part("Timers and watermark").textContent).toContain("event timer set for 10");
		expect(part("Record").textContent).toContain("o-17");
	});

	it("is named by its address from the first one on", async () => {
		open();
		await arrived("if (seen.value() != null) {");
		await waitFor(() => expect(hash()).toBe("#step=1"));
	});

	it("says when no code of the job ran, and shows what happened all the same", async () => {
		open({ [path]: noCode });
		expect(await screen.findByText("No code of the job ran in this invocation")).toBeTruthy();
		expect(part("Did").textContent).toContain("wrote seen: 1700");
		expect(window.location.hash).toBe("");
	});

	it("says where a text would come from when there is none, and when a text is decompiled", async () => {
		const { source, ...rest } = placeAt(2);
		open({ [path]: rest }, { step: 2 });
		expect(await screen.findByText("The text of this class is not here")).toBeTruthy();
		if (source === undefined) throw new Error("no source");
		open({ [path]: { ...rest, source: { ...source, from: "decompiled", lines: [{ text: 10, class: 44 }] } } }, { step: 2 });
		expect(await screen.findByText("decompiled")).toBeTruthy();
		// A breakpoint is at the class's line.
		fireEvent.click(screen.getByRole("button", { name: "Breakpoint at line 10" }));
		expect(hash()).toContain("break=shop/DropDuplicates.java:44");
		await waitFor(() => expect(screen.getByRole("button", { name: "Breakpoint at line 10" }).getAttribute("aria-pressed")).toBe("true"));
	});

	it("shows generated code beside the SQL that it came from", async () => {
		const { source, ...rest } = placeAt(2);
		if (source === undefined) throw new Error("no source");
		const text = (language: "sql" | "description", words: string) => ({ language, text: words, size: words.length, masked: [] });
		const sql = {
			operator: {
				...{ op: "calc-3", op_name: "Calc[3]", id: "aa", vertex: "bb", node: 3, exec: 3, type: "stream-exec-calc", by: "plan" as const },
				...{ fields: ["grade"], key: [], statements: [4], code: [] },
				description: text("description", "[3]:Calc(select=[GRADE(n) AS grade])"),
			},
			statements: [
				{
					number: 4,
					operation: "SinkModifyOperation",
					made: true,
					length: 40,
					source: text("sql", "INSERT INTO sums SELECT grade(n) FROM numbers"),
				},
			],
		};
		open({ [path]: { ...rest, source: { ...source, from: "generated", sql } } }, { step: 2 });
		const beside = within(await screen.findByRole("group", { name: "The SQL that it came from" }));
		expect(beside.getByText("statement 4").getAttribute("href")).toContain("sel=s");
		expect(beside.getByRole("group", { name: "Text of statement 4" }).textContent).toContain("INSERT INTO sums SELECT grade(n)");
		expect(beside.getByRole("group", { name: "Description of the operator" }).textContent).toContain("GRADE(n) AS grade");
		expect(screen.getByText("generated, as recorded")).toBeTruthy();
		open({ [path]: { ...rest, source: { ...source, from: "generated", sql: { ...sql, statements: [] } } } }, { step: 2 });
		expect(await screen.findByText(/its statement is not known/)).toBeTruthy();
	});

	it("shows masked values as masked, and what the replay did otherwise", async () => {
		const place = placeAt(2);
		const [first, ...rest] = place.frames;
		if (first === undefined) throw new Error("no frame");
		const hidden = {
			...first,
			locals: [
				{
					name: "card",
					type: "String",
					changed: false,
					view: {
						format: "flink",
						type: "String",
						size: 0,
						text: "pii_7q2f",
						node: { kind: "string", value: "pii_7q2f", mask: "pii", off: 0, len: 0 },
						masked: [{ path: "", class: "pii", action: "token" }],
					},
				},
			],
		};
		open({ [path]: { ...place, frames: [hidden, ...rest], replay: { ...place.replay, renumbered: "3" } } }, { step: 2 });
		expect((await screen.findByTitle("masked: pii")).textContent).toContain("pii_7q2f");
		expect(part("Replay").textContent).toContain("It does not do what was recorded");
	});

	it("shows the exception that leaves a method", async () => {
		const thrown = {
			...placeAt(2),
			kind: "thrown" as const,
			thrown: { format: "flink", type: "", size: 0, text: "{message: no rate}", masked: [] },
		};
		open({ [path]: thrown }, { step: 2 });
		expect((await screen.findByRole("region", { name: "Exception" })).textContent).toContain("no rate");
	});
});

describe("moves", () => {
	it("go both ways by key and by button, and stand in the address", async () => {
		const { asked } = open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		press("step-over");
		await arrived("seen.update(order.time);");
		expect(hash()).toBe("#step=2");
		fireEvent.click(screen.getByRole("button", { name: "Line before, over calls" }));
		await arrived("if (seen.value() != null) {");
		const last = asked.filter((a) => a.path === path).at(-1)?.query;
		expect([last?.get("move"), last?.get("back"), last?.get("step")]).toEqual(["over", "true", "2"]);
	});

	it("follow one another when keys are faster than answers", async () => {
		open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		press("step-over");
		press("step-over");
		press("step-over");
		await waitFor(() => expect(hash()).toBe("#step=5"));
	});

	it("ask for what each command says", async () => {
		const { asked } = open({}, { step: 2 });
		await arrived("seen.update(order.time);");
		const wanted: readonly (readonly [CommandId, string])[] = [
			["step-in", "move=in&back=false"],
			["step-in-back", "move=in&back=true"],
			["step-out", "move=out&back=false"],
			["step-out-back", "move=out&back=true"],
			["record-next", "move=record&back=false"],
			["record-back", "move=record&back=true"],
			["exception-next", "until=exception&back=false"],
			["drop-back", "until=drop&back=true"],
			["output-next", "until=output&back=false"],
			["state-back", "until=state&back=true"],
		];
		for (const [id, query] of wanted) {
			const before = asked.length;
			press(id);
			await waitFor(() => expect(asked.length).toBeGreaterThan(before));
			await waitFor(() => expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull());
			const q = asked.slice(before).find((a) => a.path === path)?.query;
			for (const [name, value] of new URLSearchParams(query)) expect(`${id} ${name}=${q?.get(name)}`).toBe(`${id} ${name}=${value}`);
		}
	});

	it("say that there is nothing to go to", async () => {
		open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		press("record-back");
		expect(await screen.findByText("the attempt begins here")).toBeTruthy();
		expect(hash()).toBe("#step=1");
	});

	it("run to where a variable changes, once one is chosen", async () => {
		const { asked } = open({}, { step: 2 });
		await arrived("seen.update(order.time);");
		press("value-next");
		await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Which variable" })));
		fireEvent.click(within(screen.getByRole("tree", { name: "Variables" })).getByText("limit"));
		press("value-back");
		await arrived("if (seen.value() != null) {");
		const q = asked.findLast((a) => a.query.has("until"))?.query;
		expect([q?.get("until"), q?.get("of"), q?.get("back")]).toEqual(["value", "limit", "true"]);
	});

	it("run to where an expression holds", async () => {
		const user = userEvent.setup();
		const { asked } = open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		await user.selectOptions(screen.getByRole("combobox", { name: "What to run to" }), "condition");
		await user.type(screen.getByRole("combobox", { name: "Expression that shall hold" }), "order.total > 3{Enter}");
		await arrived("seen.update(order.time);");
		expect(asked.findLast((a) => a.query.has("until"))?.query.get("where")).toBe("order.total > 3");
	});

	it("run to breakpoints and their conditions; without one they say how to set one", async () => {
		const user = userEvent.setup();
		const { asked } = open({}, { step: 2 });
		await arrived("seen.update(order.time);");
		press("line-next");
		expect(await screen.findByText(/no breakpoint is set/)).toBeTruthy();
		press("breakpoint");
		await user.type(await screen.findByRole("textbox", { name: "Condition of the breakpoint at line 10" }), "limit == 4{Enter}");
		expect(hash()).toContain("break=shop/DropDuplicates.java:10 limit == 4");
		press("line-back");
		await arrived("if (seen.value() != null) {");
		const q = asked.findLast((a) => a.query.has("until"))?.query;
		expect([q?.get("until"), q?.getAll("break")]).toEqual(["line", ["shop/DropDuplicates.java:10 limit == 4"]]);
		fireEvent.click(screen.getByRole("button", { name: "Remove the breakpoint at line 10" }));
		expect(hash()).not.toContain("break");
	});

	it("fail with what to do, and leave one where one was", async () => {
		open({ [path]: (q: URLSearchParams) => (q.has("move") ? { status: 409 } : stepAnswer(q)) }, { step: 1 });
		await arrived("if (seen.value() != null) {");
		press("step-over");
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
		expect(here()).toContain("if (seen.value() != null) {");
		fireEvent.click(screen.getByRole("button", { name: "Close" }));
		expect(screen.queryByRole("alert")).toBeNull();
	});
});

describe("watched expressions", () => {
	it("are given at each line, and stand in the address", async () => {
		const user = userEvent.setup();
		open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		press("watch");
		await user.keyboard("limit + 1{Enter}");
		expect(hash()).toContain("watch=limit + 1");
		expect(await within(part("Watch")).findByText("true")).toBeTruthy();
		press("step-over");
		await arrived("seen.update(order.time);");
		expect(within(part("Watch")).getByText("true")).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: "Watch limit + 1 no longer" }));
		expect(hash()).toBe("#step=2");
	});
});

describe("calls of the stack", () => {
	it("are looked at by keys, each with its text", async () => {
		const { asked } = open({}, { step: 2 });
		await arrived("seen.update(order.time);");
		press("row-down");
		expect(hash()).toBe("#step=2&frame=1");
		await waitFor(() => expect(asked.at(-1)?.query.get("frame")).toBe("1"));
		expect(screen.getByRole("button", { name: "Chain.run:88", pressed: true })).toBeTruthy();
		press("row-up");
		expect(hash()).toBe("#step=2");
	});
});

describe("the replay", () => {
	it("says how far it is while it begins, and is given up on demand", async () => {
		open({ [path]: "never" });
		expect(await screen.findByText(/the task runs again, at invocation 2,990/)).toBeTruthy();
		press("close");
		expect(await screen.findByText("The replay was given up")).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: "Begin again" }));
		expect(await screen.findByRole("button", { name: "Cancel" })).toBeTruthy();
	});

	it("says why it cannot run, and what to do", async () => {
		open({ [path]: { status: 409 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The code cannot be stepped through here");
		expect(screen.getByText("ask for something else")).toBeTruthy();
	});

	it("ends when one says so", async () => {
		const { asked } = open({}, { step: 1 });
		await arrived("if (seen.value() != null) {");
		fireEvent.click(screen.getByRole("button", { name: "End the replay" }));
		expect(await screen.findByText(/the replay has ended/)).toBeTruthy();
		expect(asked.at(-1)).toMatchObject({ method: "DELETE", path });
	});
});

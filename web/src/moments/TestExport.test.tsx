import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../mock/answers";
import { orderTotals } from "../../mock/jobs";
import { divergedReplay, exactReplay, impossibleReplay, runningReplay } from "../../mock/replays";
import { testExport } from "../../mock/testExport";
import { type Answers, openPanel } from "../../test/openPanel";
import { runCommand } from "../model/commandBus";
import { Again } from "./Again";

const position = "drop-duplicates.1.0.3001";
const path = `/recordings/${orderTotals}/tests/${position}`;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
const without = (action: string) => ({ ...principal, actions: principal.actions.filter((a) => a !== action) });
const untraced = {
	status: 409,
	type: "urn:sightglass:untraced",
	detail: "what the operator does with its keys is not recorded: drop duplicates",
};
/** Nothing is known of the key but by a replay. */
const tracedBy = (id: string) => (q: URLSearchParams) => (q.get("replay") === id ? testExport : untraced);
const starts = `POST /recordings/${orderTotals}/replays`;
const cancels = `DELETE /replays/${runningReplay.id}`;

const blobs: Blob[] = [];
beforeEach(() => {
	blobs.length = 0;
	vi.spyOn(URL, "createObjectURL").mockImplementation((b) => {
		blobs.push(b as Blob);
		return "blob:test";
	});
	vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
});

async function open(answers: Answers = {}) {
	const opened = openPanel(<Again rec={orderTotals} position={position} />, { "/principal": principal, [path]: testExport, ...answers });
	await userEvent.click(screen.getByRole("button", { name: "Export as JUnit test" }));
	await screen.findByRole("dialog", { name: "Export as JUnit test" });
	return opened;
}

const button = (name: string) => screen.getByRole("button", { name }) as HTMLButtonElement;
/** The form is off as a whole while it makes no sense. */
const offered = () => button("Make the test").closest("fieldset")?.disabled === false;
const make = () => userEvent.click(button("Make the test"));
const exports = (asked: readonly { readonly path: string; readonly query: URLSearchParams }[]) =>
	asked.filter((a) => a.path === path).map((a) => Object.fromEntries(a.query));

describe("a test of a moment", () => {
	it("is made as the command makes it, and says when it passes and what it does not prove before it is saved", async () => {
		const { asked } = await open();
		expect(exports(asked)).toEqual([]);
		await make();
		const made = within(await screen.findByRole("region", { name: "The test" }));
		expect(made.getByRole("status").textContent).toContain("DropDuplicatesAt3001Test passes when the last step gives no record. 2 records");
		expect(
			within(made.getByRole("list", { name: "What it does not prove" }))
				.getAllByRole("listitem")
				.map((l) => l.textContent?.trim()),
		).toEqual(testExport.unproven);
		expect(exports(asked)).toEqual([{}]);
		const save = await made.findByRole("link", { name: "Save DropDuplicatesAt3001Test.zip" });
		expect(save.getAttribute("download")).toBe("DropDuplicatesAt3001Test.zip");
		expect(document.activeElement).toBe(save);
		const [zip] = blobs;
		expect(zip?.type).toBe("application/zip");
		expect(Buffer.from((await zip?.arrayBuffer()) ?? new ArrayBuffer()).toString("base64")).toBe(testExport.zip);
	});

	it("is asked for with what was chosen, and the same stands there as a command", async () => {
		const { asked } = await open();
		await userEvent.selectOptions(screen.getByRole("combobox", { name: "What the last step must do" }), "outputs");
		const many = screen.getByRole("spinbutton", { name: "How many records" });
		await userEvent.clear(many);
		await userEvent.type(many, "2");
		await userEvent.type(screen.getByRole("spinbutton", { name: "Records before it, at most" }), "5");
		await userEvent.type(screen.getByRole("textbox", { name: "Package" }), "com.example");
		await userEvent.type(screen.getByRole("textbox", { name: "Class" }), "Twice");
		await userEvent.click(screen.getByRole("checkbox", { name: /pom.xml/ }));
		expect(screen.getByRole("region", { name: "the command" }).textContent).toBe(
			`sightglass export test ${orderTotals.slice(0, 8)} ${position} --expect outputs:2 --before 5 --package com.example --name Twice --pom --out test`,
		);
		await make();
		await screen.findByRole("region", { name: "The test" });
		expect(exports(asked)).toEqual([{ expect: "outputs:2", before: "5", package: "com.example", name: "Twice", pom: "true" }]);
	});

	it("of other choices is not the one that was made", async () => {
		await open();
		await make();
		await screen.findByRole("region", { name: "The test" });
		await userEvent.selectOptions(screen.getByRole("combobox", { name: "What the last step must do" }), "no-output");
		expect(screen.queryByRole("region", { name: "The test" })).toBeNull();
	});

	it("that cannot be says why and what to do", async () => {
		await open({ [path]: { status: 422, detail: "orders reads from outside; take an operator behind it", hint: "see the guide" } });
		await make();
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("No test was made");
		expect(alert.textContent).toContain("take an operator behind it");
		expect(alert.textContent).toContain("see the guide");
		expect(offered()).toBe(true);
	});

	it("is not for who may not export, and says which right is missing; of a mask the server says it", async () => {
		const { asked } = await open({ "/principal": without("recording:export") });
		expect((await screen.findByRole("alert")).textContent).toContain("recording:export");
		expect(offered()).toBe(false);
		expect(exports(asked)).toEqual([]);
		await open({ [path]: { status: 403, detail: "values are masked for eve, and bytes of Flink's serializers cannot be" } });
		await make();
		expect((await screen.findByRole("alert")).textContent).toContain("values are masked for eve");
	});

	it("that is being written may be given up", async () => {
		await open({ [path]: "never" });
		await make();
		await screen.findByText("The test is written");
		expect(offered()).toBe(false);
		expect(document.activeElement).toBe(button("Cancel"));
		await userEvent.click(button("Cancel"));
		expect(await screen.findByText(/Cancelled: no test was made/)).toBeTruthy();
		expect(offered()).toBe(true);
		expect(document.activeElement).toBe(button("Make the test"));
	});

	it("opens by its command; of moments in a list only by their buttons", async () => {
		openPanel(<Again rec={orderTotals} position={position} quiet />, { "/principal": principal });
		expect(runCommand("export-test")).toBe(false);
		openPanel(<Again rec={orderTotals} position={position} />, { "/principal": principal });
		act(() => void runCommand("export-test"));
		expect(await screen.findByRole("dialog", { name: "Export as JUnit test" })).toBeTruthy();
	});
});

describe("a test that needs a replay", () => {
	it("shows how far the replay is, and is made of what it recorded", async () => {
		let now: unknown = runningReplay;
		const { asked } = await open({
			[path]: tracedBy(runningReplay.id),
			[starts]: runningReplay,
			[`/replays/${runningReplay.id}`]: () => now,
		});
		await userEvent.selectOptions(screen.getByRole("combobox", { name: "If its key was not traced" }), "nearest");
		await make();
		expect(await screen.findByText("The attempt is run again")).toBeTruthy();
		expect((await screen.findByRole("progressbar")).getAttribute("value")).toBe("0.25");
		now = { ...exactReplay, id: runningReplay.id };
		await screen.findByRole("region", { name: "The test" });
		expect(asked.filter((a) => a.method === "POST").map((a) => a.sent)).toEqual([{ position, to: "here", checkpoint: "nearest" }]);
		expect(exports(asked)).toEqual([{}, { replay: runningReplay.id }]);
	});

	it("is cancelled with its replay", async () => {
		const { asked } = await open({
			[path]: untraced,
			[starts]: runningReplay,
			[`/replays/${runningReplay.id}`]: runningReplay,
			[cancels]: { ...runningReplay, state: "cancelled" },
		});
		await make();
		await screen.findByText("The attempt is run again");
		await userEvent.click(button("Cancel"));
		expect(await screen.findByText(/Cancelled: no test was made/)).toBeTruthy();
		await waitFor(() => expect(asked.filter((a) => a.method === "DELETE").map((a) => a.path)).toEqual([`/replays/${runningReplay.id}`]));
		expect(exports(asked)).toHaveLength(1);
	});

	it("says so when its replay could not be cancelled, and where that is", async () => {
		await open({ [path]: untraced, [starts]: runningReplay, [`/replays/${runningReplay.id}`]: runningReplay, [cancels]: { status: 500 } });
		await make();
		await screen.findByText("The attempt is run again");
		await userEvent.click(button("Cancel"));
		expect((await screen.findByRole("alert")).textContent).toContain("The replay could not be cancelled");
		expect(screen.getByRole("link", { name: `replay ${runningReplay.id}` }).getAttribute("href")).toBe(`/replays/${runningReplay.id}`);
	});

	it("is not made of a replay that proves nothing", async () => {
		for (const [ended, says] of [
			[divergedReplay, "the outputs differ"],
			[impossibleReplay, "pip install"],
			[{ ...runningReplay, state: "failed", error: "java.lang.OutOfMemoryError" }, "OutOfMemoryError"],
			[{ ...runningReplay, state: "cancelled" }, "cancelled"],
		] as const) {
			const { asked } = await open({ [path]: untraced, [starts]: { ...ended } });
			await make();
			const alert = await screen.findByRole("alert");
			expect(alert.textContent).toContain("the replay proved nothing");
			expect(alert.textContent).toContain(says);
			expect(exports(asked)).toHaveLength(1);
		}
	});

	it("says which right that needs to who may not replay, and what to choose to who did not want one", async () => {
		const { asked } = await open({ "/principal": without("job:replay"), [path]: untraced });
		await waitFor(() => expect(screen.queryByRole("combobox", { name: "If its key was not traced" })).toBeNull());
		await make();
		expect((await screen.findByText(/may not replay/)).textContent).toContain("job:replay");
		expect(asked.some((a) => a.method === "POST")).toBe(false);
		const { asked: again } = await open({ [path]: untraced });
		await userEvent.selectOptions(screen.getByRole("combobox", { name: "If its key was not traced" }), "none");
		await make();
		expect(await screen.findByText(/Let the attempt run again/)).toBeTruthy();
		expect(again.some((a) => a.method === "POST")).toBe(false);
	});

	it("is another thing than a name that means several", async () => {
		const { asked } = await open({ [path]: { status: 409, detail: "position x.0.0.1 names more than one thing" } });
		await make();
		expect((await screen.findByRole("alert")).textContent).toContain("names more than one thing");
		expect(asked.some((a) => a.method === "POST")).toBe(false);
	});
});

import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { inFlight } from "../../../mock/inflight";
import { began, detail, orderTotals as rec } from "../../../mock/jobs";
import { type Answers, openPanel } from "../../../test/openPanel";
import { link, parseState, type ViewState } from "../../model/address";
import { useAddress } from "../../model/navigation";
import InFlightPanel from "./InFlightPanel";

const path = `/recordings/${rec}/in-flight`;
const job = detail(rec, began + 300e6);

function Screen() {
	return <InFlightPanel rec={rec} state={useAddress().state} />;
}
function open(state: ViewState = {}, answers: Answers = {}) {
	const served: Answers = { [`/jobs/${rec}`]: job, [path]: (q: URLSearchParams) => inFlight(q.get("checkpoint") ?? ""), ...answers };
	return openPanel(<Screen />, served, link({ screen: "inflight", rec }, state));
}
const stateOf = () => parseState(window.location.hash);

describe("what was in flight", () => {
	it("is asked of a checkpoint that is chosen from the job's", async () => {
		open();
		const list = await screen.findByRole("table", { name: "Checkpoints, newest first" });
		expect(within(list).getAllByRole("link").length).toBe(job.checkpoints.length);
		const id = String(job.checkpoints[0]?.id);
		fireEvent.change(screen.getByRole("combobox", { name: "Checkpoint" }), { target: { value: id } });
		expect(stateOf().cp).toBe(id);
		await screen.findByRole("heading", { name: new RegExp(`9 elements in flight, 0 overtaken at checkpoint ${id}, completed`) });
	});

	it("stands with the fullest channel first, and leads to the journeys of its ends", async () => {
		open({ cp: "12" });
		const rows = within(await screen.findByRole("table", { name: "Channels at the checkpoint" })).getAllByRole("row");
		expect(rows[1]?.textContent).toMatch(/#1.*aligned.*came last.*9 first last/);
		const hrefs = within(rows[1] as HTMLElement)
			.getAllByRole("link")
			.map((a) => a.getAttribute("href"));
		expect(hrefs.slice(0, 2)).toEqual([`/r/${rec}/journey/9f3a61c2d07b4e15:1:48211`, `/r/${rec}/journey/9f3a61c2d07b4e15:1:48219`]);
		expect(hrefs[2]).toContain(`/r/${rec}/timeline#win=2026-11-23T14:02:09`);
	});

	it("passes operator and moment on", async () => {
		const view = open({ cp: "12", op: "drop-duplicates" });
		await screen.findByRole("table", { name: "Channels at the checkpoint" });
		fireEvent.change(screen.getByRole("textbox"), { target: { value: "-5m" } });
		fireEvent.click(screen.getByRole("button", { name: "Show" }));
		expect(stateOf()).toEqual({ cp: "12", op: "drop-duplicates", at: "-5m" });
		await screen.findByRole("table", { name: "Channels at the checkpoint" });
		expect(
			view.asked
				.filter((a) => a.path === path)
				.at(-1)
				?.query.toString(),
		).toBe("checkpoint=12&op=drop-duplicates&at=-5m");
	});

	it("says what is not proven", async () => {
		const note = { kind: "not-recorded", text: "nothing of a sender is recorded", hint: "attach the agent" };
		open({ cp: "12" }, { [path]: { ...inFlight("12"), proven: false, items: [], notes: [note] } });
		await screen.findByText("No channel of it is recorded");
		expect(screen.getByText("of a channel one end is not recorded")).toBeTruthy();
		expect(screen.getByText(/nothing of a sender is recorded/)).toBeTruthy();
	});

	it("is loading, failed, or without a checkpoint", async () => {
		open({ cp: "12" }, { [path]: "never" });
		expect(screen.getByText("loading what was in flight")).toBeTruthy();
		open({ cp: "12" }, { [path]: { status: 404 } });
		await screen.findByText("What was in flight could not be loaded");
		open({}, { [`/jobs/${rec}`]: { ...job, checkpoints: [] } });
		await screen.findByText("No checkpoint recorded");
	});
});

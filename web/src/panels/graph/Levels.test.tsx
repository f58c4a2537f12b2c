import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { detail, orderTotals } from "../../../mock/jobs";
import { effectivePolicy, levelChange, recordingPolicy } from "../../../mock/policy";
import { type Answers, openPanel } from "../../../test/openPanel";
import { jobDetail } from "../../api/job";
import { decode } from "../../base/decode";
import { Levels } from "./Levels";

const now = Date.now() * 1000;
const running = decode(jobDetail, detail(orderTotals, now));
const path = `/jobs/${orderTotals}/levels`;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };

function open(panel = <Levels detail={running} />, answers: Answers = {}) {
	return openPanel(panel, {
		"/recording-policy": recordingPolicy(now),
		"/recording-policy/effective": effectivePolicy(orderTotals, now),
		"/principal": principal,
		[`POST ${path}`]: levelChange(now),
		[`DELETE ${path}/7`]: levelChange(now),
		...answers,
	});
}
const raise = async (name: string) => {
	const button = (await screen.findByRole("button", { name })) as HTMLButtonElement;
	await waitFor(() => expect(button.disabled).toBe(false));
	await userEvent.click(button);
};
const sent = (asked: ReturnType<typeof open>["asked"]) => asked.filter((a) => a.method !== "GET");

describe("levels of a job", () => {
	it("are raised by a click, for every operator", async () => {
		const { asked } = open();
		await raise("Record at trace for 10 min");
		expect(sent(asked)).toMatchObject([{ method: "POST", path, sent: { level: "trace", for_s: 600, lookback: false } }]);
		expect(sent(asked)[0]?.sent).not.toHaveProperty("operator");
		// What holds is asked for anew.
		await waitFor(() => expect(asked.filter((a) => a.path === "/recording-policy").length).toBeGreaterThan(1));
	});

	it("are changed as chosen: operator, level, time, what was kept", async () => {
		const [, , duplicates] = running.graph.vertices;
		const slug = duplicates?.operators[0]?.slug ?? "";
		const { asked } = open(<Levels detail={running} vertex={duplicates?.id ?? ""} operator={slug} />);
		await userEvent.click(await screen.findByRole("radio", { name: "flight" }));
		await userEvent.click(screen.getByRole("radio", { name: "1 h" }));
		await userEvent.click(screen.getByRole("checkbox"));
		expect(within(screen.getByRole("table", { name: "Levels" })).getAllByRole("row")).toHaveLength(1 + (duplicates?.operators.length ?? 0));
		await raise("Record at flight for 1 h");
		expect(sent(asked)).toMatchObject([{ sent: { operator: slug, level: "flight", for_s: 3600, lookback: true } }]);
	});

	it("that a trigger raised are shown, and can be taken back", async () => {
		const { asked } = open();
		const holding = await screen.findByRole("list", { name: "Changed for a while" });
		expect(holding.textContent).toContain("trigger drop: trace, until");
		await userEvent.click(within(holding).getByRole("button", { name: "End" }));
		expect(sent(asked)).toMatchObject([{ method: "DELETE", path: `${path}/7` }]);
	});

	it("that could not be changed say why", async () => {
		open(<Levels detail={running} />, { [`POST ${path}`]: { status: 400 } });
		await raise("Record at trace for 10 min");
		expect((await screen.findByRole("alert")).textContent).toContain("The levels were not changed");
	});

	it("are not changed by those who may not, nor for a job that ended", async () => {
		open(<Levels detail={running} />, { "/principal": { ...principal, actions: ["job:view"] } });
		expect(((await screen.findByRole("button", { name: /^Record at/ })) as HTMLButtonElement).disabled).toBe(true);
		open(<Levels detail={{ ...running, state: "finished" }} />);
		await screen.findByRole("table", { name: "Levels" });
		expect(screen.queryByRole("button", { name: /^Record at/ })).toBeNull();
	});
});

import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { job, merchantAlerts, orderTotals } from "../../../mock/jobs";
import { effectivePolicy, policyReport, recordingPolicy } from "../../../mock/policy";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import type { RecordingPolicy } from "../../api/schema";
import { useAddress } from "../../model/navigation";
import PolicyPanel from "./PolicyPanel";

const now = Date.now() * 1000;
const policy = recordingPolicy(now);
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };

function Screen() {
	return <PolicyPanel state={useAddress().state} />;
}

function open(answers: Answers = {}, change: Partial<RecordingPolicy> = {}) {
	return openPanel(
		<Screen />,
		{
			"/recording-policy": { ...policy, ...change },
			"/recording-policy/effective": (q: URLSearchParams) => effectivePolicy(q.get("job") ?? "", now),
			"/jobs": listOf("Job", [job(orderTotals, now), job(merchantAlerts, now)]),
			"/principal": principal,
			"POST /recording-policy/check": policyReport(false),
			"PUT /recording-policy": policyReport(true),
			...answers,
		},
		"/policy",
	);
}
const text = async () => (await screen.findByRole("textbox", { name: "Text of the policy" })) as HTMLTextAreaElement;
const button = (name: string) => screen.getByRole("button", { name }) as HTMLButtonElement;
const mistaken = {
	...policyReport(false),
	moves: [],
	mistakes: [{ line: 2, column: 3, text: '"deep" is none of positions, flight, trace' }],
};

describe("the policy", () => {
	it("is shown as it is in force: text, who, since when", async () => {
		open();
		expect((await text()).value).toBe(policy.text);
		const heading = screen.getByRole("heading", { level: 1 });
		expect(heading.textContent).toBe("Version 3 of the policy is in force");
		expect(heading.parentElement?.textContent).toContain("local:ann: less at night");
		await waitFor(() => expect((screen.getByRole("textbox", { name: "Text of the policy" }) as HTMLTextAreaElement).readOnly).toBe(false));
		expect(button("Put in force").disabled).toBe(true);
	});

	it("is checked: what would change, and nothing is sent but the question", async () => {
		const { asked } = open();
		await text();
		await userEvent.click(button("Check"));
		const moves = await screen.findByRole("table", { name: "What changes" });
		expect(within(moves).getAllByRole("row")[1]?.textContent).toBe("order-totalsconvert to euroflightpositions");
		expect(asked.filter((a) => a.method !== "GET")).toMatchObject([{ path: "/recording-policy/check", sent: { text: policy.text } }]);
	});

	it("is put in force with the version that it was made from", async () => {
		const { asked } = open();
		const field = await text();
		await waitFor(() => expect(field.readOnly).toBe(false));
		await userEvent.clear(field);
		await userEvent.type(field, "level: trace");
		await userEvent.type(screen.getByRole("textbox", { name: "Why" }), "to see");
		await userEvent.click(button("Put in force"));
		expect(await screen.findByText(/Version 4 is in force/)).toBeTruthy();
		const put = asked.find((a) => a.method === "PUT");
		expect(put).toMatchObject({ path: "/recording-policy", sent: { text: "level: trace", base: "3", why: "to see" } });
	});

	it("with mistakes is not sent; each mistake leads to its line", async () => {
		const { asked } = open({ "POST /recording-policy/check": mistaken });
		const field = await text();
		await waitFor(() => expect(field.readOnly).toBe(false));
		await userEvent.clear(field);
		await userEvent.type(field, "rules:\n- level: deep\nbudgets:");
		await userEvent.click(button("Put in force"));
		expect((await screen.findByRole("list", { name: "Mistakes" })).textContent).toBe(`line 2 ${mistaken.mistakes[0]?.text}`);
		expect(asked.some((a) => a.method === "PUT")).toBe(false);
		await userEvent.click(button("line 2"));
		expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe("- level: deep");
		expect(field.getAttribute("aria-invalid")).toBe("true");
	});

	it("that was changed meanwhile is not written over", async () => {
		let version = "3";
		const { client } = open({
			"/recording-policy": () => ({ ...policy, version, text: version === "3" ? policy.text : "level: positions" }),
			"PUT /recording-policy": { status: 409 },
		});
		const field = await text();
		await waitFor(() => expect(field.readOnly).toBe(false));
		await userEvent.type(field, "# mine");
		version = "5";
		await client.invalidateQueries();
		expect(await screen.findByText(/Version 5 came into force while you were writing/)).toBeTruthy();
		expect(field.value).toContain("# mine");
		await userEvent.click(button("Put in force"));
		expect((await screen.findByRole("alert")).textContent).toContain("That was not done");
		await userEvent.click(button("Drop what I wrote and show it"));
		expect(field.value).toBe("level: positions");
	});

	it("is not for everybody to change", async () => {
		open({ "/principal": { ...principal, actions: ["record:read"] } });
		expect((await text()).readOnly).toBe(true);
		expect(screen.getByText(/may not change the policy/)).toBeTruthy();
	});

	it("says when its file has mistakes and is not in force", async () => {
		open({}, { mistakes: [{ line: 4, text: "this rule says nothing" }] });
		expect((await screen.findByRole("alert")).textContent).toContain("line 4 this rule says nothing");
	});

	it("says what failed when it failed", async () => {
		open({ "/recording-policy": { status: 503 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The policy could not be loaded");
	});
});

describe("its effect", () => {
	it("is shown for a job: level, why, what is recorded, and where an agent went back", async () => {
		open();
		const operators = within(await screen.findByRole("table", { name: "Operators" })).getAllByRole("row");
		const raised = operators.find((r) => r.textContent?.startsWith("convert to euro"));
		expect(raised?.textContent).toContain("tracetrigger drop");
		expect(screen.getByRole("table", { name: "Agents" }).textContent).toContain("cpu: trace lowered to flight");
		expect(screen.getByText(/convert to euro at trace, trigger drop/)).toBeTruthy();
	});

	it("is shown for the job that is chosen", async () => {
		const { asked } = open();
		await screen.findByRole("table", { name: "Operators" });
		await userEvent.selectOptions(screen.getByRole("combobox", { name: "Job" }), "merchant-alerts");
		await waitFor(() => expect(asked.at(-1)?.query.get("job")).toBe(merchantAlerts));
	});

	it("that is not there yet is told apart: other words by subtasks", async () => {
		const e = effectivePolicy(orderTotals, now);
		const operators = e.operators.map((o) => ({
			...o,
			applied: [
				{ word: o.word, level: o.level, version: "3.1", subtasks: [0] },
				{ word: "positions", level: "positions", why: "governor cpu", version: "3.1", subtasks: [1, 2] },
			],
		}));
		open({ "/recording-policy/effective": { ...e, operators } });
		const [, first] = within(await screen.findByRole("table", { name: "Operators" })).getAllByRole("row");
		expect(first?.textContent).toContain("positions by 2 subtasks: governor cpu");
	});
});

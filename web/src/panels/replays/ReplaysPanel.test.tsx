import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { orderTotals } from "../../../mock/jobs";
import {
	divergedReplay,
	exactReplay,
	impossibleReplay,
	replayDifference,
	replayPlan,
	replays,
	runComparison,
	runningReplay,
	senders,
	whatIfReplay,
} from "../../../mock/replays";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { useAddress } from "../../model/navigation";
import { invocationOf, ReplayButton } from "../../replays/ReplayButton";
import ReplayPanel from "./ReplayPanel";
import ReplaysPanel from "./ReplaysPanel";

const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };

function Screen() {
	return <ReplaysPanel state={useAddress().state} />;
}

function open(answers: Answers = {}) {
	return openPanel(
		<Screen />,
		{
			"/replays": listOf("ReplayRun", [...replays]),
			"/principal": principal,
			[`DELETE /replays/${runningReplay.id}`]: { ...runningReplay, state: "cancelled" },
			[`DELETE /replays/${exactReplay.id}/result`]: exactReplay,
			...answers,
		},
		"/replays",
	);
}

function openOne(id: string, of: unknown, answers: Answers = {}) {
	return openPanel(
		<ReplayPanel id={id} />,
		{ [`/replays/${id}`]: of, [`/replays/${id}/difference`]: replayDifference, "/principal": principal, ...answers },
		`/replays/${id}`,
	);
}

const button = (name: string | RegExp) => screen.getByRole("button", { name }) as HTMLButtonElement;
const enabled = (name: string | RegExp) => waitFor(() => expect(button(name).disabled).toBe(false));

describe("the list of replays", () => {
	it("says of each what it proves or how far it is", async () => {
		open();
		const rows = within(await screen.findByRole("table", { name: "Replays" })).getAllByRole("row");
		const texts = rows.slice(1).map((r) => r.textContent ?? "");
		expect(texts[0]).toContain("running");
		expect(texts[0]).toContain("25");
		expect(texts[1]).toContain("waits behind 1");
		expect(texts[2]).toContain("diverged");
		expect(texts[3]).toContain("not replayable");
		expect(texts[4]).toContain("exact");
		expect(screen.getByRole("progressbar").getAttribute("value")).toBe("0.25");
		expect(screen.getByRole("status").textContent).toBe("one runs, 1 waits");
	});

	it("cancels what runs, and removes what is over", async () => {
		const { asked } = open();
		await screen.findByRole("table", { name: "Replays" });
		await enabled(`Cancel replay ${runningReplay.id}`);
		await userEvent.click(button(`Cancel replay ${runningReplay.id}`));
		await enabled(`Remove replay ${exactReplay.id}`);
		await userEvent.click(button(`Remove replay ${exactReplay.id}`));
		await waitFor(() =>
			expect(asked.filter((a) => a.method === "DELETE").map((a) => a.path)).toEqual([
				`/replays/${runningReplay.id}`,
				`/replays/${exactReplay.id}/result`,
			]),
		);
	});

	it("changes nothing for who may not", async () => {
		open({ "/principal": { ...principal, actions: ["job:view"] } });
		await screen.findByRole("table", { name: "Replays" });
		expect(button(`Cancel replay ${runningReplay.id}`).disabled).toBe(true);
	});

	it("says how to begin when there is none, and what failed when it could not be had", async () => {
		open({ "/replays": listOf("ReplayRun", []) });
		expect(await screen.findByRole("heading", { name: "Nothing was replayed yet" })).toBeTruthy();
		open({ "/replays": { status: 500 } });
		expect((await screen.findByRole("alert")).textContent).toContain("The replays could not be loaded");
	});
});

describe("one replay", () => {
	it("shows where two runs parted, field by field, with likely causes", async () => {
		openOne(divergedReplay.id, divergedReplay);
		const fields = await screen.findByRole("table", { name: "Fields that differ" });
		expect(within(fields).getAllByRole("row")[1]?.textContent).toBe("amount12.5012.51");
		expect(screen.getByText(/111 before it are equal/)).toBeTruthy();
		const causes = screen.getByRole("region", { name: "Likely causes" });
		expect(within(causes).getAllByRole("listitem")[0]?.textContent).toContain("seen in this replay");
		const there = screen.getAllByRole("link", { name: "drop-duplicates.2.0.207" }).map((a) => a.getAttribute("href"));
		expect(there).toEqual([
			`/r/${orderTotals}/events#at=drop-duplicates.2.0.207`,
			`/r/${divergedReplay.derived}/events#at=drop-duplicates.2.0.207`,
		]);
	});

	it("that is exact leads to what it did at the place that it was asked from", async () => {
		openOne(exactReplay.id, exactReplay);
		const derived = await screen.findByRole("link", { name: "What it did this time" });
		expect(derived.getAttribute("href")).toBe(`/r/${exactReplay.derived}/events#at=drop-duplicates.1.0.3001`);
		expect(screen.getByRole("list", { name: "What bounds the verdict" }).textContent).toContain("the state at checkpoints");
		expect(screen.queryByRole("region", { name: "The first difference" })).toBeNull();
	});

	it("whose input was not recorded says what gave it, and what it ran for itself", async () => {
		openOne(exactReplay.id, { ...exactReplay, senders, for: "bf0123456789" });
		const list = await screen.findByRole("list", { name: "Replays of what sent its input" });
		const [first, second] = within(list).getAllByRole("listitem");
		expect(first?.textContent).toContain("Source: orders #0, attempt 0, to invocation 5,100 equal counts");
		expect(within(list).getByRole("link", { name: "0a1b2c3d4e5f" }).getAttribute("href")).toContain("/replays/0a1b2c3d4e5f");
		expect(second?.textContent).toContain("runs first: convert to euro #1, attempt 0, behind checkpoint 4");
		expect(screen.getByRole("link", { name: "bf0123456789" })).toBeDefined();
	});

	it("that cannot be says what is missing and the command that gets it", async () => {
		openOne(impossibleReplay.id, impossibleReplay);
		expect((await screen.findByRole("list", { name: "What the plan found" })).textContent).toContain("pip install");
	});

	it("that failed says why; that is not there, that", async () => {
		openOne(exactReplay.id, { ...runningReplay, state: "failed", error: "java.lang.OutOfMemoryError" });
		expect((await screen.findByRole("alert")).textContent).toBe("java.lang.OutOfMemoryError");
		openOne(exactReplay.id, { status: 404 });
		expect((await screen.findByRole("alert")).textContent).toContain(`Replay ${exactReplay.id} could not be loaded`);
	});

	it("with something changed says what, what came out otherwise and where the code parted, and that it proves nothing", async () => {
		openOne(whatIfReplay.id, whatIfReplay, { [`/replays/${whatIfReplay.id}/differences`]: runComparison });
		expect((await screen.findByRole("region", { name: "What was changed" })).textContent).toMatch(
			/no proof.*remove at 207.*state at 208 of drop-duplicates\/seen key o-0000017 = false.*Unchanged: exact/s,
		);
		expect(screen.getByRole("region", { name: "Where the code parted" }).textContent).toContain(
			"DropDuplicates.processElement (DropDuplicates.java:36)",
		);
		const table = await screen.findByRole("table", { name: "What differs" });
		expect(table.textContent).toContain("output missing");
		expect(screen.getByText(/and 1 more/)).toBeDefined();
		expect(screen.getByRole("status").textContent).toContain("what-if");
		expect(screen.queryByRole("button", { name: "Again" })).toBeNull();
	});

	it("that runs is cancelled", async () => {
		const { asked } = openOne(runningReplay.id, runningReplay, { [`DELETE /replays/${runningReplay.id}`]: runningReplay });
		await screen.findByRole("heading", { level: 1 });
		await enabled("Cancel");
		await userEvent.click(button("Cancel"));
		await waitFor(() => expect(asked.some((a) => a.method === "DELETE")).toBe(true));
	});
});

describe("replay from here", () => {
	const position = "drop-duplicates.1.0.3001";
	const ask = async (answers: Answers = {}, attempt = false) => {
		const opened = openPanel(
			<ReplayButton rec={orderTotals} position={position} attempt={attempt} />,
			{
				[`POST /recordings/${orderTotals}/replays/plan`]: replayPlan,
				[`POST /recordings/${orderTotals}/replays`]: exactReplay,
				"/principal": principal,
				...answers,
			},
			"/",
		);
		await userEvent.click(button(/Replay/));
		return opened;
	};

	it("plans first, and begins behind the nearest checkpoint", async () => {
		const { asked } = await ask();
		await screen.findByText(/runs again on the server/);
		await enabled("Up to here, from checkpoint 4");
		await userEvent.click(button("Up to here, from checkpoint 4"));
		await waitFor(() => expect(window.location.pathname).toBe(`/replays/${exactReplay.id}`));
		expect(asked.filter((a) => a.method === "POST").map((a) => a.sent)).toEqual([
			{ position },
			{ position, to: "here", checkpoint: "nearest" },
		]);
	});

	it("of an attempt runs the whole of it", async () => {
		const { asked } = await ask({}, true);
		await screen.findByText(/runs again on the server/);
		expect(screen.queryByRole("button", { name: /Up to here/ })).toBeNull();
		await enabled("The whole attempt");
		await userEvent.click(button("The whole attempt"));
		await waitFor(() => expect(asked.filter((a) => a.method === "POST").at(-1)?.sent).toEqual({ position }));
	});

	it("says which right is missing, to be read by all and not on a button alone", async () => {
		await ask({ "/principal": { ...principal, actions: ["job:view"] } });
		expect((await screen.findByText(/may not replay/)).textContent).toContain("job:replay");
		expect(button("The whole attempt").disabled).toBe(true);
	});

	it("leaves it to the server when it is not known who reads", async () => {
		await ask({ "/principal": { status: 500 } });
		await screen.findByText(/runs again on the server/);
		expect(button("The whole attempt").disabled).toBe(false);
		expect(screen.queryByText(/may not replay/)).toBeNull();
	});

	it("that was not started says why, and may be tried again", async () => {
		await ask({ [`POST /recordings/${orderTotals}/replays`]: { status: 429, detail: "100 replays wait already" } });
		await screen.findByText(/runs again on the server/);
		await userEvent.click(button("The whole attempt"));
		expect((await screen.findByRole("alert")).textContent).toContain("100 replays wait already");
		await enabled("The whole attempt");
	});

	it("says what is missing instead of a button", async () => {
		await ask({
			[`POST /recordings/${orderTotals}/replays/plan`]: { ...replayPlan, replayable: false, findings: impossibleReplay.findings },
		});
		expect((await screen.findByRole("list", { name: "What the plan found" })).textContent).toContain(
			"the jars of Flink 2.3.0 are not here",
		);
		expect(screen.queryByRole("button", { name: "The whole attempt" })).toBeNull();
	});

	it("knows the invocation of every form of a position", () => {
		expect(invocationOf("op.1.0.42")).toBe(42n);
		expect(invocationOf("22c00e395ec4510d#7")).toBe(7n);
		expect(invocationOf("nonsense")).toBeUndefined();
	});
});

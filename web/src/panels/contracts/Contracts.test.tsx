import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import {
	contract,
	contractApplied,
	contractChecks,
	contractLint,
	contractMistakes,
	contractProposal,
	contractVersions,
	contractWindows,
	quietContract,
	violation,
} from "../../../mock/contracts";
import { retype, textOf } from "../../../test/filterEditor";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { link, type Page } from "../../model/address";
import { useAddress } from "../../model/navigation";
import ContractPanel from "./ContractPanel";
import ContractsPanel from "./ContractsPanel";

const now = Date.now() * 1000;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
const may = { ...principal, actions: [...principal.actions, "contract:read", "contract:write", "contract:ack"] };

function Screen() {
	const { page, state } = useAddress();
	return page.screen === "contract" ? <ContractPanel contract={page.contract} state={state} /> : <ContractsPanel state={state} />;
}

function open(at: string, answers: Answers = {}) {
	return openPanel(
		<Screen />,
		{
			"/principal": may,
			"/contracts": listOf("contract", [contract(now), quietContract(now)]),
			"/contracts/orders": contract(now),
			"/contracts/orders/checks": contractChecks(now),
			"/contracts/orders/windows": (q: URLSearchParams) => listOf("contract-window", contractWindows(now, q.get("check") ?? "")),
			"/contracts/orders/versions": listOf("contract-version", contractVersions(now)),
			"/violations": listOf("violation", [violation(now)]),
			"POST /contracts/lint": contractLint,
			"POST /contracts": contractApplied,
			...answers,
		},
		at,
	);
}

const one = (tab?: string) => link({ screen: "contract", contract: "orders" } satisfies Page, tab === undefined ? {} : { tab });
afterEach(() => window.history.replaceState(null, "", "/"));

describe("the contracts", () => {
	it("are listed with their streams, state, violations and owner, and found by words", async () => {
		open("/contracts");
		const table = await screen.findByRole("table", { name: "Contracts" });
		const [, orders, pages] = within(table).getAllByRole("row");
		expect(orders?.textContent).toMatch(/Orders of the shop orders.*prod\/orders.*2\.3\.0.*active.*broken.*1.*checkout/);
		expect(pages?.textContent).toMatch(/Page views.*nothing open.*0.*no owner/);
		expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("1 of 2 contracts is broken");
		fireEvent.change(screen.getByRole("textbox", { name: "Search contracts" }), { target: { value: "PAGES" } });
		await waitFor(() => expect(within(screen.getByRole("table", { name: "Contracts" })).getAllByRole("row")).toHaveLength(2));
	});

	it("are none, on their way, refused, or failed", async () => {
		open("/contracts", { "/contracts": listOf("contract", []) });
		expect(await screen.findByText("Nobody promises anything yet")).toBeTruthy();
		open("/contracts", { "/contracts": "never" });
		expect(screen.getByText("loading the contracts")).toBeTruthy();
		open("/contracts", { "/contracts": { status: 403 } });
		expect(await screen.findByText("The contracts may not be shown")).toBeTruthy();
		open("/contracts", { "/contracts": { status: 500 } });
		expect(await screen.findByText("The contracts could not be loaded")).toBeTruthy();
	});

	it("begin with a proposal from a stream, which is then written on", async () => {
		const { asked } = open("/contracts#tab=new", {
			"/clusters/prod/topics/orders/contract-proposal": contractProposal,
		});
		const place = await screen.findByRole("textbox", { name: "cluster/topic" });
		fireEvent.change(place, { target: { value: "prod/orders" } });
		fireEvent.click(screen.getByRole("button", { name: "Propose from the stream" }));
		expect(await screen.findByText(/Made from 1,?000 records\..*Of 2 fields you see no values/)).toBeTruthy();
		const field = screen.getByRole("textbox", { name: "Text of the contract" });
		expect(textOf(field)).toBe(contractProposal.text);
		expect(asked.some((a) => a.method === "POST" && a.path === "/contracts")).toBe(false);
	});
});

describe("a contract", () => {
	it("shows each check live: state, rule, burn rates, the minutes of the hour, coverage and what nobody looked at", async () => {
		open(one());
		const table = await screen.findByRole("table", { name: "Checks" });
		const [, unique, conformity, volume] = within(table).getAllByRole("row");
		expect(unique?.textContent).toMatch(/id unique.*unique within 24 h.*broken.*1 h 2\.4/);
		expect(conformity?.textContent).toContain("kept");
		expect(volume?.textContent).toMatch(/learning what is usual: 9 of 14 days/);
		const strip = await screen.findByRole("img", { name: /Last hour of orders, minutes: 1 broken/ });
		expect(strip.children).toHaveLength(60);
		expect(strip.getAttribute("aria-label")).toMatch(/1 not looked at/);
		expect(screen.getByText(/coverage 98 %/)).toBeTruthy();
		expect(screen.getByRole("list", { name: "Not looked at" }).textContent).toMatch(/partition 1, 41000 to 42400.*budget/);
		const place = screen.getByRole("link", { name: "orders/2@88121" }).getAttribute("href") ?? "";
		expect(place).toMatch(/^\/t\/prod\/orders#/);
		expect(place).toContain("from=88121");
	});

	it("shows the minutes of one check alone when it is chosen", async () => {
		open(one());
		fireEvent.click(await screen.findByRole("button", { name: "orders/conformity" }));
		expect(await screen.findByRole("img", { name: /Last hour of orders\/conformity, minutes: 0 broken/ })).toBeTruthy();
	});

	it("leads from a violation to the record, its journey and the line that wrote it", async () => {
		open(one("violations"));
		const table = await screen.findByRole("table", { name: "Violations" });
		const href = (name: string) => within(table).getByRole("link", { name }).getAttribute("href");
		expect(href("orders/2@88121")).toContain("/t/prod/orders");
		expect(href("journey")).toBe("/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/journey/orders/2@88121");
		expect(href("step")).toBe("/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/step/outbox-relay.1.0.3001");
		expect(href("orders/id/unique")).toBe("/contracts/orders/violations/v-1");
	});

	it("has a violation acknowledged with a note, and closed", async () => {
		const { asked } = open(one("violations"), { "POST /contracts/orders/violations/v-1": { ...violation(now), state: "acked" } });
		fireEvent.click(await screen.findByRole("button", { name: "Acknowledge orders/id/unique" }));
		const note = screen.getByRole("textbox", { name: "Note" });
		expect(document.activeElement).toBe(note);
		fireEvent.change(note, { target: { value: " INC-7 " } });
		fireEvent.submit(screen.getByRole("form", { name: "Acknowledge" }));
		await waitFor(() => expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ state: "acked", why: "INC-7" }));
		await waitFor(() => expect(asked.filter((a) => a.path === "/violations").length).toBeGreaterThan(1));
		fireEvent.click(await screen.findByRole("button", { name: "Close orders/id/unique" }));
		fireEvent.submit(screen.getByRole("form", { name: "Close" }));
		await waitFor(() => expect(asked.filter((a) => a.method === "POST").at(-1)?.sent).toEqual({ state: "closed" }));
	});

	it("offers nothing to do to who may only read", async () => {
		open(one("violations"), { "/principal": { ...principal, actions: ["contract:read"] } });
		await screen.findByRole("table", { name: "Violations" });
		expect(screen.queryByRole("button", { name: /Acknowledge/ })).toBeNull();
	});

	it("tells its versions: who, why, what promises less, and the texts beside each other", async () => {
		open(one("versions"));
		const list = await screen.findByRole("list", { name: "Versions" });
		expect(list.textContent).toMatch(/2: version 2\.3\.0.*by lea: amounts are never negative.*orders#amount has to be above 0/);
		fireEvent.click(screen.getByRole("button", { name: "Texts beside version 1" }));
		const diff = await screen.findByRole("region", { name: "Version 1 and version 2" });
		expect(diff.textContent).toContain("- version: 2.2.0");
		expect(diff.textContent).toContain("+ version: 2.3.0");
	});

	it("is said to be gone when it is", async () => {
		open(one(), { "/contracts/orders": { status: 404 } });
		expect(await screen.findByText("There is no contract orders")).toBeTruthy();
	});
});

describe("the editor of a contract", () => {
	const field = () => screen.findByRole("textbox", { name: "Text of the contract" });
	const main = () => screen.getByRole("button", { name: "Put in force" }) as HTMLButtonElement;

	it("checks what is written, shows mistakes at their lines, and lets nothing wrong into force", async () => {
		open(one("edit"), { "POST /contracts/lint": contractMistakes });
		retype(await field(), contract(now).text?.replace("number", "nmber") ?? "");
		const list = await screen.findByRole("list", { name: "Mistakes and notes" });
		expect(list.textContent).toContain('line 10 "nmber" is none of');
		expect((await field()).getAttribute("aria-invalid")).toBe("true");
		fireEvent.change(screen.getByRole("textbox", { name: "Why" }), { target: { value: "x" } });
		expect(main().disabled).toBe(true);
		fireEvent.click(screen.getByRole("button", { name: "line 10" }));
		expect(document.activeElement).toBe(await field());
	});

	it("wants a reason, and puts the text in force", async () => {
		const { asked } = open(one("edit"));
		await screen.findByText(/No mistake: 1 check of contract orders/);
		expect(screen.getByText(/freshness is not checked/)).toBeTruthy();
		expect(main().disabled).toBe(true);
		fireEvent.change(screen.getByRole("textbox", { name: "Why" }), { target: { value: "as agreed" } });
		fireEvent.click(main());
		expect(await screen.findByText(/Version 3 is in force/)).toBeTruthy();
		expect(asked.find((a) => a.method === "POST" && a.path === "/contracts")?.sent).toEqual({ text: contract(now).text, why: "as agreed" });
		expect(screen.getByRole("list", { name: "What it changes" }).textContent).toContain("at least 0, was above 0");
	});

	it("says what would change without changing it, and why something was refused", async () => {
		const { asked } = open(one("edit"), { "POST /contracts": { ...contractApplied, dry_run: true } });
		await screen.findByText(/No mistake/);
		fireEvent.click(screen.getByRole("button", { name: "What would change" }));
		expect(await screen.findByText("This would change:")).toBeTruthy();
		expect(asked.find((a) => a.path === "/contracts")?.sent).toMatchObject({ dry_run: true });
		open(one("edit"), { "POST /contracts": { status: 403, detail: "lea may not topic:read_raw" } });
		await screen.findByText(/No mistake/);
		fireEvent.click(screen.getByRole("button", { name: "What would change" }));
		expect((await screen.findByRole("alert")).textContent).toContain("lea may not topic:read_raw");
	});
});

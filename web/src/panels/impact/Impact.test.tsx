import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../../mock/answers";
import { impactRun, runningImpact } from "../../../mock/impact";
import { retype } from "../../../test/filterEditor";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { parseAddress } from "../../model/address";
import { commandLine } from "../../model/commandLine";
import { useAddress } from "../../model/navigation";
import { readSettings, wishOf } from "../../promises/impact/ImpactForm";
import ImpactPanel from "./ImpactPanel";
import ImpactsPanel from "./ImpactsPanel";

const now = Date.now() * 1000;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };

function Screen() {
	const { page, state } = useAddress();
	return page.screen === "impact" ? <ImpactPanel id={page.id} /> : <ImpactsPanel state={state} />;
}

function open(at: string, answers: Answers = {}) {
	return openPanel(
		<Screen />,
		{
			"/principal": { ...principal, actions: [...principal.actions, "impact:run", "impact:ack"] },
			"/clusters": listOf("cluster", [{ name: "prod" }]),
			"/impact": listOf("impact", [impactRun(now)]),
			"/impact/imp-1": impactRun(now),
			"/impact/imp-2": runningImpact(now),
			"POST /impact": runningImpact(now),
			...answers,
		},
		at,
	);
}
const button = (name: string) => screen.getByRole("button", { name }) as HTMLButtonElement;
afterEach(() => window.history.replaceState(null, "", "/"));

describe("what a proposal is", () => {
	it("is one thing, and says what is missing", () => {
		expect(wishOf("drop", { of: "prod/orders", field: "a.b" }, "")).toEqual({ cluster: "prod", topic: "orders", drop: "a.b" });
		expect(wishOf("drop", { of: "orders" }, "")).toBe("name the field that is to go");
		expect(wishOf("schema", { key: "orders-value" }, "{}")).toEqual({ subject: "orders-value", schema: "{}" });
		expect(wishOf("schema", {}, "{}")).toBe("name a topic or a subject");
		expect(wishOf("contract", {}, "id: x")).toEqual({ contract: "id: x" });
		expect(wishOf("topic-config", { of: "prod/orders" }, "retention.ms = 5\n# no\npartitions=9")).toEqual({
			cluster: "prod",
			topic: "orders",
			config: { "retention.ms": "5", partitions: "9" },
		});
		expect(readSettings("what")).toBeUndefined();
	});
});

describe("asking who breaks", () => {
	it("begins with what the address says, shows the same as a command, and goes to the report", async () => {
		const { asked } = open("/impact#tab=drop&of=prod/orders&field=customer.email");
		expect(await screen.findByText("sightglass check --drop 'orders#customer.email' --cluster prod")).toBeTruthy();
		await waitFor(() => expect(button("Who breaks?").disabled).toBe(false));
		fireEvent.click(button("Who breaks?"));
		await waitFor(() => expect(window.location.pathname).toBe("/impact/imp-2"));
		const post = asked.find((a) => a.method === "POST");
		expect(post?.sent).toEqual({ cluster: "prod", topic: "orders", drop: "customer.email" });
		expect(commandLine(parseAddress(window.location.pathname, window.location.hash))).toMatch(
			/^sightglass check --schema schema.avsc --subject orders-value/,
		);
	});

	it("wants a text of a schema, and says why it was refused", async () => {
		open("/impact#key=orders-value", { "POST /impact": { status: 422, detail: "the schema cannot be read" } });
		await waitFor(() => expect(screen.getByText("paste the schema that is to come")).toBeTruthy());
		expect(button("Who breaks?").disabled).toBe(true);
		retype(screen.getByRole("textbox", { name: "Text of the schema" }), "{}");
		await waitFor(() => expect(button("Who breaks?").disabled).toBe(false));
		fireEvent.click(button("Who breaks?"));
		expect((await screen.findByRole("alert")).textContent).toContain("the schema cannot be read");
	});

	it("lists what was asked before; none, on its way, refused, failed", async () => {
		open("/impact");
		const table = await screen.findByRole("table", { name: "Reports" });
		expect(table.textContent).toMatch(/schema of orders-value.*prod\/orders.*1 broken.*1 maybe.*1 unknown.*1 safe.*1 agree.*lea/);
		open("/impact", { "/impact": listOf("impact", []) });
		expect(await screen.findByText("Nobody asked yet")).toBeTruthy();
		open("/impact", { "/impact": "never" });
		expect(screen.getByText("loading the reports")).toBeTruthy();
		open("/impact", { "/impact": { status: 403 } });
		expect(await screen.findByText("The reports may not be shown")).toBeTruthy();
		open("/impact", { "/impact": { status: 500 } });
		expect(await screen.findByText("The reports could not be loaded")).toBeTruthy();
	});
});

describe("a report", () => {
	it("gives each reader a verdict with owner, changes, evidence, and the records that failed", async () => {
		open("/impact/imp-1");
		const systems = (await screen.findByRole("list", { name: "Systems" })).children;
		const text = (i: number) => systems[i]?.textContent ?? "";
		expect(text(0)).toMatch(/^broken.*crm-sync.*team:crm.*no default.*change 1.*declares 2 fields.*1,?000 fail/);
		expect(text(1)).toMatch(/^maybe.*order-totals.*agreed/);
		expect(text(2)).toMatch(/^unknown.*stock-legacy.*no owner.*nobody to ask.*what it reads is not known/);
		expect(text(3)).toMatch(/^safe.*returns-router/);
		expect(screen.getByRole("link", { name: "orders/2@88000" }).getAttribute("href")).toContain("/t/prod/orders#");
		expect(screen.getByRole("list", { name: "What records hold" }).textContent).toMatch(/customer\.email.*not null in 93 %/);
		expect(screen.getByRole("list", { name: "Changes" }).textContent).toContain("decimal(10,2) to decimal(12,2)");
		expect(screen.getByRole("list", { name: "Plan" }).textContent).toContain("team:crm give customer.email a default");
		expect(screen.getByText(/It may not be registered/)).toBeTruthy();
	});

	it("is agreed to, or objected to with a reason", async () => {
		const { asked } = open("/impact/imp-1", { "POST /impact/imp-1/ack": impactRun(now) });
		const group = await screen.findByRole("group", { name: "Say what your team thinks" });
		expect(button("Object").disabled).toBe(true);
		fireEvent.change(within(group).getByRole("textbox", { name: "Reason" }), { target: { value: "we need it" } });
		fireEvent.click(button("Object"));
		await waitFor(() =>
			expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ team: "team:crm", decision: "object", reason: "we need it" }),
		);
		await waitFor(() => expect(asked.filter((a) => a.path === "/impact/imp-1").length).toBeGreaterThan(1));
	});

	it("is copied as Markdown, and shown where the clipboard is forbidden", async () => {
		const markdown = { format: "markdown", media_type: "text/markdown", text: "# schema of orders-value" };
		const { asked } = open("/impact/imp-1", { "/impact/imp-1/report": markdown });
		vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: () => Promise.reject(new Error("no")) } });
		fireEvent.click(await screen.findByRole("button", { name: "Copy as Markdown" }));
		expect((await screen.findByRole("region", { name: "the report as Markdown" })).textContent).toBe(markdown.text);
		expect(asked.find((a) => a.path.endsWith("/report"))?.query.get("format")).toBe("markdown");
		vi.unstubAllGlobals();
	});

	it("that is being made says how far it is, and can be ended", async () => {
		const { asked } = open("/impact/imp-2", { "DELETE /impact/imp-2": { ...runningImpact(now), state: "cancelled" } });
		expect(await screen.findByText("trying records, 420 of 1000")).toBeTruthy();
		expect(screen.getByRole("progressbar", { name: "Progress" }).getAttribute("value")).toBe("420");
		await waitFor(() => expect(button("End it")).toBeTruthy());
		fireEvent.click(button("End it"));
		await waitFor(() => expect(asked.some((a) => a.method === "DELETE" && a.path === "/impact/imp-2")).toBe(true));
	});

	it("says that systems are hidden, that it failed, that it is not there", async () => {
		const whole = impactRun(now);
		open("/impact/imp-1", { "/impact/imp-1": { ...whole, report: { ...whole.report, systems: [], hidden: 2 } } });
		expect(await screen.findByText(/2 systems that you may not see are counted as unknown/)).toBeTruthy();
		open("/impact/imp-2", { "/impact/imp-2": { ...runningImpact(now), state: "failed", error: "the topic is gone" } });
		expect(await screen.findByText("the topic is gone")).toBeTruthy();
		open("/impact/imp-1", { "/impact/imp-1": { status: 404 } });
		expect(await screen.findByText("There is no such report")).toBeTruthy();
	});
});

describe("what came of it", () => {
	it("stands beside what was predicted, and says of whom nothing is seen", async () => {
		const of = (system: string, more: object) => ({ system, name: system, held: true, troubles: [], ...more });
		const trouble = (kind: string, count: number, more = {}) => ({ kind, count: String(count), ...more });
		open("/impact/imp-1", {
			"/impact/imp-1": {
				...impactRun(now),
				outcome: {
					released: impactRun(now).began,
					until: impactRun(now).ended,
					over: false,
					systems: [
						of("job:a", { name: "a", predicted: "broken", troubles: [trouble("deserialisation", 3)] }),
						of("job:b", { name: "b", predicted: "safe", held: false, troubles: [trouble("deserialisation", 1)] }),
						of("group:c", { name: "c", predicted: "broken", held: false, blind: true }),
						of("", { name: "orders", troubles: [trouble("violation", 2, { path: "id" })] }),
					],
				},
			},
		});
		const list = await screen.findByRole("list", { name: "Outcome" });
		expect(
			within(list)
				.getAllByRole("listitem")
				.map((x) => x.textContent?.trim()),
		).toEqual([
			"a: predicted broken, 3 deserialisations",
			"b: predicted safe, 1 deserialisation – otherwise than predicted",
			"c: predicted broken, nothing is seen of it: it is no recorded job",
			"orders: 2 violations of id",
		]);
	});
});

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { entity, orders, ordersId } from "../../../mock/catalog";
import { contract, contractChecks, contractWindows, violation } from "../../../mock/contracts";
import { impactRun, runningImpact } from "../../../mock/impact";
import { refusedSchema, schemaText, schemaVersions } from "../../../mock/schemas";
import { retype, textOf } from "../../../test/filterEditor";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import EntityPanel from "./EntityPanel";

beforeEach(() => roomOf(1200, 600));
afterEach(() => window.history.replaceState(null, "", "/"));

const now = Date.now() * 1000;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
const served: Answers = {
	"/principal": { ...principal, actions: [...principal.actions, "impact:run", "contract:ack"] },
	[`/catalog/entities/${ordersId}`]: orders,
	"/subjects/orders-value/versions": schemaVersions(now),
	"/subjects/orders-value/versions/2": schemaText(now, 2),
	"/subjects/orders-value/versions/1": schemaText(now, 1),
	"POST /subjects/orders-value/difference": refusedSchema,
	"POST /impact": runningImpact(now),
	"/impact": listOf("impact", [impactRun(now)]),
	"/contracts": listOf("contract", [{ ...contract(now), topics: [{ cluster: "demo", topic: "orders" }] }]),
	"/contracts/orders/checks": contractChecks(now),
	"/contracts/orders/windows": (q: URLSearchParams) => listOf("contract-window", contractWindows(now, q.get("check") ?? "")),
	"/violations": listOf("violation", [violation(now)]),
};
const open = (tab: string, answers: Answers = {}) =>
	openPanel(<EntityPanel id={ordersId} state={{ tab }} />, { ...served, ...answers }, `/c/${ordersId}`);
const bare = { [`/catalog/entities/${ordersId}`]: entity(ordersId, { cluster: "demo", parts: [] }) };

describe("a stream's schema", () => {
	it("is edited from its newest version, and leads to who breaks", async () => {
		const { asked } = open("schema");
		const wish = await screen.findByRole("textbox", { name: "Schema that is to come" });
		await waitFor(() => expect(textOf(wish)).toContain('"record"'));
		const ask = () => screen.getByRole<HTMLButtonElement>("button", { name: "Who breaks?" });
		expect(ask().disabled).toBe(true);
		retype(wish, '{"type":"string"}');
		expect(await screen.findByText("It may not be registered: level BACKWARD.")).toBeTruthy();
		fireEvent.click(ask());
		await waitFor(() => expect(window.location.pathname).toBe("/impact/imp-2"));
		expect(asked.find((a) => a.method === "POST" && a.path === "/impact")?.sent).toEqual({
			subject: "orders-value",
			schema: '{"type":"string"}',
		});
	});

	it("is none, and the page says how there comes to be one", async () => {
		open("schema", bare);
		expect(await screen.findByText("No schema is registered for it")).toBeTruthy();
	});
});

describe("a stream's contract", () => {
	it("shows checks and violations of each that is about it", async () => {
		open("contract");
		expect(await screen.findByRole("link", { name: "Orders of the shop" })).toBeTruthy();
		expect(await screen.findByRole("table", { name: "Violations" })).toBeTruthy();
	});

	it("is none: one is proposed from its records", async () => {
		open("contract", { "/contracts": listOf("contract", [contract(now)]) });
		const link = await screen.findByRole("link", { name: "Propose one from its records" });
		expect(link.getAttribute("href")).toContain("of=demo/orders");
	});
});

describe("a stream's health", () => {
	it("counts what is kept, where that is much, and shows it when asked", async () => {
		const health = [
			{ name: "orders/amount/range", state: "broken", text: "amount is at least 0" },
			...Array.from({ length: 30 }, (_, i) => ({ name: `orders/f${i}/type`, state: "ok" })),
		];
		open("overview", { [`/catalog/entities/${ordersId}`]: { ...orders, health } });
		const panel = await screen.findByRole("region", { name: "Contract" });
		expect(within(panel).getAllByRole("listitem")).toHaveLength(1);
		fireEvent.click(within(panel).getByRole("button", { name: /30 checks kept/ }));
		expect(within(panel).getAllByRole("listitem")).toHaveLength(31);
	});
});

describe("a stream's impact", () => {
	it("is asked of this stream, and lists what was asked of it before", async () => {
		const { asked } = open("impact");
		expect(within(await screen.findByRole("table", { name: "Reports" })).getAllByRole("row")).toHaveLength(2);
		const query = asked.find((a) => a.path === "/impact")?.query;
		expect([query?.get("cluster"), query?.get("topic")]).toEqual(["demo", "orders"]);
		expect(screen.queryByLabelText("cluster/topic")).toBeNull();
		retype(screen.getByRole("textbox", { name: "Text of the schema" }), '{"type":"string"}');
		fireEvent.click(screen.getByRole("button", { name: "Who breaks?" }));
		await waitFor(() =>
			expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ cluster: "demo", topic: "orders", schema: '{"type":"string"}' }),
		);
	});
});

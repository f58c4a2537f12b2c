import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { brief, hits, proposal, search } from "../../../mock/catalog";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import CatalogPanel from "./CatalogPanel";

beforeEach(() => roomOf(1200, 600));

const served: Answers = {
	"/catalog": (q: URLSearchParams) => listOf("catalog-hit", search(q)),
	"/catalog/proposals": listOf("catalog-proposal", []),
};
const open = (state = {}, answers: Answers = {}) => openPanel(<CatalogPanel state={state} />, { ...served, ...answers }, "/c");
const grid = () => screen.findByRole("grid", { name: "Found in the catalog" });
const names = () => screen.queryAllByRole("row").flatMap((r) => r.querySelector("a")?.textContent ?? []);
const here = () => parseState(window.location.hash);

describe("the catalog", () => {
	it("lists entities with what they are, whose they are, and where a word was found", async () => {
		open({ filter: "order" });
		const rows = within(await grid()).getAllByRole("row");
		expect(rows[1]?.textContent).toMatch(/orders.*Every order of the shop.*stream.*demo.*team:checkout.*shop.*15/);
		const returns = rows.find((r) => r.textContent?.includes("returns"));
		expect(returns?.textContent).toMatch(/no owner.*field order\.id \+1/);
		expect(returns?.querySelector("mark")?.textContent).toBe("order");
		expect(screen.getByText("all 5 shown")).toBeTruthy();
	});

	it("is searched by words, of some kinds, and the link keeps both", async () => {
		const { again, asked } = open();
		await grid();
		await userEvent.type(screen.getByRole("textbox", { name: "Search the catalog" }), "owner:crm");
		expect(here().filter).toBe("owner:crm");
		again(<CatalogPanel state={{ filter: "owner:crm" }} />);
		await waitFor(() => expect(names()).toEqual(["crm-sync"]));
		await userEvent.click(screen.getByRole("button", { name: /^services/ }));
		expect(here().kinds).toBe("service");
		again(<CatalogPanel state={{ filter: "owner:crm", kinds: "service,job" }} />);
		await waitFor(() => expect(asked.at(-1)?.query.getAll("kind")).toEqual(["job", "service"]));
		expect(asked.at(-1)?.query.get("q")).toBe("owner:crm");
		expect(screen.getByRole("button", { name: /^services/, pressed: true })).toBeTruthy();
	});

	it("is not asked for every letter", async () => {
		const { asked } = open();
		await grid();
		const before = asked.filter((a) => a.path === "/catalog").length;
		await userEvent.type(screen.getByRole("textbox", { name: "Search the catalog" }), "merchant");
		expect(asked.filter((a) => a.path === "/catalog").length - before).toBeLessThan(8);
	});

	it("is gone through and opened by keys", async () => {
		const { again } = open({ filter: "order" });
		await grid();
		expect(runCommand("row-down")).toBe(true);
		expect(here().sel).toBe("stream:demo/merchant-totals");
		again(<CatalogPanel state={{ filter: "order", sel: "stream:demo/merchant-totals" }} />);
		runCommand("row-up");
		expect(here().sel).toBe("stream:demo/orders");
		runCommand("filter");
		expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Search the catalog" }));
		expect(runCommand("open")).toBe(true);
		expect(decodeURIComponent(window.location.pathname)).toBe("/c/stream:demo/merchant-totals");
	});

	it("is opened at the first by Enter in the field, and cleared by Escape's command", async () => {
		open({ filter: "order" });
		await grid();
		fireEvent.keyDown(screen.getByRole("textbox", { name: "Search the catalog" }), { key: "Enter" });
		expect(window.location.pathname).toBe("/c/stream:demo/orders");
		runCommand("close");
		await waitFor(() => expect(screen.getByRole("textbox", { name: "Search the catalog" })).toHaveProperty("value", ""));
	});

	it("says what waits for the reader to decide, and nothing of what does not", async () => {
		open({}, { "/catalog/proposals": listOf("catalog-proposal", [proposal(), proposal({ id: "p2", entity: "job:x", decide: false })]) });
		expect((await screen.findByRole("note")).textContent).toContain("1 proposal waits for you: orders");
	});

	it("has more than is shown, and says how to get less", async () => {
		const many = Array.from({ length: 100 }, (_, i) => ({ ...brief(`stream:demo/t-${i}`), matched: [] }));
		const { asked } = open(
			{},
			{
				"/catalog": (q: URLSearchParams) =>
					q.get("cursor") === null ? { ...listOf("catalog-hit", many), next: "100" } : listOf("catalog-hit", [hits[0]]),
			},
		);
		expect(await screen.findByText("100 of more than that, the best first")).toBeTruthy();
		expect(screen.getByRole("button", { name: /^streams 100\+/ })).toBeTruthy();
		expect(screen.getByText("owner:checkout")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Show more" }));
		expect(await screen.findByText("all 101 shown")).toBeTruthy();
		expect(asked.at(-1)?.query.get("cursor")).toBe("100");
	});

	it("without a hit says which word to leave out", async () => {
		open({ filter: "orders owner:nobody", kinds: "job" });
		expect(await screen.findByText("Nothing of these kinds has that")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Without owner:nobody" }));
		expect(here().filter).toBe("orders");
		await userEvent.click(screen.getByRole("button", { name: "Anywhere, not only there" }));
		expect(here().filter).toBe("orders nobody");
		await userEvent.click(screen.getByRole("button", { name: "In all kinds" }));
		expect(here().kinds).toBeUndefined();
	});

	it("is empty, loading or failed with a word for each", async () => {
		open({}, { "/catalog": listOf("catalog-hit", []) });
		expect(await screen.findByText("The catalog has nothing yet")).toBeTruthy();
		expect(screen.getByText(/It fills itself/)).toBeTruthy();
		open({}, { "/catalog": "never" });
		expect(screen.getByText("loading the catalog")).toBeTruthy();
		open({}, { "/catalog": { status: 409, title: "this server keeps no catalog" } });
		expect((await screen.findByRole("alert")).textContent).toMatch(/The catalog could not be loaded.*this server keeps no catalog/);
		open({}, { "/catalog": { status: 403 } });
		expect((await screen.findByRole("alert")).textContent).toContain("may not be shown");
	});
});

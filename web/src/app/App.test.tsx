/** The whole page at once. Size: every screen opens here, from one table of addresses. */
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../mock/answers";
import { orders, ordersId } from "../../mock/catalog";
import { merchantAlerts, orderTotals } from "../../mock/jobs";
import { topics } from "../../mock/topics";
import { type Answers, serve } from "../../test/openPanel";
import { roomOf } from "../../test/sizes";
import { ProblemError } from "../api/problem";
import { link, parseAddress, parseState } from "../model/address";
import { go } from "../model/navigation";
import { changePreferences, defaultPreferences } from "../model/preferences";
import { App, createQueryClient } from "./App";

vi.mock("uplot", () => ({
	default: class {
		setData() {
			return undefined;
		}
		setSize() {
			return undefined;
		}
		destroy() {
			return undefined;
		}
	},
}));

const rec = orderTotals;
const at = "drop-duplicates.1.0.3001";
const routes = [
	"/status",
	"/principal",
	"/doctor",
	"/agents",
	"/recording-policy",
	"/recording-policy/effective",
	"/jobs",
	"/recordings",
	"/replays",
	"/tokens",
	"/sessions",
	"/replays/9a1154c262d0",
	"/replays/9a1154c262d0/difference",
	"/audit",
	"/audit/status",
	"/contracts",
	"/contracts/orders",
	"/contracts/orders/checks",
	"/contracts/orders/windows",
	"/contracts/orders/violations/v-1",
	"/impact",
	"/impact/imp-1",
	"/subjects",
	"/subjects/orders-value/versions",
	"/subjects/orders-value/versions/2",
	...[rec, merchantAlerts].flatMap((id) => [
		`/jobs/${id}`,
		`/jobs/${id}/channels`,
		`/jobs/${id}/drops`,
		`/recordings/${id}`,
		`/recordings/${id}/events`,
		`/recordings/${id}/timeline`,
		`/recordings/${id}/gaps`,
		`/recordings/${id}/lineage`,
		`/recordings/${id}/at/${at}`,
	]),
	"/recordings/any/lineage",
	"/catalog",
	"/catalog/proposals",
];
const served: Answers = {
	...Object.fromEntries(routes.map((route) => [route, (q: URLSearchParams) => answer(route, q, "").body])),
	[`/catalog/entities/${ordersId}`]: orders,
};

function open(href: string, answers: Answers = {}) {
	window.history.replaceState(null, "", href);
	const asked = serve({ ...served, ...answers });
	return { ...render(<App />), asked };
}
const here = () => parseAddress(window.location.pathname, window.location.hash);
const press = (key: string, init: KeyboardEventInit = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
const main = () => screen.getByRole("main");
const place = () => screen.getByRole("navigation", { name: "Where you are" });
const fleet = () => within(main()).findByRole("table", { name: "Jobs" });
const dialog = (name: string) => screen.findByRole("dialog", { name });

beforeEach(() => roomOf(1200, 700));
afterEach(() => changePreferences(defaultPreferences));

describe("every screen", () => {
	it("opens from its address, with a title, a place and the same as a command", async () => {
		for (const [href, title, crumb, heading, command] of [
			["/", "Fleet", "Fleet", /needs? a look/, "sightglass jobs"],
			[`/j/${rec}`, `Graph of ${rec}`, "order-totals", "Graph of order-totals", `sightglass job ${rec}`],
			["/r", "Recordings", "Recordings", /2 recordings/, "sightglass recordings"],
			[`/r/${rec}/events`, `Events of ${rec}`, "recording 8c1e4f0a", "Events of recording 8c1e4f0a", "sightglass events 8c1e4f0a --newest"],
			["/replays", "Replays", "Replays", "5 replays", "sightglass replays"],
			["/replays/9a1154c262d0", "Replay 9a1154c262d0", "Replay", /drop-duplicates/, "sightglass replays 9a1154c262d0"],
			[`/r/${rec}/gaps`, `Gaps of ${rec}`, "recording 8c1e4f0a", /1 gap/, "sightglass gaps 8c1e4f0a"],
			[
				"/r/any/journey/orders/2@88121",
				"Journey of orders/2@88121",
				"All recordings",
				/orders\/2@88121/,
				"sightglass lineage orders/2@88121",
			],
			["/agents", "Agents", "Agents", /3 processes/, "sightglass agents"],
			["/policy", "Recording policy", "Recording policy", /Version 3/, "sightglass policy show"],
			["/tokens", "Tokens and sessions", "Tokens and sessions", "Tokens and sessions", "sightglass token list"],
			["/contracts", "Contracts", "Contracts", "1 of 2 contracts is broken", "sightglass contract list"],
			["/contracts/orders", "Contract orders", "Contracts", "Orders of the shop", "sightglass contract show orders"],
			[
				"/contracts/orders/violations/v-1",
				"Violation of orders",
				"Contracts",
				"orders/id/unique is broken",
				"sightglass contract violations --contract orders",
			],
			["/subjects", "Schemas", "Schemas", "Schemas", "sightglass schema list"],
			["/subjects/orders-value", "Schema orders-value", "Schemas", "orders-value", "sightglass schema show orders-value"],
			["/impact", "Impact", "Impact", "Impact of a change", "sightglass check --help"],
			[
				"/impact/imp-1#tab=drop&of=prod/orders&field=email",
				"Impact imp-1",
				"Impact",
				"schema of orders-value",
				"sightglass check --drop 'orders#email' --cluster prod",
			],
			["/admin/audit", "Audit", "Audit", /Who read and changed what/, "sightglass audit"],
			["/c#f=orders", "Catalog", "Catalog", "Catalog", "sightglass catalog search orders"],
			[
				"/c/stream:demo/orders",
				"Catalog, stream:demo/orders",
				"Catalog/demo/orders",
				"orders",
				"sightglass catalog show stream:demo/orders",
			],
			["/nowhere", "Not found", "Not found", "There is no such screen", "sightglass jobs"],
		] as const) {
			const { unmount } = open(href);
			expect(await within(main()).findByRole("heading", { name: heading }), href).toBeTruthy();
			expect(document.title).toBe(`${title} - Sightglass`);
			expect(place().textContent).toContain(crumb);
			expect(screen.getByText(`$ ${command}`), href).toBeTruthy();
			unmount();
		}
	});

	it("of topics is a place to go for who may list some, where a cluster is looked into", async () => {
		const clusters = { kind: "cluster", version: 1, items: [{ name: "demo" }] };
		const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
		const may = { ...principal, actions: [...principal.actions, "topic:list"] };
		const kafka = { "/clusters": clusters, "/principal": may, "/clusters/demo/topics": { kind: "topic", version: 1, items: topics } };
		const { unmount } = open("/", kafka);
		const rail = await screen.findByRole("link", { name: "Topics" });
		fireEvent.click(rail);
		expect(await within(main()).findByRole("heading", { name: "3 topics of demo" })).toBeTruthy();
		expect(window.location.pathname).toBe("/t/demo");
		expect(document.title).toBe("Topics of demo - Sightglass");
		expect(place().textContent).toBe("Topics/demo");
		expect(screen.getByText("$ sightglass topics demo")).toBeTruthy();
		expect(screen.getByRole("link", { name: "Groups" }).getAttribute("href")).toBe("/t/demo/-/groups");
		unmount();
		for (const without of [
			{ ...kafka, "/principal": principal },
			{ ...kafka, "/clusters": { ...clusters, items: [] } },
		]) {
			const view = open("/", without);
			await fleet();
			expect(screen.queryByRole("link", { name: "Topics" })).toBeNull();
			view.unmount();
		}
	});

	it("has landmarks, one main heading, and a way past the bars", async () => {
		open("/");
		await fleet();
		expect(screen.getAllByRole("main")).toHaveLength(1);
		expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
		expect(screen.getByRole("navigation", { name: "Main" })).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: "Skip to content" }));
		expect(document.activeElement).toBe(main());
	});

	it("marks where one is among the places to go", async () => {
		open(`/r/${rec}/gaps`);
		await within(main()).findByRole("heading", { level: 1 });
		const current = screen.getAllByRole("link", { current: "page" }).map((l) => l.textContent);
		expect(current).toEqual(["Recordings", "Gaps 1"]);
	});

	it("is left by a link without loading the page anew", async () => {
		open("/");
		fireEvent.click(within(await fleet()).getByRole("link", { name: "order-totals" }));
		expect(window.location.pathname).toBe(`/j/${rec}`);
		expect(await within(main()).findByRole("heading", { name: "Graph of order-totals" })).toBeTruthy();
	});
});

describe("the head of the page", () => {
	const recorder = () => screen.findByRole("group", { name: "Recorder" });

	it("says what recording costs and what it lost, of all jobs or of the one on the screen", async () => {
		open("/");
		await waitFor(async () => expect((await recorder()).textContent).toBe("2.1 % CPU4.30 MB/s1 gap, 5,812 events lost"));
		act(() => go(`/j/${rec}`));
		await waitFor(async () => expect((await recorder()).textContent).toBe("1.3 % CPU4.10 MB/s1 gap, 5,812 events lost"));
		expect(
			within(await recorder())
				.getByRole("link")
				.getAttribute("href"),
		).toBe(`/r/${rec}/gaps`);
		act(() => go(`/j/${merchantAlerts}`));
		await waitFor(async () => expect((await recorder()).textContent).toBe("0.8 % CPU200 kB/s0 lost"));
	});

	it("does not make up a cost that is not known", async () => {
		const agents = answer("/agents", new URLSearchParams(), "").body as { items: { cpu_share?: number }[] };
		for (const a of agents.items) delete a.cpu_share;
		open("/", { "/agents": agents });
		expect((await recorder()).textContent).toContain("CPU not known");
	});

	it("says who the reader is", async () => {
		open("/");
		await screen.findByRole("button", { name: "You are local" });
		expect(document.getElementById("user-menu")?.textContent).toMatch(/Roles.*owner.*policy clear/);
	});

	it("switches times between UTC and local, for the whole page, and keeps it", async () => {
		open(`/r/${rec}/gaps`);
		const table = await within(main()).findByRole("table");
		expect(table.textContent).toMatch(/\d\d:\d\d:\d\d\.\d{3}Z/);
		await userEvent.click(screen.getByText("local", { selector: "label" }));
		expect(within(main()).getByRole("table").textContent).toMatch(/\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d/);
		expect(JSON.parse(window.localStorage.getItem("sightglass.preferences") ?? "{}").zone).toBe("local");
	});

	it("switches between dark and light", async () => {
		changePreferences({ theme: "dark" });
		open("/");
		await fleet();
		expect(document.documentElement.dataset.theme).toBe("dark");
		await userEvent.click(screen.getByRole("button", { name: "Light theme" }));
		expect(document.documentElement.dataset.theme).toBe("light");
		expect(screen.getByRole("button", { name: "Dark theme" })).toBeTruthy();
	});

	it("is as dark or light as the system, also when that changes, until the reader chooses", async () => {
		const system = Object.assign(new EventTarget(), { matches: false, addListener: () => undefined, removeListener: () => undefined });
		vi.stubGlobal("matchMedia", () => system);
		open("/");
		await fleet();
		const turn = (light: boolean) =>
			act(() => {
				system.matches = light;
				system.dispatchEvent(new Event("change"));
			});
		expect(document.documentElement.dataset.theme).toBe("dark");
		turn(true);
		expect(document.documentElement.dataset.theme).toBe("light");
		act(() => changePreferences({ theme: "dark" }));
		turn(true);
		expect(document.documentElement.dataset.theme).toBe("dark");
	});
});

describe("the bar of a recording", () => {
	it("leads to its views at the same position", async () => {
		open(link({ screen: "events", rec }, { at, sel: "e3000" }));
		const views = screen.getByRole("navigation", { name: "Views of this recording" });
		await within(views).findByText("Gaps 1");
		expect(
			within(views)
				.getAllByRole("link")
				.map((l) => l.getAttribute("href")),
		).toEqual([
			`/j/${rec}`,
			`/r/${rec}/timeline`,
			`/r/${rec}/events#at=${at}`,
			`/r/${rec}/journey/${at}`,
			`/r/${rec}/key#of=${at}`,
			`/r/${rec}/watermarks#at=${at}`,
			`/r/${rec}/step/${at}`,
			`/r/${rec}/inflight`,
			`/r/${rec}/gaps`,
		]);
		const position = screen.getByRole("group", { name: "Position" });
		expect(position.textContent).toContain(at);
		await waitFor(() => expect(within(position).getAllByText(/ago|now/).length).toBeGreaterThan(0));
	});

	it("copies the link to the very view", async () => {
		const taken: string[] = [];
		open(link({ screen: "events", rec }, { at, sel: "e3000" }));
		await screen.findByRole("grid");
		vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void taken.push(text));
		fireEvent.click(screen.getByRole("button", { name: "Copy link" }));
		expect(taken).toEqual([window.location.origin + link({ screen: "events", rec }, { at, sel: "e3000" })]);
	});
});

describe("keys", () => {
	it("G and a letter go elsewhere; where there is no recording, nowhere", async () => {
		open("/");
		await fleet();
		for (const [second, screenOf] of [
			["e", "fleet"],
			["r", "recordings"],
			["a", "agents"],
			["o", "policy"],
			["f", "fleet"],
		] as const) {
			press("g");
			press(second);
			expect(here().page.screen).toBe(screenOf);
		}
		act(() => go(`/j/${rec}`));
		press("g");
		press("p");
		expect(here().page).toEqual({ screen: "gaps", rec });
		press("g");
		press("g");
		expect(here().page).toEqual({ screen: "graph", job: rec });
	});

	it("do nothing in a text field but the palette and Escape", async () => {
		open("/");
		await fleet();
		press("/");
		const field = screen.getByRole("textbox", { name: /Filter jobs/ });
		expect(document.activeElement).toBe(field);
		for (const key of ["j", "k", "?", "u", "g", "r", "/"]) expect(press(key), key).toBe(true);
		expect(here()).toEqual({ page: { screen: "fleet" }, state: {} });
		expect(screen.queryByRole("dialog")).toBeNull();
		press("k", { ctrlKey: true });
		expect(await dialog("Search or jump to")).toBeTruthy();
	});

	it("are let through where they are the element's own: Enter on a link or a button", async () => {
		open("/");
		const first = within(await fleet()).getAllByRole("link")[0] as HTMLElement;
		first.focus();
		expect(press("Enter")).toBe(true);
		expect(here().page.screen).toBe("fleet");
	});

	it("may all be switched off", async () => {
		open("/");
		await fleet();
		act(() => changePreferences({ keysOn: false }));
		press("?");
		press("g");
		press("r");
		expect(screen.queryByRole("dialog")).toBeNull();
		expect(here().page.screen).toBe("fleet");
		expect(screen.queryByText("filter", { selector: "span" })).toBeNull();
	});

	it("U switches the zone", async () => {
		open("/");
		await fleet();
		press("u");
		expect(screen.getByRole<HTMLInputElement>("radio", { name: "local" }).checked).toBe(true);
	});
});

describe("the palette", () => {
	const openPalette = async (href = "/") => {
		const view = open(href);
		await waitFor(() => expect(main().textContent).not.toBe(""));
		press("k", { ctrlKey: true });
		const box = await dialog("Search or jump to");
		return { ...view, box, field: within(box).getByRole("combobox") };
	};
	const options = (box: HTMLElement) =>
		within(box)
			.queryAllByRole("option")
			.map((o) => o.textContent);

	it("finds jobs, their recordings, and what can be done here with its key", async () => {
		const { box, field } = await openPalette();
		await within(box).findByText(/events of recording 8c1e4f0a/);
		await userEvent.type(field, "order");
		expect(options(box)).toEqual([
			expect.stringMatching(/^order-totalsgraph, running/),
			expect.stringMatching(/^order-totalsevents of recording 8c1e4f0a/),
		]);
		await userEvent.clear(field);
		await userEvent.type(field, "dark");
		expect(options(box)).toEqual([expect.stringContaining("Dark or light")]);
		await userEvent.clear(field);
		await userEvent.type(field, "agents go");
		expect(options(box)).toEqual([expect.stringMatching(/Agents.*G A/)]);
	});

	it("goes by arrows and Enter, and is gone then", async () => {
		const { box, field } = await openPalette();
		await within(box).findByText(/events of recording 8c1e4f0a/);
		await userEvent.type(field, "order{ArrowDown}");
		expect(
			within(box)
				.getAllByRole("option")
				.map((o) => o.getAttribute("aria-selected")),
		).toEqual(["false", "true"]);
		expect(field.getAttribute("aria-activedescendant")).toBe(within(box).getByRole("option", { selected: true }).id);
		await userEvent.keyboard("{ArrowDown}{ArrowUp}{ArrowDown}{Enter}");
		expect(here().page).toEqual({ screen: "events", rec });
		await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
	});

	it("takes the name of a record or a position", async () => {
		const { box, field } = await openPalette(`/r/${rec}/gaps`);
		await userEvent.type(field, "orders/2@88121");
		expect(options(box)).toEqual(["Journey of orders/2@88121in all recordings"]);
		await userEvent.clear(field);
		await userEvent.type(field, at);
		expect(options(box)).toEqual([`Events at ${at}in recording 8c1e4f0a`, `Journey of ${at}in recording 8c1e4f0a`]);
		await userEvent.keyboard("{Enter}");
		expect(here()).toEqual({ page: { screen: "events", rec }, state: { at } });
	});

	it("looks for a record of Kafka in every recording, whichever is on the screen", async () => {
		const { box, field } = await openPalette(`/r/${rec}/gaps`);
		await userEvent.type(field, "orders/2@88121{Enter}");
		expect(here().page).toEqual({ screen: "journey", rec: "any", record: "orders/2@88121" });
		expect(box).toBeTruthy();
	});

	it("goes to an entity of the catalog", async () => {
		const { box, field } = await openPalette();
		await userEvent.type(field, "crm");
		const entry = await within(box).findByRole("option", { name: /crm-sync.*catalog, service/ });
		expect(within(box).getByRole("option", { name: /Search the catalog for crm/ })).toBeTruthy();
		fireEvent.click(entry);
		expect(here().page).toEqual({ screen: "entity", id: "service:crm-sync" });
	});

	it("says when nothing has that name", async () => {
		const { box, field } = await openPalette();
		await userEvent.type(field, "no such thing");
		expect(within(box).getByRole("status").textContent).toContain("Nothing has that name");
		await userEvent.keyboard("{ArrowDown}{Enter}");
		expect(here().page.screen).toBe("fleet");
	});

	it("is closed with Escape, which leaves the screen behind it as it is", async () => {
		await openPalette(link({ screen: "fleet" }, { filter: "order" }));
		await userEvent.keyboard("{Escape}");
		await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
		expect(parseState(window.location.hash)).toEqual({ filter: "order" });
	});
});

describe("the page of all keys", () => {
	const openKeys = async () => {
		open("/");
		await fleet();
		press("?");
		return dialog("Keys");
	};
	const key = (box: HTMLElement, title: string) => within(box).getByRole("button", { name: new RegExp(`change the key of ${title}$`) });

	it("names every command with its key", async () => {
		const box = await openKeys();
		expect(key(box, "Search or jump to").textContent).toBe("Ctrl K");
		expect(key(box, "Dark or light").textContent).toBe("none");
		expect(within(box).getAllByRole("button", { name: /change the key of/ }).length).toBeGreaterThan(20);
	});

	it("changes a key, tells a clash, and puts all back", async () => {
		const box = await openKeys();
		fireEvent.click(key(box, "Agents"));
		expect(key(box, "Agents").textContent).toBe("press a key");
		fireEvent.keyDown(key(box, "Agents"), { key: "j" });
		expect(key(box, "Agents").textContent).toBe("J");
		expect(within(box).getAllByText(/the same key twice/)).toHaveLength(2);
		fireEvent.click(within(box).getByRole("button", { name: "As it was" }));
		expect(key(box, "Agents").textContent).toBe("G A");
		expect(within(box).queryByText(/the same key twice/)).toBeNull();
	});

	it("switches a key off with Backspace, and leaves it as it was with Escape", async () => {
		const box = await openKeys();
		fireEvent.click(key(box, "Agents"));
		fireEvent.keyDown(key(box, "Agents"), { key: "Escape" });
		expect(key(box, "Agents").textContent).toBe("G A");
		expect(screen.getByRole("dialog")).toBeTruthy();
		fireEvent.click(key(box, "Agents"));
		fireEvent.keyDown(key(box, "Agents"), { key: "Backspace" });
		expect(key(box, "Agents").textContent).toBe("none");
		fireEvent.click(key(box, "Agents"));
		fireEvent.keyDown(key(box, "Agents"), { key: "Escape" });
		expect(key(box, "Agents").textContent).toBe("none");
	});

	it("that was only looked at for a key changes nothing", async () => {
		const box = await openKeys();
		fireEvent.click(key(box, "All keys"));
		fireEvent.keyDown(key(box, "All keys"), { key: "Shift" });
		expect(key(box, "All keys").textContent).toBe("press a key");
		fireEvent.keyDown(key(box, "All keys"), { key: "Escape" });
		expect(within(box).getByRole<HTMLButtonElement>("button", { name: "As it was" }).disabled).toBe(true);
	});

	it("switches all keys off and on", async () => {
		const box = await openKeys();
		await userEvent.click(within(box).getByRole("checkbox", { name: "Keys are on" }));
		expect(JSON.parse(window.localStorage.getItem("sightglass.preferences") ?? "{}").keysOn).toBe(false);
	});
});

describe("questions", () => {
	const retry = createQueryClient().getDefaultOptions().queries?.retry;
	const again = (failures: number, status: number) =>
		typeof retry === "function" ? retry(failures, new ProblemError({ status, title: "", detail: "", hint: "", requestId: "" })) : undefined;

	it("are asked again when the server may be better a moment later, not when it refused", () => {
		expect([again(0, 0), again(1, 503), again(0, 500)]).toEqual([true, true, true]);
		expect([again(2, 503), again(0, 404), again(0, 403), again(0, 200)]).toEqual([false, false, false, false]);
	});
});

import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { eventAt, page } from "../../../mock/events";
import { began, detail, gaps, orderTotals } from "../../../mock/jobs";
import { moment } from "../../../mock/lineage";
import { jsonView } from "../../../mock/payload";
import { Feed } from "../../../test/feed";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { Event } from "../../api/schema";
import { toRfc3339, wallFromMillis } from "../../base/time";
import { formatAddress, link, parseState, type ViewState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { go, useAddress } from "../../model/navigation";
import EventsPanel, { openingOf, questionOf } from "./EventsPanel";

const rec = orderTotals;
/** Five seconds of the made-up recording: events 0 to 6,002. */
const now = began + 5e6;
const path = `/recordings/${rec}`;
const ended = { ...detail(rec, now), state: "finished" };
const served: Answers = {
	[`/jobs/${rec}`]: ended,
	[`${path}/events`]: (q: URLSearchParams) => page(rec, q, now),
	[`${path}/timeline`]: (q: URLSearchParams) => answer(`${path}/timeline`, q, "").body,
};

/** The panel as the address says, as in the application. */
function Screen() {
	return <EventsPanel rec={rec} state={useAddress().state} />;
}

function open(state: ViewState = {}, answers: Answers = {}) {
	return openPanel(<Screen />, { ...served, ...answers }, link({ screen: "events", rec }, state));
}
const stateOf = () => parseState(window.location.hash);
const rows = () => screen.getAllByRole("row").slice(1);
const invocations = () => rows().map((r) => Number(within(r).getAllByRole("gridcell")[1]?.textContent?.replaceAll(",", "")));
const chosen = () => rows().filter((r) => r.getAttribute("aria-selected") === "true");
const command = (id: Parameters<typeof runCommand>[0]) => act(() => void runCommand(id));
const withRows = async () => {
	await waitFor(() => expect(rows().length).toBeGreaterThan(3));
	return screen.getByRole("grid", { name: "Events" });
};
/** The reader scrolls the list so far. */
const scrollTo = (top: number) =>
	act(async () => {
		screen.getByRole("grid").scrollTop = top;
	});
const positions = (q: URLSearchParams | undefined) => `${q?.get("order")} ${q?.get("cursor") ?? q?.get("around") ?? ""}`.trim();

beforeEach(() => roomOf(1200, 520));

describe("what the server is asked", () => {
	it("is the filter and the stretch of time, and nothing that was not chosen", () => {
		expect(questionOf({}, undefined)).toEqual({});
		const from = wallFromMillis(0);
		expect(
			questionOf({ op: "a", subtask: 0, attempt: 1, invocation: 7n, kinds: ["k"], lanes: ["l"], key: "x", text: "y" }, { from }),
		).toEqual({
			op: "a",
			subtask: 0,
			attempt: 1,
			invocation: "7",
			kind: ["k"],
			lane: ["l"],
			key: "x",
			text: "y",
			from: "1970-01-01T00:00:00.000000Z",
		});
	});

	it("is where the link points: an event, a position, a time, or the newest", () => {
		const win = { from: wallFromMillis(0) };
		expect(openingOf({})).toEqual({ kind: "newest" });
		expect(openingOf({ win })).toEqual({ kind: "oldest" });
		expect(openingOf({ at: "a.1.0.7", win })).toEqual({ kind: "position", position: "a.1.0.7" });
		expect(openingOf({ sel: "e7", at: "a.1.0.7" })).toEqual({ kind: "event", cursor: "e7" });
		expect(openingOf({ sel: "e7", follow: true })).toEqual({ kind: "newest" });
	});
});

describe("the list", () => {
	it("opens at the newest event, in order of time", async () => {
		const { asked } = open();
		await withRows();
		const shown = invocations();
		expect(shown.at(-1)).toBe(6003);
		expect(shown).toEqual(shown.toSorted((a, b) => a - b));
		expect(positions(asked.find((a) => a.path === `${path}/events`)?.query)).toBe("desc");
	});

	it("draws only the rows that there is room for", async () => {
		open();
		await withRows();
		expect(rows().length).toBeLessThan(60);
		expect(screen.getByText(/^[\d,]+ events$/)).toBeTruthy();
	});

	it("grows where it is scrolled to, without a hole, a row twice or another order", async () => {
		const { asked } = open();
		await withRows();
		const seen = new Set<number>();
		for (let i = 0; i < 40; i++) {
			const shown = invocations();
			for (const n of shown) seen.add(n);
			expect(shown.findIndex((n, j) => j > 0 && n !== (shown[j - 1] ?? 0) + 1)).toBe(-1);
			const oldest = Math.min(...shown);
			if (oldest < 5000) break;
			await scrollTo(screen.getByRole("grid").scrollTop - 1000);
		}
		expect(Math.min(...seen)).toBeLessThan(5001);
		const pages = asked.filter((a) => a.path === `${path}/events`).map((a) => positions(a.query));
		expect(new Set(pages).size).toBe(pages.length);
		expect(pages.length).toBeGreaterThan(3);
	});

	it("opens at the event of a link, with what is before and after it", async () => {
		open({ sel: "e3000", at: "drop-duplicates.1.0.3001" });
		await withRows();
		await waitFor(() => expect(chosen().map((r) => r.textContent)).toEqual([expect.stringContaining("3,001")]));
		expect(Math.min(...invocations())).toBeLessThan(3001);
		expect(Math.max(...invocations())).toBeGreaterThan(3001);
	});

	it("opens at the position of a link, and selects it", async () => {
		const e = eventAt(rec, 3000, true);
		open({ ...(e.position === undefined ? {} : { at: e.position }) });
		await withRows();
		await waitFor(() => expect(chosen()).toHaveLength(1));
		expect(chosen()[0]?.textContent).toContain("3,001");
	});

	it("says what could not be loaded, keeps what was, and tries again when told to", async () => {
		let broken = true;
		open(
			{},
			{
				[`${path}/events`]: (q: URLSearchParams) => (q.get("cursor") !== null && broken ? { status: 503 } : page(rec, q, now)),
			},
		);
		await withRows();
		await scrollTo(0);
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("earlier events could not be loaded: what was asked for is not there (request R7Q2F4KMX)");
		expect(rows().length).toBeGreaterThan(3);
		broken = false;
		await userEvent.click(within(alert).getByRole("button", { name: "try again" }));
		await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
		expect(rows().length).toBeGreaterThan(3);
	});

	it("says that the search paused after a long stretch without a hit, and goes on from there when told to", async () => {
		const hit = eventAt(rec, 4, true);
		let found = false;
		const { asked } = open(
			{ filter: 'key == "O-0000000"' },
			{
				[`${path}/events`]: (q: URLSearchParams) =>
					found
						? { ...listOf("Event", [hit]), complete: true }
						: { ...listOf("Event", []), next: `e${6000 - Number(q.get("cursor")?.slice(1) ?? 0)}`, complete: false },
			},
		);
		expect(await screen.findByText(/the search has paused/)).toBeTruthy();
		const before = asked.filter((a) => a.path === `${path}/events`).length;
		expect(before).toBe(5);
		found = true;
		await userEvent.click(screen.getByRole("button", { name: "go on upwards" }));
		await waitFor(() => expect(rows()).toHaveLength(1));
		expect(
			asked
				.filter((a) => a.path === `${path}/events`)
				.at(-1)
				?.query.get("cursor"),
		).not.toBeNull();
	});
});

describe("a row", () => {
	const row = (change: Partial<Event>) => ({ ...eventAt(rec, 7, true), ...change });
	const list = (...items: readonly Event[]) => open({}, { [`${path}/events`]: { ...listOf("Event", items), complete: true } });

	it("tells operator, subtask, kind, key, lateness and the record's name", async () => {
		list(row({ kafka: "orders/2@88121", lag_ms: "8400" }));
		await waitFor(() => expect(rows()).toHaveLength(1));
		const text = rows()[0]?.textContent ?? "";
		for (const part of ["Source: orders", "#", "source record", "O-0000001", "8.4s", "orders/2@88121"]) expect(text).toContain(part);
	});

	it("of a gap is hatched", async () => {
		list(row({ kind: "gap", lane: "gap", text: "buffer full" }));
		await waitFor(() => expect(rows()).toHaveLength(1));
		expect(rows()[0]?.className).toContain("hatch");
	});

	it("whose payload has masked fields says so", async () => {
		list(row({ view: { ...jsonView({ email: "pii_contact_7q2f" }), masked: [{ path: "email", class: "pii.contact", action: "token" }] } }));
		expect(await screen.findByRole("img", { name: "has masked fields" })).toBeTruthy();
	});

	it("of a kind that this page does not know is shown by its name", async () => {
		list(row({ kind: "savepoint-note" }));
		expect(await screen.findByText("savepoint-note")).toBeTruthy();
	});
});

describe("states", () => {
	it("loading: the size of the list is there before its rows", () => {
		open({}, { [`${path}/events`]: "never" });
		expect(screen.getByText("loading events")).toBeTruthy();
		expect(screen.getAllByRole("columnheader").length).toBe(10);
	});

	it("empty: nothing is recorded yet, and where to look", async () => {
		open({}, { [`${path}/events`]: { ...listOf("Event", []), complete: true } });
		expect(await screen.findByText("Nothing is recorded here yet")).toBeTruthy();
		expect(screen.getByRole("link", { name: "Agents" }).getAttribute("href")).toBe("/agents");
	});

	it("empty: no event fits, and gaps are not searched", async () => {
		open({ filter: "nothing like it" }, { [`${path}/events`]: { ...listOf("Event", []), complete: true } });
		expect(await screen.findByText("No event fits")).toBeTruthy();
		expect(screen.getByText(/Gaps, if there are any, are not searched/)).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Without filter and window" }));
		expect(stateOf().filter).toBeUndefined();
	});

	it("empty behind a position: what is before it is looked at too, and no pane stays blank", async () => {
		const fits = [eventAt(rec, 4, true), eventAt(rec, 11, true)];
		const events = (before: readonly Event[]) => (q: URLSearchParams) =>
			q.get("around") !== null
				? { ...listOf("Event", []), complete: true }
				: { ...listOf("Event", q.get("order") === "desc" ? before.toReversed() : []), complete: true };
		open({ at: "drop-duplicates.1.0.3001", filter: "SEK" }, { [`${path}/events`]: events(fits) });
		await waitFor(() => expect(invocations()).toEqual([5, 12]));
		open({ at: "drop-duplicates.1.0.3001", filter: "SEK" }, { [`${path}/events`]: events([]) });
		expect(await screen.findByText("No event fits")).toBeTruthy();
	});

	it("error: what failed, with its request; trying again shows the rows", async () => {
		let broken = true;
		open({}, { [`${path}/events`]: (q: URLSearchParams) => (broken ? { status: 500 } : page(rec, q, now)) });
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("The events could not be loaded");
		expect(alert.textContent).toContain("R7Q2F4KMX");
		broken = false;
		await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
		await withRows();
	});

	it("error: without the picture over time the list is there all the same", async () => {
		open({}, { [`${path}/timeline`]: { status: 500 } });
		await withRows();
		expect(await screen.findByText(/No picture over time/)).toBeTruthy();
	});

	it("too many: what headers count is told as about so many, what was searched as so far", async () => {
		open({ filter: 'kind == "record"' });
		await withRows();
		expect(await screen.findByText(/^about [\d,]+ events$/)).toBeTruthy();
		open({ filter: "O-00" });
		await withRows();
		expect(await screen.findByText(/^\d+ events found so far$/)).toBeTruthy();
	});
});

describe("selecting", () => {
	it("a row puts it and its position into the link", async () => {
		open();
		await withRows();
		const e = eventAt(rec, (invocations()[3] ?? 0) - 1, true);
		fireEvent.click(rows()[3] as HTMLElement);
		expect(stateOf()).toMatchObject({ sel: e.cursor, at: e.position });
		expect(chosen()).toHaveLength(1);
	});

	it("by keys goes from row to row and stops at the ends", async () => {
		open();
		const grid = await withRows();
		command("row-up");
		expect(stateOf().sel).toBe("e6002");
		command("row-up");
		expect(stateOf().sel).toBe("e6001");
		fireEvent.keyDown(grid, { key: "ArrowUp" });
		expect(stateOf().sel).toBe("e6000");
		fireEvent.keyDown(grid, { key: "PageUp" });
		expect(Number(stateOf().sel?.slice(1))).toBeLessThan(5990);
		for (let i = 0; i < 3; i++) fireEvent.keyDown(grid, { key: "PageDown" });
		command("row-down");
		expect(stateOf().sel).toBe("e6002");
	});

	it("is told to those who do not see it", async () => {
		const { container } = open({ sel: "e3000", at: "drop-duplicates.1.0.3001" });
		await withRows();
		const e = eventAt(rec, 3000, true);
		await waitFor(() =>
			expect(container.querySelector("p[aria-live=polite]")?.textContent).toBe(`${e.op_name} ${e.subtask}, ${e.kind}, event 3,001`),
		);
	});

	it("ends with Escape", async () => {
		open();
		await withRows();
		command("row-up");
		command("close");
		expect(stateOf()).toEqual({});
		expect(runCommand("close")).toBe(false);
	});

	it("and opening leads to the record's journey", async () => {
		const e = Array.from({ length: 7 }, (_, i) => eventAt(rec, 2996 + i, true)).find((x) => x.kafka !== undefined);
		open({ sel: e?.cursor ?? "", at: e?.position ?? "" });
		await withRows();
		await waitFor(() => expect(chosen()).toHaveLength(1));
		command("open");
		expect(window.location.pathname).toBe(`/r/${rec}/journey/${e?.kafka}`);
	});

	it("goes to the next and the event before of the same task, also when that is not loaded", async () => {
		const [here, next, far] = [eventAt(rec, 3000, true), eventAt(rec, 3009, true), eventAt(rec, 1, true)];
		const there = { ...moment(rec, here.position ?? "", now), before: far.position, after: next.position };
		open({ sel: here.cursor, at: here.position ?? "" }, { [`${path}/at/${here.position}`]: there });
		await withRows();
		expect(await screen.findByText("Went through")).toBeTruthy();
		command("event-next");
		expect(stateOf()).toMatchObject({ at: next.position, sel: next.cursor });
		act(() => go(link({ screen: "events", rec }, { sel: here.cursor, at: here.position ?? "" })));
		command("event-back");
		await waitFor(() => expect(chosen()[0]?.textContent).toMatch(/^2\d\d:/));
		expect(stateOf().at).toBe(far.position);
	});
});

describe("a selected event", () => {
	const at = eventAt(rec, 3003, true).position ?? "";
	const select = async (i: number, answers: Answers = {}, more: ViewState = {}) => {
		const e = eventAt(rec, i, true);
		const view = open(
			{ sel: e.cursor, ...(e.position === undefined ? {} : { at: e.position }), ...more },
			{ [`${path}/at/${e.position}`]: moment(rec, e.position ?? "", now), ...answers },
		);
		await screen.findByRole("tree");
		return view;
	};
	const source = 3003 - (3003 % 7);
	const bytes = () => screen.getByRole("region", { name: "Bytes" });
	const marked = () => [
		...new Set([...bytes().querySelectorAll<HTMLElement>("[data-at][class*=marked]")].map((c) => Number(c.dataset.at))),
	];
	const field = (name: string) => screen.getAllByRole("treeitem").find((l) => l.textContent?.startsWith(name)) as HTMLElement;

	it("a field marks its bytes, a byte its field, and the link says which", async () => {
		await select(source);
		await userEvent.click(field("currency"));
		const places = marked();
		const shown = places.map((p) => bytes().querySelectorAll(`[data-at="${p}"]`)[1]?.textContent).join("");
		expect(shown).toMatch(/^"[A-Z]{3}"$/);
		expect(bytes().textContent).toContain(`bytes 0x${places[0]?.toString(16)} to 0x${places.at(-1)?.toString(16)}`);
		const path = stateOf().field;
		await userEvent.click(field("value"));
		expect(stateOf().field).toBe("root");
		await userEvent.click(bytes().querySelector(`[data-at="${(places[0] ?? 0) + 2}"]`) as HTMLElement);
		expect(stateOf().field).toBe(path);
		expect(field("currency").getAttribute("aria-selected")).toBe("true");
	});

	it("is restored from a link with the field that was selected", async () => {
		await select(source, {}, { field: "1" });
		expect(field("eventTime").getAttribute("aria-selected")).toBe("true");
		expect(marked().length).toBe(13);
	});

	it("shows its other values: key, headers", async () => {
		await select(source);
		await userEvent.click(screen.getByRole("radio", { name: "headers 1" }));
		expect(stateOf().tab).toBe("headers");
		expect(field("traceparent")).toBeTruthy();
		expect(bytes().textContent).toContain("No value, no bytes.");
	});

	it("says what was not decoded, what is masked and what was cut", async () => {
		const view = {
			...jsonView({ email: "pii_contact_7q2f" }),
			reason: "the schema is not known",
			bytes_cut: true,
			size: 90_000,
			hidden: [{ off: 9, len: 4 }],
			masked: [{ path: "email", class: "pii.contact", action: "token" }],
		};
		open({ sel: "e7" }, { [`${path}/events`]: { ...listOf("Event", [{ ...eventAt(rec, 7, true), view }]), complete: true } });
		await screen.findByRole("tree");
		expect(screen.getByText(/Not decoded whole: the schema is not known/)).toBeTruthy();
		expect(bytes().textContent).toContain("1 field masked");
		expect(bytes().textContent).toContain("cut: 90,000 bytes in all");
		expect(bytes().querySelector('[data-at="10"]')?.textContent).toBe("--");
	});

	it("says that the policy shows no bytes", async () => {
		const { bytes: _bytes, ...view } = jsonView({ a: 1 });
		open({ sel: "e7" }, { [`${path}/events`]: { ...listOf("Event", [{ ...eventAt(rec, 7, true), view }]), complete: true } });
		expect(await screen.findByText("The policy shows no bytes of this value.")).toBeTruthy();
	});

	it("tells what happened at its position: watermark and lateness, what came in and went out", async () => {
		const e = eventAt(rec, source, true);
		const m = moment(rec, e.position ?? "", now);
		await select(source, {
			[`${path}/at/${e.position}`]: {
				...m,
				watermark: toRfc3339(wallFromMillis(Date.parse((e.event_time ?? "").slice(0, 23)) + 8_400)),
				gaps: gaps(rec),
			},
		});
		const there = screen.getByRole("region", { name: "At this position" });
		expect(await within(there).findByText(/late by 8\.4 s/)).toBeTruthy();
		expect(there.textContent).toContain("1 in, 1 out");
		expect(there.textContent).toContain("1 gap here: not proven");
		expect(
			within(there)
				.getAllByRole("link", { name: m?.input?.kafka ?? "" })[0]
				?.getAttribute("href"),
		).toBe(`/r/${rec}/journey/${m?.input?.kafka}`);
	});

	it("says when its position could not be loaded, and tries again when told to", async () => {
		const e = eventAt(rec, source, true);
		let broken = true;
		await select(source, { [`${path}/at/${e.position}`]: () => (broken ? { status: 500 } : moment(rec, e.position ?? "", now)) });
		const there = screen.getByRole("region", { name: "At this position" });
		const alert = await within(there).findByRole("alert");
		expect(alert.textContent).toContain("R7Q2F4KMX");
		broken = false;
		await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
		expect(await within(there).findByText("Went through")).toBeTruthy();
	});

	it("of a job has no position and says what it is", async () => {
		const { position: _position, key: _key, headers: _headers, ...job } = eventAt(rec, 7, false);
		const e = { ...job, kind: "job-state", lane: "job", op: "", op_name: "", body: { state: "running" } };
		open({ sel: "e7" }, { [`${path}/events`]: { ...listOf("Event", [e]), complete: true } });
		const there = await screen.findByRole("region", { name: "At this position" });
		expect(there.textContent).toContain("the job changes its state");
		expect(field("state")).toBeTruthy();
	});

	it("narrows the list to its key or its operator", async () => {
		await select(source);
		await userEvent.click(screen.getByRole("button", { name: "Filter by key" }));
		expect(stateOf().filter).toBe(`key == "${eventAt(rec, source, true).key?.node?.value}"`);
		await userEvent.click(await screen.findByRole("button", { name: "Only this operator" }));
		expect(stateOf().filter).toContain('op == "source-orders" && key ==');
	});

	it("stays on the screen when the list has gone elsewhere", async () => {
		await select(source);
		expect(at).not.toBe("");
		fireEvent.keyDown(screen.getByRole("slider"), { key: "Home" });
		await scrollTo(0);
		await withRows();
		expect(screen.getByRole("tree")).toBeTruthy();
	});
});

describe("the filter", () => {
	const field = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Filter" });
	const asks = (asked: ReturnType<typeof open>["asked"]) => asked.filter((a) => a.path === `${path}/events`);

	it("takes effect with Enter, and the server is asked for exactly that", async () => {
		const { asked } = open();
		await withRows();
		await userEvent.type(field(), 'op == "drop-duplicates" && kind in [["record"]{Enter}');
		expect(stateOf().filter).toBe('op == "drop-duplicates" && kind in ["record"]');
		await waitFor(() =>
			expect([...(asks(asked).at(-1)?.query ?? [])]).toEqual([
				["op", "drop-duplicates"],
				["kind", "record"],
				["order", "desc"],
				["limit", "200"],
			]),
		);
		await waitFor(() => expect(rows().every((r) => r.textContent?.includes("drop duplicates"))).toBe(true));
	});

	it("that cannot be answered exactly is refused where it is typed, with the place, and asked of nobody", async () => {
		const { asked } = open();
		await withRows();
		const before = asks(asked).length;
		await userEvent.type(field(), 'op == "a" || op == "b"{Enter}');
		expect(field().getAttribute("aria-invalid")).toBe("true");
		expect(screen.getByText(/\|\| cannot be answered exactly yet.*at character 11/)).toBeTruthy();
		expect(stateOf().filter).toBeUndefined();
		expect(asks(asked)).toHaveLength(before);
	});

	it("of a link that is refused says so, and nothing is asked with half of it", async () => {
		const { asked } = open({ filter: 'op == "a" && late' });
		await withRows();
		expect(screen.getByText(/late cannot be filtered by exactly/)).toBeTruthy();
		expect(asks(asked).every((a) => a.query.get("op") === null)).toBe(true);
	});

	it("is reached by its key, and Escape gives back what it was", async () => {
		open({ filter: "O-00" });
		await withRows();
		command("filter");
		expect(document.activeElement).toBe(field());
		await userEvent.keyboard("1{Escape}");
		expect(field().value).toBe("O-00");
		expect(stateOf().filter).toBe("O-00");
		expect(document.activeElement).not.toBe(field());
	});

	it("is cleared by its button", async () => {
		open({ filter: "O-00" });
		await withRows();
		await userEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
		expect(stateOf().filter).toBeUndefined();
		expect(field().value).toBe("");
	});

	it("stands there in parts too, each to be taken away", async () => {
		open({ filter: 'op == "drop-duplicates" && subtask == 2 && kind in ["record", "watermark"] && key == "o-77"' });
		for (const [name, rest] of [
			["Any operator, not only drop-duplicates", 'subtask == 2 && kind in ["record", "watermark"] && key == "o-77"'],
			["Any subtask", 'kind in ["record", "watermark"] && key == "o-77"'],
			["Not only watermark", 'kind == "record" && key == "o-77"'],
			["Any key", 'kind == "record"'],
		] as const) {
			await userEvent.click(screen.getByRole("button", { name }));
			expect(stateOf().filter).toBe(rest);
		}
	});

	it("is chosen from lists as well, those of the job", async () => {
		open();
		await withRows();
		await userEvent.click(screen.getByRole("button", { name: "operator" }));
		await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "convert to euro" }));
		expect(stateOf().filter).toBe('op == "convert-to-euro"');
		await userEvent.click(screen.getByRole("button", { name: "kind" }));
		const emit = await screen.findByRole("menuitemcheckbox", { name: /^emit record/ });
		await userEvent.click(emit);
		expect(emit.getAttribute("aria-checked")).toBe("true");
		expect(stateOf().filter).toBe('op == "convert-to-euro" && kind == "record"');
	});
});

describe("the stretch of time", () => {
	const from = wallFromMillis(began / 1000 + 1000);
	const to = wallFromMillis(began / 1000 + 2000);

	it("of a link bounds the list, and is a chip to take away", async () => {
		const { asked } = open({ win: { from, to } });
		await withRows();
		const query = asked.find((a) => a.path === `${path}/events`)?.query;
		expect([query?.get("from"), query?.get("to"), query?.get("order")]).toEqual([toRfc3339(from), toRfc3339(to), "asc"]);
		await userEvent.click(screen.getByRole("button", { name: "The whole recording" }));
		expect(stateOf().win).toBeUndefined();
	});

	it("is zoomed and moved by keys", async () => {
		const timeline = {
			...(answer(`${path}/timeline`, new URLSearchParams(), "").body as object),
			from: toRfc3339(wallFromMillis(began / 1000)),
			to: toRfc3339(wallFromMillis(began / 1000 + 4000)),
		};
		open({}, { [`${path}/timeline`]: timeline });
		await withRows();
		await screen.findByRole("slider");
		const seconds = () => [stateOf().win?.from, stateOf().win?.to].map((t) => (t === undefined ? undefined : (Number(t) - began) / 1e6));
		command("zoom-in");
		expect(seconds()).toEqual([1, 3]);
		command("pan-right");
		expect(seconds()).toEqual([1.5, 3.5]);
		command("pan-left");
		command("zoom-out");
		expect(stateOf().win).toBeUndefined();
		command("zoom-in");
		command("fit");
		expect(stateOf().win).toBeUndefined();
	});

	it("a moment chosen in the picture is where the list goes", async () => {
		const { asked } = open();
		await withRows();
		const slider = await screen.findByRole("slider", { name: /Events over time/ });
		for (const key of ["Home", "ArrowRight", "Enter"]) fireEvent.keyDown(slider, { key });
		await waitFor(() => {
			const last = asked.filter((a) => a.path === `${path}/events`).slice(-2);
			expect(last.map((a) => a.query.get("order")).sort()).toEqual(["asc", "desc"]);
			expect(last.every((a) => a.query.get("from") !== null || a.query.get("to") !== null)).toBe(true);
		});
	});
});

describe("following", () => {
	const running = { [`/jobs/${rec}`]: detail(rec, now) };
	const live = `${path}/events/live`;

	it("is for a run that goes on only", async () => {
		open();
		await withRows();
		expect(screen.getByRole<HTMLButtonElement>("button", { name: "Follow" }).disabled).toBe(true);
		expect(runCommand("follow")).toBe(false);
	});

	it("begins behind the newest row, so that nothing falls between", async () => {
		const feed = new Feed();
		open({ follow: true }, { ...running, [live]: feed });
		await withRows();
		await waitFor(() => expect(feed.open).toBe(1));
		expect(feed.connections[0]?.headers.get("Last-Event-ID")).toBe("e6002");
	});

	it("shows what arrives at the end of the list", async () => {
		const feed = new Feed();
		open({ follow: true }, { ...running, [live]: feed });
		await withRows();
		await waitFor(() => expect(feed.open).toBe(1));
		for (let i = 6003; i < 6010; i++) feed.send(eventAt(rec, i, true), `e${i}`);
		await waitFor(() => expect(invocations().at(-1)).toBe(6010));
		expect(screen.getByRole("button", { name: "Following" }).getAttribute("aria-pressed")).toBe("true");
	});

	it("asks the stream for what the filter says", async () => {
		const feed = new Feed();
		open({ follow: true, filter: 'kind == "record"' }, { ...running, [live]: feed });
		await waitFor(() => expect(feed.open).toBe(1));
		expect(new URL(feed.connections[0]?.url ?? "", "http://x").search).toBe("?kind=record");
	});

	it("says while nothing has come that it waits", async () => {
		open({ follow: true }, { ...running, [live]: new Feed(), [`${path}/events`]: { ...listOf("Event", []), complete: true } });
		expect(await screen.findByText("Waiting for the next event")).toBeTruthy();
	});

	it("that broke off says how old the list is, and why", async () => {
		const feed = new Feed();
		open({ follow: true }, { ...running, [live]: feed });
		await withRows();
		await waitFor(() => expect(feed.open).toBe(1));
		feed.send(eventAt(rec, 6003, true), "e6003");
		await waitFor(() => expect(invocations().at(-1)).toBe(6004));
		feed.refuse(new Error("connection refused"));
		feed.cut();
		const banner = await screen.findByText(/Not live/);
		expect(banner.parentElement?.textContent).toMatch(/What you see is from (now|\d+ s ago): the server cannot be reached/);
		expect(invocations().at(-1)).toBe(6004);
	});

	it("ends when the reader scrolls away from the newest, or by its key", async () => {
		const feed = new Feed();
		open({ follow: true }, { ...running, [live]: feed });
		await withRows();
		await waitFor(() => expect(feed.open).toBe(1));
		await scrollTo(100);
		expect(stateOf().follow).toBeUndefined();
		command("follow");
		expect(stateOf().follow).toBe(true);
		command("follow");
		expect(stateOf().follow).toBeUndefined();
	});
});

it("every view of it is restored from its link", async () => {
	open({ filter: 'kind == "record"', sel: "e3004", at: eventAt(rec, 3004, true).position ?? "", field: "0", tab: "value" });
	await screen.findByRole("tree");
	const before = formatAddress({ page: { screen: "events", rec }, state: stateOf() });
	expect(window.location.pathname + decodeURIComponent(window.location.hash)).toBe(decodeURIComponent(before));
	expect(screen.getByRole("treeitem", { selected: true })).toBeTruthy();
});

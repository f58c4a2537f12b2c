import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { eventAt, page } from "../../../mock/events";
import { detail } from "../../../mock/jobs";
import { moment } from "../../../mock/lineage";
import { jsonView } from "../../../mock/payload";
import { chosen, command, invocations, now, open, path, rec, rows, scrollTo, stateOf, withRows } from "../../../test/eventsScreen";
import { Feed } from "../../../test/feed";
import { listOf } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { Event } from "../../api/schema";
import { link } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { go } from "../../model/navigation";

const positions = (q: URLSearchParams | undefined) => `${q?.get("order")} ${q?.get("cursor") ?? q?.get("around") ?? ""}`.trim();

beforeEach(() => roomOf(1200, 520));

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

	it("is not begun before the list is there: it would not know behind what", async () => {
		const feed = new Feed();
		open({ follow: true }, { ...running, [live]: feed, [`${path}/events`]: "never" });
		await screen.findByRole("button", { name: "Following" });
		expect(feed.open).toBe(0);
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

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { eventAt, page } from "../../../mock/events";
import { began } from "../../../mock/jobs";
import { chosen, command, invocations, now, open, path, rec, rows, stateOf, withRows } from "../../../test/eventsScreen";
import { press, retype, textOf } from "../../../test/filterEditor";
import { listOf } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import type { Event } from "../../api/schema";
import { toRfc3339, wallFromMillis } from "../../base/time";
import { formatAddress } from "../../model/address";
import { openingOf, questionOf } from "./EventsPanel";

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

	it("error: without the picture over time the list is there all the same; it can be asked for again", async () => {
		let broken = true;
		const timeline = (q: URLSearchParams) => (broken ? { status: 500 } : answer(`${path}/timeline`, q, "").body);
		open({}, { [`${path}/timeline`]: timeline });
		await withRows();
		expect(await screen.findByText(/No picture over time/)).toBeTruthy();
		broken = false;
		await userEvent.click(screen.getByRole("button", { name: "try again" }));
		expect(await screen.findByRole("slider")).toBeTruthy();
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

describe("the filter", () => {
	const field = () => screen.getByRole("textbox", { name: "Filter" });
	const asks = (asked: ReturnType<typeof open>["asked"]) => asked.filter((a) => a.path === `${path}/events`);

	it("takes effect with Enter, and the server is asked for exactly that", async () => {
		const { asked } = open();
		await withRows();
		retype(field(), 'op == "drop-duplicates" && kind in ["record"]');
		press(field(), "Enter");
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

	it("that is not finished is refused where it is typed, with the place, and asked of nobody", async () => {
		const { asked } = open();
		await withRows();
		const before = asks(asked).length;
		retype(field(), 'op == "a" && (op == "b"');
		press(field(), "Enter");
		expect(field().getAttribute("aria-invalid")).toBe("true");
		expect(screen.getByText(/\) is wanted here.*at character 24/)).toBeTruthy();
		expect(stateOf().filter).toBeUndefined();
		expect(asks(asked)).toHaveLength(before);
	});

	it("of a link that is refused says so, and nothing is asked with half of it", async () => {
		const { asked } = open({ filter: 'op == "a" && (late' });
		await withRows();
		expect(screen.getByText(/\) is wanted here/)).toBeTruthy();
		expect(asks(asked).every((a) => a.query.get("op") === null)).toBe(true);
	});

	it("is reached by its key, and Escape gives back what it was", async () => {
		open({ filter: "O-00" });
		await withRows();
		command("filter");
		expect(document.activeElement).toBe(field());
		press(field(), "Escape");
		expect(textOf(field())).toBe("O-00");
		expect(stateOf().filter).toBe("O-00");
		expect(document.activeElement).not.toBe(field());
	});

	it("that only the server reads is asked of it whole, beside what has a parameter of its own", async () => {
		const { asked } = open({ filter: 'op == "drop-duplicates" && (late || value.amount > 50)' });
		await waitFor(() => expect(asks(asked)).not.toHaveLength(0));
		expect(asks(asked).at(-1)?.query.get("op")).toBe("drop-duplicates");
		expect(asks(asked).at(-1)?.query.get("where")).toBe("(late || value.amount > 50)");
		await userEvent.click(screen.getByRole("button", { name: /^Without this term: / }));
		expect(stateOf().filter).toBe('op == "drop-duplicates"');
	});

	it("is cleared by its button", async () => {
		open({ filter: "O-00" });
		await withRows();
		await userEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
		expect(stateOf().filter).toBeUndefined();
		expect(textOf(field())).toBe("");
	});

	it("stands there in parts too, each to be taken away", async () => {
		open({ filter: 'op == "drop-duplicates" && subtask == 2 && kind in ["record", "watermark"] && key == "o-77"' });
		for (const [name, rest] of [
			[/^Any operator: drop/, 'subtask == 2 && kind in ["record", "watermark"] && key == "o-77"'],
			[/^Any subtask: subtask /, 'kind in ["record", "watermark"] && key == "o-77"'],
			[/^Not only: watermark/, 'kind == "record" && key == "o-77"'],
			[/^Any key: key o-77/, 'kind == "record"'],
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
		await userEvent.click(screen.getByRole("button", { name: /^The whole recording: / }));
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

it("without a choice no event is shown as chosen, not even one that has no position; K begins at the newest", async () => {
	const { position: _, ...outside } = eventAt(rec, 0, false);
	const items = [outside, ...[1, 2, 3, 4].map((i) => eventAt(rec, i, true))].toReversed();
	open({}, { [`${path}/events`]: { ...listOf("Event", items), complete: true } });
	await withRows();
	expect(chosen()).toEqual([]);
	command("row-up");
	expect(stateOf().sel).toBe("e4");
	command("row-up");
	expect(stateOf().sel).toBe("e3");
});

it("every view of it is restored from its link", async () => {
	open({ filter: 'kind == "record"', sel: "e3004", at: eventAt(rec, 3004, true).position ?? "", field: "0", tab: "value" });
	await screen.findByRole("tree");
	const before = formatAddress({ page: { screen: "events", rec }, state: stateOf() });
	expect(window.location.pathname + decodeURIComponent(window.location.hash)).toBe(decodeURIComponent(before));
	expect(screen.getByRole("treeitem", { selected: true })).toBeTruthy();
});

import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { eventAt } from "../../../mock/events";
import { moment } from "../../../mock/lineage";
import { jsonView } from "../../../mock/payload";
import { now, open, path, rec, scrollTo, stateOf, withRows } from "../../../test/eventsScreen";
import { type Answers, listOf } from "../../../test/openPanel";
import { roomOf } from "../../../test/sizes";
import { toRfc3339, wallFromMillis } from "../../base/time";
import type { ViewState } from "../../model/address";

beforeEach(() => roomOf(1200, 520));

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

	it("says what became of a write's transaction, and what the log says", async () => {
		const position = eventAt(rec, source, true).position ?? "";
		const m = moment(rec, position, now);
		const line = eventAt(rec, 1, true);
		const transaction = { id: "orders-0-7", producer: "4001", epoch: 3, outcome: "aborted" };
		await select(source, {
			[`${path}/at/${position}`]: {
				...m,
				writes: [{ ...eventAt(rec, 2, true), kafka: "totals/0@41", transaction }],
				logs: [{ ...line, kind: "log-line", lane: "log", text: "WARN Sale: no rate" }],
			},
		});
		expect(await screen.findByText("orders-0-7")).toBeTruthy();
		expect(screen.getByText("orders-0-7").parentElement?.textContent).toBe("aborted orders-0-7");
		expect(screen.getByText("WARN Sale: no rate")).toBeTruthy();
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
				more: true,
				path: { ...m?.path, cut: true },
			},
		});
		const there = screen.getByRole("region", { name: "At this position" });
		expect(await within(there).findByText(/late by 8\.4 s/)).toBeTruthy();
		expect(there.textContent).toContain("1 in, 1 out");
		expect(there.textContent).toContain("more than the recorder keeps of one invocation");
		expect(there.textContent).toContain("not all that went out is listed here");
		expect(
			within(there)
				.getAllByRole("link", { name: m?.input?.kafka ?? "" })[0]
				?.getAttribute("href"),
		).toBe(`/r/${rec}/journey/${m?.input?.kafka}`);
	});

	it("tells what operators did, by operator and key, and leads to each step", async () => {
		const e = eventAt(rec, source, true);
		const step = (i: number, kind: string, text: string, more = {}) => ({
			...eventAt(rec, i, false),
			kind,
			lane: "state",
			op_name: "window",
			key: jsonView("m-fjord"),
			text,
			cursor: `e${i}`,
			...more,
		});
		const before = jsonView({ cents: 5, count: 1 });
		const after = jsonView({ cents: 12, count: 1 });
		const steps = [
			step(source + 1, "window-assigned", "into the window [8:00, 8:01)"),
			step(source + 2, "state-written", "added to window-contents: {cents: 5…", {
				state: { name: "window-contents", kind: "aggregating", backend: "heap", ttl_ms: "0", before, after },
			}),
			step(source + 3, "state-read", "read rules", { op_name: "filter" }),
		];
		await select(source, { [`${path}/at/${e.position}`]: { ...moment(rec, e.position ?? "", now), steps } });
		const there = screen.getByRole("region", { name: "At this position" });
		const window = await within(there).findByRole("region", { name: 'window, key "m-fjord"' });
		expect(within(window).getAllByRole("button")).toHaveLength(2);
		expect(within(there).getByRole("region", { name: 'filter, key "m-fjord"' }).textContent).toContain("read rules");
		// The line is cut: the member that changed is shown, the other is not.
		expect(window.textContent).toMatch(/cents\s*5\s*12/);
		expect(window.textContent).not.toMatch(/count\s*1/);
		await userEvent.click(within(window).getByRole("button", { name: /added to window-contents/ }));
		expect(stateOf().sel).toBe(`e${source + 2}`);
	});

	it("says why what came in is not known, rather than that there was nothing", async () => {
		const e = eventAt(rec, source, true);
		const { input: _input, ...m } = moment(rec, e.position ?? "", now) ?? {};
		await select(source, { [`${path}/at/${e.position}`]: { ...m, input_note: "a gap hides it: buffer full" } });
		const there = screen.getByRole("region", { name: "At this position" });
		expect(await within(there).findByText("a gap hides it: buffer full")).toBeTruthy();
		expect(there.textContent).not.toContain("no record:");
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

import { describe, expect, it } from "vitest";
import { forSeeds } from "../../../test/random";
import { cursorAt, type Direction, emptyWindow, failed, follow, grow, loading, mostRows, openWindow, type Page } from "./eventWindow";

type Row = { readonly cursor: string; readonly n: number };
const row = (n: number): Row => ({ cursor: `c${n}`, n });
const place = (cursor: string) => Number(cursor.slice(1));

/** A recording of events 0 to size - 1, of which a page shows those behind a cursor. */
function page(size: number, order: Direction, cursor: string | undefined, limit: number): Page<Row> {
	const step = order === "down" ? 1 : -1;
	const first = cursor === undefined ? (order === "down" ? 0 : size - 1) : place(cursor) + step;
	const items: Row[] = [];
	for (let n = first; n >= 0 && n < size && items.length < limit; n += step) items.push(row(n));
	const last = items.at(-1)?.n ?? first - step;
	const more = order === "down" ? last < size - 1 : last > 0;
	return { items, complete: true, ...(more ? { next: `c${last}` } : {}) };
}

describe("a window of rows", () => {
	it("has no hole, no row twice and no more than it may, however it is moved", () => {
		forSeeds(60, (r) => {
			let size = r.int(1, 30_000);
			const start = r.int(0, size - 1);
			let w = openWindow(1, page(size, "up", `c${start}`, 200), page(size, "down", `c${start - 1}`, 200));
			const openedAt = w.rows[0]?.n ?? 0;
			for (let i = 0; i < 60; i++) {
				const direction = r.pick(["up", "down"] as const);
				if (w.down.kind === "end" && r.int(0, 3) === 0) {
					const more = r.int(1, 700);
					// Some of what arrives is on the screen already, and the order of arrival is that of time.
					const from = Math.max(0, (w.rows.at(-1)?.n ?? 0) - r.int(0, 5));
					size += more;
					w = follow(
						w,
						Array.from({ length: size - from }, (_, j) => row(from + j)),
					);
				} else if (w[direction].kind !== "end" || direction === "down") {
					w = grow(loading(w, direction), direction, page(size, direction, cursorAt(w, direction), r.int(1, 900)));
				}
				const first = w.rows[0]?.n ?? 0;
				expect(
					w.rows.findIndex((x, j) => x.n !== first + j),
					`a row out of place after step ${i}`,
				).toBe(-1);
				expect(w.rows.length).toBeLessThanOrEqual(mostRows);
				// What the list scrolls by when rows come or go above: so that nothing moves under the reader's eyes.
				expect(w.shift).toBe(openedAt - first);
				expect(w.opening).toBe(1);
			}
		});
	});

	it("reaches both ends of the recording", () => {
		let w = openWindow(1, page(1000, "up", "c500", 100), page(1000, "down", "c499", 100));
		for (let i = 0; i < 20 && w.up.kind !== "end"; i++) w = grow(w, "up", page(1000, "up", cursorAt(w, "up"), 100));
		for (let i = 0; i < 20 && w.down.kind !== "end"; i++) w = grow(w, "down", page(1000, "down", cursorAt(w, "down"), 100));
		expect([w.rows[0]?.n, w.rows.at(-1)?.n, w.up.kind, w.down.kind]).toEqual([0, 999, "end", "end"]);
	});
});

describe("an end", () => {
	it("waits to be told when a long stretch held nothing, and knows where it is", () => {
		const w = grow(openWindow(1, undefined, { items: [row(7)], complete: true, next: "c7" }), "down", {
			items: [],
			complete: false,
			next: "c9000",
		});
		expect(w.down).toEqual({ kind: "paused", cursor: "c9000" });
		expect(cursorAt(w, "down")).toBe("c9000");
		expect(cursorAt(loading(w, "down"), "down")).toBe("c9000");
	});

	it("is asked again from the same place after it failed", () => {
		const w = grow(openWindow<Row>(1, undefined, undefined), "up", { items: [], complete: false, next: "c40" });
		const broken = failed(loading(w, "up"), "up", new Error("no"));
		expect(broken.up).toMatchObject({ kind: "failed", cursor: "c40" });
		expect(cursorAt(broken, "up")).toBe("c40");
		expect(broken.rows).toBe(w.rows);
	});

	it("that was never asked begins behind the outermost row", () => {
		const w = openWindow(1, undefined, { items: [row(3), row(4)], complete: true });
		expect([cursorAt(w, "up"), cursorAt(w, "down")]).toEqual(["c3", "c4"]);
		expect(cursorAt(emptyWindow<Row>(1), "up")).toBeUndefined();
	});

	it("where rows were dropped can be asked for again", () => {
		let w = openWindow(1, undefined, page(9000, "down", undefined, 4000));
		w = grow(w, "down", page(9000, "down", cursorAt(w, "down"), 500));
		expect([w.rows[0]?.n, w.up, w.shift]).toEqual([500, { kind: "open" }, -500]);
		w = grow(w, "up", page(9000, "up", cursorAt(w, "up"), 500));
		expect([w.rows[0]?.n, w.rows.at(-1)?.n, w.down, w.shift]).toEqual([0, 3999, { kind: "open" }, 0]);
	});
});

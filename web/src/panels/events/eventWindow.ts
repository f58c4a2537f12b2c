/**
 * The rows of a list that may have millions: only a window of them is loaded, and it grows at the end that is looked at and shrinks at
 * the other. Pure; the hook beside it does the asking.
 */

/** What a row must have: a place in the order of events. */
export type Placed = { readonly cursor: string };

export type EndState =
	/** More can be asked for. */
	| { readonly kind: "open"; readonly cursor?: string }
	| { readonly kind: "loading"; readonly cursor?: string }
	/** The search looked at a long stretch without finding anything, and waits to be told to go on. */
	| { readonly kind: "paused"; readonly cursor: string }
	| { readonly kind: "failed"; readonly cursor?: string; readonly problem: unknown }
	/** Nothing is beyond; at the lower end of a running recording more may come. */
	| { readonly kind: "end" };

export type EventWindow<Row extends Placed> = {
	/** In order of time. */
	readonly rows: readonly Row[];
	readonly up: EndState;
	readonly down: EndState;
	/** Rows put before the first one since the window was opened, less those dropped there: how far the list has moved down. */
	readonly shift: number;
	/** Goes up with every opening: what answers an older opening is not taken in. */
	readonly opening: number;
};

export type Direction = "up" | "down";

export const mostRows = 4_000;

export function emptyWindow<Row extends Placed>(opening: number): EventWindow<Row> {
	return { rows: [], up: { kind: "loading" }, down: { kind: "loading" }, shift: 0, opening };
}

/** What a page says about its end: its rows in the order they were asked for, and where to go on. */
export type Page<Row extends Placed> = { readonly items: readonly Row[]; readonly next?: string | undefined; readonly complete: boolean };

export function endOf<Row extends Placed>(page: Page<Row>): EndState {
	if (page.next === undefined) return { kind: "end" };
	return page.items.length === 0 ? { kind: "paused", cursor: page.next } : { kind: "open", cursor: page.next };
}

/** Opens a window between two stretches: rows before the place (nearest first, as a descending page has them) and rows from it on. */
export function openWindow<Row extends Placed>(
	opening: number,
	before: Page<Row> | undefined,
	after: Page<Row> | undefined,
): EventWindow<Row> {
	return {
		rows: withoutTwice([...(before?.items.toReversed() ?? []), ...(after?.items ?? [])]),
		up: before === undefined ? { kind: "open" } : endOf(before),
		down: after === undefined ? { kind: "open" } : endOf(after),
		shift: 0,
		opening,
	};
}

function withoutTwice<Row extends Placed>(rows: readonly Row[]): readonly Row[] {
	const seen = new Set<string>();
	return rows.filter((r) => !seen.has(r.cursor) && seen.add(r.cursor));
}

function fresh<Row extends Placed>(w: EventWindow<Row>, items: readonly Row[]): readonly Row[] {
	const seen = new Set(w.rows.map((r) => r.cursor));
	return withoutTwice(items).filter((r) => !seen.has(r.cursor));
}

/** Takes in a page that was asked for at one end. */
export function grow<Row extends Placed>(w: EventWindow<Row>, direction: Direction, page: Page<Row>): EventWindow<Row> {
	const items = fresh(w, page.items);
	if (direction === "down") return trim({ ...w, rows: [...w.rows, ...items], down: endOf(page) }, "up");
	return trim({ ...w, rows: [...items.toReversed(), ...w.rows], up: endOf(page), shift: w.shift + items.length }, "down");
}

/** Takes in what arrived by itself. */
export function follow<Row extends Placed>(w: EventWindow<Row>, items: readonly Row[]): EventWindow<Row> {
	return trim({ ...w, rows: [...w.rows, ...fresh(w, items)], down: { kind: "end" } }, "up");
}

/** Drops rows at the given end until the window is small enough; they can be asked for again. */
function trim<Row extends Placed>(w: EventWindow<Row>, end: Direction): EventWindow<Row> {
	const over = w.rows.length - mostRows;
	if (over <= 0) return w;
	if (end === "up") return { ...w, rows: w.rows.slice(over), up: { kind: "open" }, shift: w.shift - over };
	return { ...w, rows: w.rows.slice(0, mostRows), down: { kind: "open" } };
}

export function loading<Row extends Placed>(w: EventWindow<Row>, direction: Direction): EventWindow<Row> {
	const end = w[direction];
	const cursor = "cursor" in end ? end.cursor : undefined;
	return { ...w, [direction]: cursor === undefined ? { kind: "loading" } : { kind: "loading", cursor } };
}

export function failed<Row extends Placed>(w: EventWindow<Row>, direction: Direction, problem: unknown): EventWindow<Row> {
	const end = w[direction];
	const cursor = "cursor" in end ? end.cursor : undefined;
	return { ...w, [direction]: cursor === undefined ? { kind: "failed", problem } : { kind: "failed", problem, cursor } };
}

/** Where the next page at an end begins: behind its cursor, or behind the outermost row. */
export function cursorAt<Row extends Placed>(w: EventWindow<Row>, direction: Direction): string | undefined {
	const end = w[direction];
	if ("cursor" in end && end.cursor !== undefined) return end.cursor;
	return direction === "up" ? w.rows[0]?.cursor : w.rows.at(-1)?.cursor;
}

/**
 * Which column each card of a journey stands in. Lanes stand beside each other and own their columns; inside a lane a card stands right of
 * what led to it. ELK is given the columns, because it knows no lanes whose cards have no arrows between them.
 */
import type { Scene } from "./scene";

/** A card, or the words of an arrow through state, which need room of their own. */
export type Cell = { readonly id: string; readonly lane: string; readonly width: number; readonly height: number };
export type Wire = { readonly id: string; readonly from: string; readonly to: string; readonly link: string };
export type Grid = { readonly cells: readonly Cell[]; readonly wires: readonly Wire[]; readonly column: ReadonlyMap<string, number> };

export const wordsOf = (link: string) => `words ${link}`;
const wordsSize = { width: 88, height: 30 };

export function gridOf(s: Scene): Grid {
	const laneOf = new Map(s.items.map((i) => [i.id, i.lane]));
	const cells: Cell[] = s.items.map(({ id, lane, width, height }) => ({ id, lane, width, height }));
	const wires: Wire[] = [];
	for (const l of s.links) {
		if (l.loose) continue;
		if (l.kind !== "state") {
			wires.push({ id: l.id, from: l.from, to: l.to, link: l.id });
			continue;
		}
		const words = wordsOf(l.id);
		cells.push({ id: words, lane: laneOf.get(l.from) ?? "", ...wordsSize });
		wires.push({ id: `${l.id} 1`, from: l.from, to: words, link: l.id }, { id: `${l.id} 2`, from: words, to: l.to, link: l.id });
	}
	return { cells, wires, column: columnsOf(s, cells, wires) };
}

function columnsOf(s: Scene, cells: readonly Cell[], wires: readonly Wire[]): ReadonlyMap<string, number> {
	const lane = new Map(cells.map((c) => [c.id, c.lane]));
	const before = new Map<string, string[]>();
	const after = new Map<string, string[]>();
	const push = (map: Map<string, string[]>, key: string, value: string) => map.set(key, [...(map.get(key) ?? []), value]);
	for (const w of wires) {
		push(before, w.to, w.from);
		push(after, w.from, w.to);
	}
	// What nothing leads to but state of its own operator stands over or under where the state was written.
	const beside = new Map(s.links.filter((l) => l.loose && !before.has(l.to)).map((l) => [l.to, l.from]));
	const local = new Map<string, number>();
	const walk = (id: string, inside: ReadonlySet<string>): number => {
		const known = local.get(id);
		if (known !== undefined) return known;
		const within = new Set(inside).add(id);
		const earlier = (before.get(id) ?? []).filter((b) => lane.get(b) === lane.get(id) && !within.has(b));
		const state = beside.get(id);
		let column = Math.max(0, ...earlier.map((b) => walk(b, within) + 1));
		if (state !== undefined && !within.has(state)) column = Math.max(column, walk(state, within));
		local.set(id, column);
		return column;
	};
	for (const c of cells) walk(c.id, new Set());

	const column = new Map<string, number>();
	let first = 0;
	for (const l of s.lanes) {
		const own = cells.filter((c) => c.lane === l.id);
		const last = Math.max(0, ...own.map((c) => local.get(c.id) ?? 0));
		for (const c of own) {
			let at = local.get(c.id) ?? 0;
			// What begins inside the lane stands beside what it leads to, not at the lane's far end.
			if (!before.has(c.id) && !beside.has(c.id)) {
				const next = (after.get(c.id) ?? []).filter((a) => lane.get(a) === l.id).map((a) => local.get(a) ?? 0);
				if (next.length > 0) at = Math.max(at, Math.min(...next) - 1);
				else if (after.has(c.id)) at = last;
			}
			column.set(c.id, first + at);
		}
		first += last + 1;
	}
	return column;
}

/**
 * Where the nodes of a lineage map go: one column for each step from the start, in which nodes stand near to what they are joined to.
 * It takes time in proportion to nodes and edges, so that an estate of thousands is laid out at once. ELK, which the job graph has, takes
 * minutes for that.
 */

export type MapShape = {
	/** Steps of each node from the start; negative is upstream. */
	readonly levels: readonly number[];
	readonly edges: readonly { readonly from: number; readonly to: number }[];
};

export type MapLayout = {
	/** Left upper corners; index as the nodes have. */
	readonly x: Float64Array;
	readonly y: Float64Array;
	readonly width: number;
	readonly height: number;
};

export const boxWidth = 186;
export const boxHeight = 38;
const gapY = 12;
/** Between columns of one step, where it is broken into several. */
const gapInside = 26;
/** Between one step and the next. */
const gapBetween = 96;
const pitch = boxHeight + gapY;

/** Below this scale names cannot be read: columns may as well be broken to make the whole larger. */
const readable = 0.45;

const sweeps = 6;

/** For each node, the nodes at the other ends of its edges; out of one array, to be quick. */
export function neighbours(n: number, edges: MapShape["edges"]): (i: number) => Int32Array {
	const begin = new Int32Array(n + 1);
	for (const e of edges) {
		begin[e.from + 1] = (begin[e.from + 1] ?? 0) + 1;
		begin[e.to + 1] = (begin[e.to + 1] ?? 0) + 1;
	}
	for (let i = 0; i < n; i++) begin[i + 1] = (begin[i + 1] ?? 0) + (begin[i] ?? 0);
	const ends = new Int32Array(edges.length * 2);
	const at = begin.slice();
	for (const e of edges) {
		ends[at[e.from] ?? 0] = e.to;
		at[e.from] = (at[e.from] ?? 0) + 1;
		ends[at[e.to] ?? 0] = e.from;
		at[e.to] = (at[e.to] ?? 0) + 1;
	}
	return (i) => ends.subarray(begin[i], begin[i + 1]);
}

/** `room` is the place that the picture has, in pixels. */
export function layOutMap({ levels, edges }: MapShape, room: { readonly width: number; readonly height: number }): MapLayout {
	const n = levels.length;
	const byLevel = new Map<number, number[]>();
	for (const [i, l] of levels.entries()) {
		const column = byLevel.get(l);
		if (column === undefined) byLevel.set(l, [i]);
		else column.push(i);
	}
	const columns = [...byLevel.entries()].sort((a, b) => a[0] - b[0]).map(([, nodes]) => nodes);
	const around = neighbours(n, edges);
	// Where a node stands in its column, as a share of it: columns are of different lengths.
	const place = new Float64Array(n);
	const number = (column: readonly number[]) => {
		for (const [k, i] of column.entries()) place[i] = (k + 0.5) / column.length;
	};
	for (const c of columns) number(c);
	const wish = new Float64Array(n);
	for (let s = 0; s < sweeps; s++) {
		const order = s % 2 === 0 ? columns : [...columns].reverse();
		for (const column of order) {
			for (const i of column) {
				const near = around(i);
				let sum = 0;
				for (const j of near) sum += place[j] ?? 0;
				wish[i] = near.length === 0 ? (place[i] ?? 0) : sum / near.length;
			}
			column.sort((a, b) => (wish[a] ?? 0) - (wish[b] ?? 0) || a - b);
			number(column);
		}
	}
	const rows = rowsThatFit(columns, room);
	const x = new Float64Array(n);
	const y = new Float64Array(n);
	let left = 0;
	for (const column of columns) {
		const parts = Math.ceil(column.length / rows);
		const each = Math.ceil(column.length / parts);
		for (const [k, i] of column.entries()) {
			const inPart = Math.min(each, column.length - Math.floor(k / each) * each);
			x[i] = left + Math.floor(k / each) * (boxWidth + gapInside);
			y[i] = ((k % each) - (inPart - 1) / 2) * pitch;
		}
		left += parts * (boxWidth + gapInside) - gapInside + gapBetween;
	}
	if (columns.every((c) => c.length <= rows)) straighten(columns, around, y);
	let top = Number.POSITIVE_INFINITY;
	let bottom = Number.NEGATIVE_INFINITY;
	for (const v of y) {
		top = Math.min(top, v);
		bottom = Math.max(bottom, v);
	}
	for (let i = 0; i < n; i++) y[i] = (y[i] ?? 0) - top;
	return { x, y, width: n === 0 ? 0 : left - gapBetween, height: n === 0 ? 0 : bottom - top + boxHeight };
}

/** So many nodes stand one under the other that the whole is as large as it can be in its room. */
function rowsThatFit(columns: readonly (readonly number[])[], room: { readonly width: number; readonly height: number }): number {
	const longest = columns.reduce((most, c) => Math.max(most, c.length), 1);
	const scale = (rows: number) => {
		const width = columns.reduce((sum, c) => sum + Math.ceil(c.length / rows) * (boxWidth + gapInside) + gapBetween, 0);
		return Math.min(room.width / width, room.height / (Math.min(rows, longest) * pitch));
	};
	let best = longest;
	if (scale(longest) >= readable) return longest;
	for (let rows = longest; rows >= 8; rows = Math.floor(rows * 0.9)) if (scale(rows) > scale(best)) best = rows;
	return best;
}

/** Moves nodes towards what they are joined to, as far as there is room, so that arrows go straight. */
function straighten(columns: readonly (readonly number[])[], around: (i: number) => Int32Array, y: Float64Array): void {
	for (let s = 0; s < 4; s++) {
		for (const column of s % 2 === 0 ? columns : [...columns].reverse()) {
			const wishes = column.map((i) => {
				const near = around(i);
				let sum = 0;
				for (const j of near) sum += y[j] ?? 0;
				return near.length === 0 ? (y[i] ?? 0) : sum / near.length;
			});
			let before = Number.NEGATIVE_INFINITY;
			let over = 0;
			for (const [k, i] of column.entries()) {
				const at = Math.max(wishes[k] ?? 0, before + pitch);
				y[i] = at;
				before = at;
				over += at - (wishes[k] ?? 0);
			}
			// Who stood in the way pushed only down: the column goes back up by what that came to.
			for (const i of column) y[i] = (y[i] ?? 0) - over / column.length;
		}
	}
}

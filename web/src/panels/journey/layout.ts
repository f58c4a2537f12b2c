/**
 * Where the cards of a journey stand and how its arrows run. ELK does it in a worker, given the columns; when it cannot run, cards stand
 * below each other in their columns, with plain arrows.
 */
import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import { type Grid, gridOf, wordsOf } from "./grid";
import type { Scene, SceneLink } from "./scene";

export type Point = { readonly x: number; readonly y: number };
export type Route = { readonly points: readonly Point[]; readonly label: Point };
export type Band = { readonly left: number; readonly width: number };
export type Layout = {
	readonly places: ReadonlyMap<string, Point>;
	readonly routes: ReadonlyMap<string, Route>;
	readonly bands: ReadonlyMap<string, Band>;
	readonly width: number;
	readonly height: number;
};

type Size = { readonly width: number; readonly height: number };
type Box = Point & Size;

/** Between a lane's edge and its cards. */
export const bandPadding = 12;
/** Between columns: room for a time over an arrow. */
const columnGap = 54;
const rowGap = 40;
/** ELK makes one column of everything whose horizontal extents meet: columns must lie further apart than any card is wide. */
const columnStride = 1000;

let engine: Promise<ELK> | undefined;

function loadEngine(): Promise<ELK> {
	engine ??= (async () => {
		const [{ default: Elk }, { default: url }] = await Promise.all([
			import("elkjs/lib/elk-api.js"),
			import("elkjs/lib/elk-worker.min.js?url"),
		]);
		return new Elk({ workerFactory: () => new Worker(url) });
	})();
	return engine;
}

const options = {
	"elk.algorithm": "layered",
	"elk.direction": "RIGHT",
	"elk.edgeRouting": "ORTHOGONAL",
	"elk.separateConnectedComponents": "false",
	"elk.layered.cycleBreaking.strategy": "INTERACTIVE",
	"elk.layered.layering.strategy": "INTERACTIVE",
	"elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
	"elk.layered.nodePlacement.favorStraightEdges": "true",
	"elk.spacing.nodeNode": String(rowGap),
	"elk.spacing.edgeNode": "16",
	"elk.layered.spacing.nodeNodeBetweenLayers": String(columnGap),
	"elk.layered.spacing.edgeNodeBetweenLayers": "14",
} as const;

export async function layOut(s: Scene): Promise<Layout> {
	const grid = gridOf(s);
	try {
		const elk = await loadEngine();
		const root: ElkNode = {
			id: "root",
			layoutOptions: options,
			children: grid.cells.map(({ id, width, height }) => ({ id, width, height, x: (grid.column.get(id) ?? 0) * columnStride, y: 0 })),
			edges: grid.wires.map((w) => ({ id: w.id, sources: [w.from], targets: [w.to] })),
		};
		return read(s, grid, await elk.layout(root));
	} catch {
		return columns(s);
	}
}

function read(s: Scene, grid: Grid, root: ElkNode): Layout {
	const boxes = new Map<string, Box>();
	for (const c of root.children ?? []) boxes.set(c.id, { x: c.x ?? 0, y: c.y ?? 0, width: c.width ?? 0, height: c.height ?? 0 });
	const ways = new Map<string, Point[]>();
	const linkOf = new Map(grid.wires.map((w) => [w.id, w.link]));
	for (const e of root.edges ?? []) {
		const points = (e.sections ?? []).flatMap((section) => [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
		const link = linkOf.get(e.id) ?? e.id;
		ways.set(link, [...(ways.get(link) ?? []), ...points]);
	}
	return finished(s, boxes, ways);
}

/** The cards of each column below each other: good enough to read when ELK is not to be had. */
export function columns(s: Scene): Layout {
	const grid = gridOf(s);
	const boxes = new Map<string, Box>();
	const foot = new Map<number, number>();
	const widths = new Map<number, number>();
	for (const c of grid.cells) {
		const column = grid.column.get(c.id) ?? 0;
		widths.set(column, Math.max(widths.get(column) ?? 0, c.width));
	}
	const left = (column: number) => {
		let x = 0;
		for (let i = 0; i < column; i++) x += (widths.get(i) ?? 0) + columnGap;
		return x;
	};
	for (const c of grid.cells) {
		const column = grid.column.get(c.id) ?? 0;
		const y = foot.get(column) ?? 0;
		boxes.set(c.id, { x: left(column), y, width: c.width, height: c.height });
		foot.set(column, y + c.height + rowGap);
	}
	return finished(s, boxes, new Map());
}

/** Adds the arrows that ELK did not draw, the places of words, and how far each lane reaches. */
function finished(s: Scene, boxes: ReadonlyMap<string, Box>, ways: ReadonlyMap<string, readonly Point[]>): Layout {
	const routes = new Map<string, Route>();
	for (const l of s.links) {
		const [a, b] = [boxes.get(l.from), boxes.get(l.to)];
		if (a === undefined || b === undefined) continue;
		const way = ways.get(l.id) ?? [];
		routes.set(l.id, way.length < 2 ? detour(a, b) : { points: way, label: labelOf(l, way, boxes) });
	}
	const bands = new Map<string, Band>();
	for (const lane of s.lanes) {
		const inside = s.items.filter((i) => i.lane === lane.id).flatMap((i) => boxes.get(i.id) ?? []);
		const left = Math.min(...inside.map((b) => b.x)) - bandPadding;
		bands.set(lane.id, { left, width: Math.max(...inside.map((b) => b.x + b.width)) + bandPadding - left });
	}
	const all = [...boxes.values()];
	return {
		places: boxes,
		routes,
		bands,
		width: Math.max(0, ...all.map((b) => b.x + b.width)),
		height: Math.max(0, ...all.map((b) => b.y + b.height)),
	};
}

/** Words of state in the place that was kept for them; a time over the last stretch before the arrow's head. */
function labelOf(l: SceneLink, way: readonly Point[], boxes: ReadonlyMap<string, Box>): Point {
	const kept = boxes.get(wordsOf(l.id));
	if (kept !== undefined) return { x: kept.x + kept.width / 2, y: kept.y + kept.height / 2 };
	const end = way.at(-1) ?? { x: 0, y: 0 };
	return { x: end.x - columnGap / 2, y: end.y };
}

/** A way between two boxes: straight down or up where they stand over each other, otherwise from side to side. */
export function detour(a: Box, b: Box): Route {
	const left = Math.max(a.x, b.x);
	const right = Math.min(a.x + a.width, b.x + b.width);
	const below = b.y >= a.y + a.height;
	const above = a.y >= b.y + b.height;
	if (right - left > 30 && (below || above)) {
		const x = left + Math.min(48, (right - left) / 2);
		const [from, to] = below ? [a.y + a.height, b.y] : [a.y, b.y + b.height];
		return {
			points: [
				{ x, y: from },
				{ x, y: to },
			],
			label: { x: x + 8, y: (from + to) / 2 },
		};
	}
	const start = { x: a.x + a.width, y: a.y + a.height / 2 };
	const end = { x: b.x, y: b.y + b.height / 2 };
	const middle = end.x > start.x ? (start.x + end.x) / 2 : start.x + columnGap / 2;
	return {
		points: [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end],
		label: { x: middle, y: (start.y + end.y) / 2 },
	};
}

/**
 * Where boxes and arrows go. ELK does it in a worker, loaded when the first graph is opened; when it cannot run, columns by depth do.
 */
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Topology } from "./topology";

export type Point = { readonly x: number; readonly y: number };
export type Arrow = { readonly points: readonly Point[]; readonly label: Point };
export type Layout = {
	readonly boxes: ReadonlyMap<string, Point>;
	readonly arrows: ReadonlyMap<string, Arrow>;
	readonly width: number;
	readonly height: number;
};

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
	"elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
	"elk.layered.nodePlacement.favorStraightEdges": "true",
	"elk.spacing.nodeNode": "34",
	"elk.spacing.edgeNode": "20",
	// Room for the numbers on an arrow.
	"elk.layered.spacing.nodeNodeBetweenLayers": "84",
	"elk.layered.spacing.edgeNodeBetweenLayers": "18",
	"elk.separateConnectedComponents": "true",
} as const;

/** `aspect` is width by height of the place that the picture has: long chains are broken into rows that fill it. */
export async function layOut(t: Topology, aspect: number): Promise<Layout> {
	try {
		const elk = await loadEngine();
		const root: ElkNode = {
			id: "root",
			layoutOptions: {
				...options,
				"elk.aspectRatio": aspect.toFixed(2),
				...(t.boxes.length > 5
					? { "elk.layered.wrapping.strategy": "MULTI_EDGE", "elk.layered.wrapping.additionalEdgeSpacing": "26" }
					: {}),
			},
			children: t.boxes.map((b) => ({ id: b.id, width: b.width, height: b.height })),
			edges: t.arrows.map((a) => ({ id: a.id, sources: [a.from], targets: [a.to] })),
		};
		return read(await elk.layout(root));
	} catch {
		return columns(t);
	}
}

function read(root: ElkNode): Layout {
	const boxes = new Map<string, Point>();
	for (const c of root.children ?? []) boxes.set(c.id, { x: c.x ?? 0, y: c.y ?? 0 });
	const arrows = new Map<string, Arrow>();
	for (const e of root.edges ?? []) arrows.set(e.id, readArrow(e));
	return { boxes, arrows, width: root.width ?? 0, height: root.height ?? 0 };
}

function readArrow(e: ElkExtendedEdge): Arrow {
	const points = (e.sections ?? []).flatMap((s) => [s.startPoint, ...(s.bendPoints ?? []), s.endPoint]);
	return { points, label: labelPlace(points) };
}

/**
 * Where the numbers of an arrow stand: in the middle of its first level stretch that is long enough, otherwise of its longest one.
 * Where a long arrow leaves its box they are read as that box's output.
 */
export function labelPlace(points: readonly Point[]): Point {
	let best = points[0] ?? { x: 0, y: 0 };
	let length = -1;
	for (const [i, p] of points.entries()) {
		const q = points[i + 1];
		if (q === undefined || Math.abs(p.y - q.y) > 0.5) continue;
		const l = Math.abs(p.x - q.x);
		if (l <= length) continue;
		best = { x: (p.x + q.x) / 2, y: p.y };
		length = l;
		if (l >= 56) break;
	}
	return best;
}

/** Columns by depth, straight arrows: good enough to read when ELK is not to be had. */
export function columns(t: Topology): Layout {
	const depth = new Map<string, number>(t.boxes.map((b) => [b.id, 0]));
	for (let round = 0; round < t.boxes.length; round++) {
		let moved = false;
		for (const a of t.arrows) {
			const d = (depth.get(a.from) ?? 0) + 1;
			if (d > (depth.get(a.to) ?? 0) && d < t.boxes.length) {
				depth.set(a.to, d);
				moved = true;
			}
		}
		if (!moved) break;
	}
	const boxes = new Map<string, Point>();
	const tops = new Map<number, number>();
	for (const b of t.boxes) {
		const d = depth.get(b.id) ?? 0;
		const y = tops.get(d) ?? 0;
		boxes.set(b.id, { x: d * 290, y });
		tops.set(d, y + b.height + 34);
	}
	const shape = new Map(t.boxes.map((b) => [b.id, b]));
	const arrows = new Map<string, Arrow>();
	for (const a of t.arrows) {
		const [from, to] = [boxes.get(a.from), boxes.get(a.to)];
		const [f, g] = [shape.get(a.from), shape.get(a.to)];
		if (from === undefined || to === undefined || f === undefined || g === undefined) continue;
		const start = { x: from.x + f.width, y: from.y + f.height / 2 };
		const end = { x: to.x, y: to.y + g.height / 2 };
		arrows.set(a.id, { points: [start, end], label: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } });
	}
	const width = Math.max(0, ...[...boxes.values()].map((p) => p.x + 240));
	return { boxes, arrows, width, height: Math.max(0, ...tops.values()) };
}

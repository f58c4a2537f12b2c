/**
 * Where the cards of a journey stand. ELK arranges them in a worker, lane by lane; when it cannot run, columns by lane do.
 */
import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import type { Scene } from "./scene";

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

const labelWidth = 58;
const labelHeight = 15;
/** Between a lane's edge and its cards. */
export const bandPadding = 12;

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
	"elk.partitioning.activate": "true",
	"elk.separateConnectedComponents": "false",
	"elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
	"elk.layered.nodePlacement.favorStraightEdges": "true",
	"elk.layered.considerModelOrder.strategy": "PREFER_EDGES",
	"elk.layered.mergeEdges": "true",
	"elk.spacing.nodeNode": "40",
	"elk.spacing.edgeNode": "16",
	"elk.spacing.edgeLabel": "1",
	"elk.layered.spacing.nodeNodeBetweenLayers": "34",
	"elk.layered.spacing.edgeNodeBetweenLayers": "14",
	"elk.edgeLabels.placement": "CENTER",
} as const;

export async function layOut(s: Scene): Promise<Layout> {
	try {
		const elk = await loadEngine();
		const lane = new Map(s.lanes.map((l, i) => [l.id, i]));
		const root: ElkNode = {
			id: "root",
			layoutOptions: options,
			children: s.items.map((i) => ({
				id: i.id,
				width: i.width,
				height: i.height,
				layoutOptions: { "elk.partitioning.partition": String(lane.get(i.lane) ?? 0) },
			})),
			edges: s.links
				.filter((l) => !l.loose)
				.map((l) => ({
					id: l.id,
					sources: [l.from],
					targets: [l.to],
					layoutOptions: { "elk.layered.priority.straightness": l.kind === "flow" ? "10" : "1" },
					...(l.kind === "end"
						? {}
						: { labels: [{ id: `${l.id} label`, text: "", width: l.kind === "state" ? 104 : labelWidth, height: labelHeight }] }),
				})),
		};
		return read(s, await elk.layout(root));
	} catch {
		return columns(s);
	}
}

function read(s: Scene, root: ElkNode): Layout {
	const places = new Map<string, Point>();
	for (const c of root.children ?? []) places.set(c.id, { x: c.x ?? 0, y: c.y ?? 0 });
	const routes = new Map<string, Route>();
	for (const e of root.edges ?? []) {
		const points = (e.sections ?? []).flatMap((section) => [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
		const label = e.labels?.[0];
		const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
		routes.set(e.id, {
			points,
			label:
				label?.x === undefined || label.y === undefined
					? middle
					: { x: label.x + (label.width ?? 0) / 2, y: label.y + (label.height ?? 0) / 2 },
		});
	}
	return finished(s, places, routes);
}

/** Lanes beside each other, the cards of each below each other: good enough to read when ELK is not to be had. */
export function columns(s: Scene): Layout {
	const places = new Map<string, Point>();
	let x = 0;
	for (const lane of s.lanes) {
		let y = 0;
		for (const i of s.items.filter((item) => item.lane === lane.id)) {
			places.set(i.id, { x, y });
			y += i.height + 34;
		}
		x += 176 + 90;
	}
	return finished(s, places, new Map());
}

/** Adds the ways that ELK did not draw, and how far each lane reaches. */
function finished(s: Scene, places: ReadonlyMap<string, Point>, drawn: ReadonlyMap<string, Route>): Layout {
	const routes = new Map(drawn);
	const item = new Map(s.items.map((i) => [i.id, i]));
	for (const l of s.links) {
		const [from, to, a, b] = [item.get(l.from), item.get(l.to), places.get(l.from), places.get(l.to)];
		if (routes.has(l.id) || from === undefined || to === undefined || a === undefined || b === undefined) continue;
		routes.set(l.id, detour({ ...a, ...sizeOf(from) }, { ...b, ...sizeOf(to) }));
	}
	const bands = new Map<string, Band>();
	for (const lane of s.lanes) {
		const inside = s.items.filter((i) => i.lane === lane.id);
		const left = Math.min(...inside.map((i) => places.get(i.id)?.x ?? 0)) - bandPadding;
		const right = Math.max(...inside.map((i) => (places.get(i.id)?.x ?? 0) + i.width)) + bandPadding;
		bands.set(lane.id, { left, width: right - left });
	}
	const corner = (side: "x" | "y", size: "width" | "height") =>
		Math.max(0, ...s.items.map((i) => (places.get(i.id)?.[side] ?? 0) + i[size]));
	return { places, routes, bands, width: corner("x", "width"), height: corner("y", "height") };
}

type Box = Point & { readonly width: number; readonly height: number };

const sizeOf = ({ width, height }: { readonly width: number; readonly height: number }) => ({ width, height });

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
	const middle = (start.x + end.x) / 2;
	return {
		points: [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end],
		label: { x: middle, y: (start.y + end.y) / 2 },
	};
}

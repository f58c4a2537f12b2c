/** What of a map is on the screen, and what is faded: plain numbers, without a canvas. */
import type { LineageMap, MapNode } from "../../../api/catalog";
import { neighbours } from "./layout";

/** A point p of the map is at p * scale + x, y of the screen. */
export type Viewport = { readonly x: number; readonly y: number; readonly scale: number };

export const leastScale = 0.02;
export const mostScale = 2;

export function fitted(
	size: { readonly width: number; readonly height: number },
	room: { readonly width: number; readonly height: number },
): Viewport {
	const margin = 24;
	const scale = Math.max(
		leastScale,
		Math.min(1, (room.width - 2 * margin) / Math.max(1, size.width), (room.height - 2 * margin) / Math.max(1, size.height)),
	);
	return { scale, x: (room.width - size.width * scale) / 2, y: (room.height - size.height * scale) / 2 };
}

/** The point of the screen stays where it is. */
export function zoomedAt(v: Viewport, by: number, at: { readonly x: number; readonly y: number }): Viewport {
	const scale = Math.max(leastScale, Math.min(mostScale, v.scale * by));
	const f = scale / v.scale;
	return { scale, x: at.x - (at.x - v.x) * f, y: at.y - (at.y - v.y) * f };
}

/** Names a node in an address: its id, and the path of a field. */
export function nodeKey(n: Pick<MapNode, "id" | "path">): string {
	return n.path === undefined || n.path === "" ? n.id : `${n.id}#${n.path}`;
}

export type Around = { readonly up: ReadonlySet<number>; readonly down: ReadonlySet<number> };

/** All nodes from which records come to a node, and to which they go from it, however far. */
export function reach(map: LineageMap, start: number): Around {
	const from = new Map<number, number[]>();
	const to = new Map<number, number[]>();
	const add = (m: Map<number, number[]>, k: number, v: number) => {
		const list = m.get(k);
		if (list === undefined) m.set(k, [v]);
		else list.push(v);
	};
	for (const e of map.edges) {
		add(to, e.from, e.to);
		add(from, e.to, e.from);
	}
	const walk = (next: Map<number, number[]>) => {
		const seen = new Set<number>();
		const queue = [start];
		for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
			for (const j of next.get(i) ?? []) {
				if (j === start || seen.has(j)) continue;
				seen.add(j);
				queue.push(j);
			}
		}
		return seen;
	};
	return { up: walk(from), down: walk(to) };
}

/** Nodes whose name, path, cluster or owners have all words of a search; undefined: nothing is searched. */
export function matching(map: LineageMap, search: string): readonly number[] | undefined {
	const words = search
		.toLowerCase()
		.split(/\s+/)
		.filter((w) => w !== "");
	if (words.length === 0) return undefined;
	return map.nodes.flatMap((n, i) => {
		const text = `${n.name} ${n.path ?? ""} ${n.kind} ${n.cluster ?? ""} ${n.owners.join(" ")}`.toLowerCase();
		return words.every((w) => text.includes(w)) ? [i] : [];
	});
}

/** The nodes beside a node, by the map's own order. */
export function besides(map: LineageMap): (i: number) => Int32Array {
	return neighbours(map.nodes.length, map.edges);
}

/** Draws a map on a canvas. What cannot be seen at a scale is not drawn: far away boxes are spots and arrows straight lines. */
import type { Kind, LineageMap, MapEdge, MapNode } from "../../../api/catalog";
import { boxHeight, boxWidth, type MapLayout } from "./layout";
import type { Viewport } from "./view";

export type Look = {
	readonly selected: number | undefined;
	/** What stays bright; undefined: everything does. */
	readonly bright: ReadonlySet<number> | undefined;
	readonly found: ReadonlySet<number> | undefined;
	/** Milliseconds since 1970, to tell what is stale. */
	readonly now: number;
};

type Colours = (token: string) => string;

/** From this scale on boxes are large enough for their names; below they are spots. */
const named = 0.44;
/** More edges on the screen are straight lines. */
const mostCurves = 300;
/** From this scale on a spot is a box with its kind's colour at its edge, not all in that colour. */
const edged = 0.16;
/** Names are cut for letters of this size, in pixels, in a box at scale 1: all other scales cut alike. */
const nameSize = 12;
const aboutSize = 10.5;
const inset = 11;

const staleAfter = 30 * 86_400_000;

/** Nothing was seen of it for so long that it may be gone. */
export function isStale(e: MapEdge, now: number): boolean {
	return e.seen !== undefined && now - Number(e.seen / 1000n) > staleAfter;
}

const kindInks: Partial<Record<Kind, string>> = { stream: "--wm", job: "--accent", schema: "--mask", contract: "--mask" };

/** One map in one layout. */
export class Painter {
	private readonly cut = new Map<"name" | "about", readonly string[]>();
	private readonly spotsOf: readonly (readonly [Kind, readonly number[]])[];
	/** Edges of one style are one path. */
	private readonly groups: readonly { readonly style: Style; readonly edges: readonly number[] }[];

	constructor(
		readonly map: LineageMap,
		readonly layout: MapLayout,
		now: number,
	) {
		const kinds = new Map<Kind, number[]>();
		for (const [i, n] of map.nodes.entries()) kinds.set(n.kind, pushed(kinds.get(n.kind), i));
		this.spotsOf = [...kinds];
		const groups = new Map<Style, number[]>();
		for (const [i, e] of map.edges.entries()) {
			const style: Style = isStale(e, now) ? "stale" : e.known ? "known" : "unknown";
			groups.set(style, pushed(groups.get(style), i));
		}
		this.groups = [...groups].map(([style, edges]) => ({ style, edges }));
	}

	paint(g: CanvasRenderingContext2D, width: number, height: number, v: Viewport, look: Look, colour: Colours): void {
		g.clearRect(0, 0, width, height);
		const seen = (x: number, y: number, w: number, h: number) => x + w >= 0 && y + h >= 0 && x <= width && y <= height;
		this.edges(g, v, look, colour, seen);
		if (v.scale < named) this.spots(g, v, look, colour, seen);
		else this.boxes(g, v, look, colour, seen);
	}

	private edges(g: CanvasRenderingContext2D, v: Viewport, look: Look, colour: Colours, seen: Seen): void {
		const { x, y } = this.layout;
		const half = (boxHeight / 2) * v.scale;
		const w = boxWidth * v.scale;
		const ends = (e: MapEdge) => ({
			ax: (x[e.from] ?? 0) * v.scale + v.x + w,
			ay: (y[e.from] ?? 0) * v.scale + v.y + half,
			bx: (x[e.to] ?? 0) * v.scale + v.x,
			by: (y[e.to] ?? 0) * v.scale + v.y + half,
		});
		const drawn = this.groups.map(({ style, edges }) => ({
			style,
			edges: edges.flatMap((i) => {
				const e = this.map.edges[i];
				if (e === undefined) return [];
				const at = ends(e);
				if (!seen(Math.min(at.ax, at.bx), Math.min(at.ay, at.by), Math.abs(at.ax - at.bx), Math.abs(at.ay - at.by))) return [];
				return [{ ...at, bright: look.bright === undefined || (look.bright.has(e.from) && look.bright.has(e.to)) }];
			}),
		}));
		// A curve costs as much as many straight lines of one pixel, and where there are many nobody can follow it.
		const curved = v.scale >= named && drawn.reduce((n, { edges }) => n + edges.length, 0) <= mostCurves;
		for (const bright of [false, true]) {
			for (const { style, edges } of drawn) {
				g.beginPath();
				for (const e of edges) {
					if (e.bright !== bright) continue;
					g.moveTo(e.ax, e.ay);
					const bend = Math.max(30 * v.scale, Math.abs(e.bx - e.ax) / 2);
					if (curved) g.bezierCurveTo(e.ax + bend, e.ay, e.bx - bend, e.by, e.bx, e.by);
					else g.lineTo(e.bx, e.by);
				}
				const chosen = bright && look.bright !== undefined;
				g.globalAlpha = bright ? 1 : 0.16;
				g.strokeStyle = colour(style === "stale" ? "--late" : chosen ? "--accent" : "--ink");
				g.lineWidth = !curved ? 1 : chosen ? 1.8 : 1.3;
				g.setLineDash(!curved || style === "known" ? [] : style === "stale" ? [7, 4] : [2, 4]);
				g.stroke();
			}
		}
		g.setLineDash([]);
		g.globalAlpha = 1;
		if (v.scale >= named) this.arrowHeads(g, v, look, colour, seen);
	}

	private arrowHeads(g: CanvasRenderingContext2D, v: Viewport, look: Look, colour: Colours, seen: Seen): void {
		const { x, y } = this.layout;
		const r = 6 * Math.min(1, v.scale);
		for (const e of this.map.edges) {
			const bx = (x[e.to] ?? 0) * v.scale + v.x;
			const by = ((y[e.to] ?? 0) + boxHeight / 2) * v.scale + v.y;
			if (!seen(bx - r, by - r, r, 2 * r)) continue;
			const bright = look.bright === undefined || (look.bright.has(e.from) && look.bright.has(e.to));
			g.globalAlpha = bright ? 1 : 0.16;
			g.fillStyle = colour(bright && look.bright !== undefined ? "--accent" : "--ink");
			g.beginPath();
			g.moveTo(bx, by);
			g.lineTo(bx - r, by - r * 0.6);
			g.lineTo(bx - r, by + r * 0.6);
			g.fill();
		}
		g.globalAlpha = 1;
	}

	private spots(g: CanvasRenderingContext2D, v: Viewport, look: Look, colour: Colours, seen: Seen): void {
		const { x, y } = this.layout;
		const w = Math.max(2, boxWidth * v.scale);
		const h = Math.max(1.5, boxHeight * v.scale);
		const each = (nodes: Iterable<number>, width: number) => {
			for (const i of nodes) {
				const left = (x[i] ?? 0) * v.scale + v.x;
				const top = (y[i] ?? 0) * v.scale + v.y;
				if (!seen(left, top, w, h)) continue;
				g.globalAlpha = look.bright === undefined || look.bright.has(i) ? 1 : 0.18;
				g.fillRect(left, top, width, h);
			}
		};
		if (v.scale >= edged) {
			g.fillStyle = colour("--ink-3");
			each(this.map.nodes.keys(), w);
		}
		for (const [kind, nodes] of this.spotsOf) {
			g.fillStyle = colour(kindInks[kind] ?? "--cp");
			each(nodes, v.scale >= edged ? Math.max(3, w / 6) : w);
		}
		g.globalAlpha = 1;
		// What was found is seen from far away as well.
		g.fillStyle = colour("--late");
		for (const i of look.found ?? []) g.fillRect((x[i] ?? 0) * v.scale + v.x - 2, (y[i] ?? 0) * v.scale + v.y - 2, w + 4, h + 4);
		if (look.selected !== undefined) {
			g.strokeStyle = colour("--fg");
			g.lineWidth = 2;
			g.strokeRect((x[look.selected] ?? 0) * v.scale + v.x - 4, (y[look.selected] ?? 0) * v.scale + v.y - 4, w + 8, h + 8);
		}
	}

	private boxes(g: CanvasRenderingContext2D, v: Viewport, look: Look, colour: Colours, seen: Seen): void {
		const { x, y } = this.layout;
		const w = boxWidth * v.scale;
		const h = boxHeight * v.scale;
		const r = 5 * Math.min(1, v.scale);
		const shown: number[] = [];
		for (const [i, n] of this.map.nodes.entries()) {
			const left = (x[i] ?? 0) * v.scale + v.x;
			const top = (y[i] ?? 0) * v.scale + v.y;
			if (!seen(left, top, w, h)) continue;
			shown.push(i);
			const chosen = look.selected === i;
			const found = look.found?.has(i) === true;
			g.globalAlpha = this.alpha(look, i);
			g.beginPath();
			g.roundRect(left, top, w, h, r);
			g.fillStyle = colour(chosen ? "--bg-select" : "--bg-raised");
			g.fill();
			g.strokeStyle = colour(chosen ? "--accent" : found ? "--late" : n.level === 0 ? "--fg-2" : "--line-strong");
			g.lineWidth = chosen || found ? 2 : 1;
			g.stroke();
			g.fillStyle = colour(kindInks[n.kind] ?? "--cp");
			g.fillRect(left, top + r, Math.max(2, 3 * v.scale), h - 2 * r);
		}
		const ui = getComputedStyle(document.body).fontFamily || "sans-serif";
		g.textBaseline = "middle";
		// A font is set once for all names: setting it costs more than writing one.
		for (const line of ["name", "about"] as const) {
			const [weight, size, at] = line === "name" ? [500, nameSize, 0.34] : [400, aboutSize, 0.72];
			const cuts = this.cuts(g, ui, line, weight, size);
			// Half pixels: letters of a size are drawn once and kept.
			g.font = `${weight} ${Math.round(size * v.scale * 2) / 2}px ${ui}`;
			g.fillStyle = colour(line === "name" ? "--fg" : "--fg-3");
			for (const i of shown) {
				g.globalAlpha = this.alpha(look, i);
				g.fillText(cuts[i] ?? "", (x[i] ?? 0) * v.scale + v.x + inset * v.scale, (y[i] ?? 0) * v.scale + v.y + h * at);
			}
		}
		g.globalAlpha = 1;
	}

	private alpha(look: Look, i: number): number {
		return look.bright === undefined || look.bright.has(i) || look.found?.has(i) === true ? 1 : 0.22;
	}

	/** What of each node's line fits into its box. */
	private cuts(g: CanvasRenderingContext2D, font: string, line: "name" | "about", weight: number, size: number): readonly string[] {
		const kept = this.cut.get(line);
		if (kept !== undefined) return kept;
		g.font = `${weight} ${size}px ${font}`;
		const made = this.map.nodes.map((n) => shorten(g, line === "name" ? nameOf(n) : aboutOf(n), boxWidth - 2 * inset));
		this.cut.set(line, made);
		return made;
	}
}

function nameOf(n: MapNode): string {
	return n.path === undefined || n.path === "" ? n.name : `${n.name} · ${n.path}`;
}

function aboutOf(n: MapNode): string {
	const owners = n.owners.length > 0 ? n.owners : n.kind === "team" || n.kind === "person" ? [] : ["no owner"];
	return [n.kind, ...owners].join(", ");
}

function shorten(g: CanvasRenderingContext2D, text: string, room: number): string {
	const whole = g.measureText(text).width;
	if (whole <= room) return text;
	let keep = Math.max(1, Math.floor((text.length * room) / whole) - 1);
	while (keep > 1 && g.measureText(`${text.slice(0, keep)}…`).width > room) keep--;
	return `${text.slice(0, keep)}…`;
}

type Style = "known" | "unknown" | "stale";
type Seen = (x: number, y: number, w: number, h: number) => boolean;

function pushed(list: number[] | undefined, i: number): number[] {
	if (list === undefined) return [i];
	list.push(i);
	return list;
}

/** The node at a point of the screen. */
export function nodeAt(layout: MapLayout, v: Viewport, at: { readonly x: number; readonly y: number }): number | undefined {
	const px = (at.x - v.x) / v.scale;
	const py = (at.y - v.y) / v.scale;
	// Spots are larger than they are drawn, to be hit.
	const slack = Math.max(0, 6 / v.scale - boxHeight) / 2;
	for (let i = layout.x.length - 1; i >= 0; i--) {
		const x = layout.x[i] ?? 0;
		const y = layout.y[i] ?? 0;
		if (px >= x - slack && px <= x + boxWidth + slack && py >= y - slack && py <= y + boxHeight + slack) return i;
	}
	return undefined;
}

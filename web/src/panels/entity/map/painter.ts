/** Draws a map on a canvas. What cannot be seen at a scale is not drawn: far away boxes are spots and arrows straight lines. */
import type { Kind, LineageMap, MapEdge } from "../../../api/catalog";
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

const staleAfter = 30 * 86_400_000;

/** Nothing was seen of it for so long that it may be gone. */
export function isStale(e: MapEdge, now: number): boolean {
	return e.seen !== undefined && now - Number(e.seen / 1000n) > staleAfter;
}

const kindInks: Partial<Record<Kind, string>> = { stream: "--wm", job: "--accent", schema: "--mask", contract: "--mask" };

/** Names are cut once for each length that they are cut to. */
export class Painter {
	private readonly cut = new Map<string, string>();
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
		if (boxHeight * v.scale < 9) this.spots(g, v, look, colour, seen);
		else this.boxes(g, v, look, colour, seen);
	}

	private edges(g: CanvasRenderingContext2D, v: Viewport, look: Look, colour: Colours, seen: Seen): void {
		const { x, y } = this.layout;
		const curved = v.scale > 0.3;
		const half = (boxHeight / 2) * v.scale;
		const w = boxWidth * v.scale;
		for (const bright of [false, true]) {
			if (!bright && look.bright === undefined) continue;
			for (const { style, edges } of this.groups) {
				g.beginPath();
				for (const i of edges) {
					const e = this.map.edges[i];
					if (e === undefined) continue;
					if (look.bright !== undefined && (look.bright.has(e.from) && look.bright.has(e.to)) !== bright) continue;
					const ax = (x[e.from] ?? 0) * v.scale + v.x + w;
					const ay = (y[e.from] ?? 0) * v.scale + v.y + half;
					const bx = (x[e.to] ?? 0) * v.scale + v.x;
					const by = (y[e.to] ?? 0) * v.scale + v.y + half;
					if (!seen(Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by))) continue;
					g.moveTo(ax, ay);
					if (!curved) {
						g.lineTo(bx, by);
						continue;
					}
					const bend = Math.max(30 * v.scale, Math.abs(bx - ax) / 2);
					g.bezierCurveTo(ax + bend, ay, bx - bend, by, bx, by);
				}
				g.globalAlpha = bright ? 1 : 0.16;
				g.strokeStyle = colour(style === "stale" ? "--late" : bright && look.bright !== undefined ? "--accent" : "--ink");
				g.lineWidth = curved ? (bright && look.bright !== undefined ? 1.8 : 1.3) : 1;
				// Dashes cost as much as they are many: far away nobody sees them.
				g.setLineDash(!curved || style === "known" ? [] : style === "stale" ? [7, 4] : [2, 4]);
				g.stroke();
			}
		}
		g.setLineDash([]);
		g.globalAlpha = 1;
		if (v.scale > 0.45) this.arrowHeads(g, v, look, colour, seen);
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
		for (const [kind, nodes] of this.spotsOf) {
			g.fillStyle = colour(kindInks[kind] ?? "--cp");
			for (const i of nodes) {
				const left = (x[i] ?? 0) * v.scale + v.x;
				const top = (y[i] ?? 0) * v.scale + v.y;
				if (!seen(left, top, w, h)) continue;
				g.globalAlpha = look.bright === undefined || look.bright.has(i) ? 1 : 0.18;
				g.fillRect(left, top, w, h);
			}
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
		const named = v.scale >= 0.42;
		const r = 5 * Math.min(1, v.scale);
		const style = getComputedStyle(document.body);
		const ui = style.fontFamily || "sans-serif";
		g.textBaseline = "middle";
		for (const [i, n] of this.map.nodes.entries()) {
			const left = (x[i] ?? 0) * v.scale + v.x;
			const top = (y[i] ?? 0) * v.scale + v.y;
			if (!seen(left, top, w, h)) continue;
			const chosen = look.selected === i;
			const found = look.found?.has(i) === true;
			g.globalAlpha = look.bright === undefined || look.bright.has(i) || found ? 1 : 0.22;
			g.beginPath();
			g.roundRect(left, top, w, h, r);
			g.fillStyle = colour(chosen ? "--bg-select" : "--bg-raised");
			g.fill();
			g.strokeStyle = colour(chosen ? "--accent" : found ? "--late" : n.level === 0 ? "--fg-2" : "--line-strong");
			g.lineWidth = chosen || found ? 2 : 1;
			g.stroke();
			g.fillStyle = colour(kindInks[n.kind] ?? "--cp");
			g.fillRect(left, top + r, Math.max(2, 3 * v.scale), h - 2 * r);
			if (!named) continue;
			const size = Math.max(6, 12 * v.scale);
			const inset = 11 * v.scale;
			g.font = `${n.level === 0 ? 600 : 500} ${size}px ${ui}`;
			g.fillStyle = colour("--fg");
			const name = n.path === undefined || n.path === "" ? n.name : `${n.name} · ${n.path}`;
			g.fillText(this.shorten(g, name, w - 2 * inset, `${i}n${size.toFixed(1)}`), left + inset, top + h * 0.34);
			g.font = `400 ${Math.max(5.5, 10.5 * v.scale)}px ${ui}`;
			g.fillStyle = colour("--fg-3");
			const about = [n.kind, ...(n.owners.length === 0 ? (n.kind === "team" ? [] : ["no owner"]) : n.owners)].join(", ");
			g.fillText(this.shorten(g, about, w - 2 * inset, `${i}a${size.toFixed(1)}`), left + inset, top + h * 0.72);
		}
		g.globalAlpha = 1;
	}

	private shorten(g: CanvasRenderingContext2D, text: string, room: number, key: string): string {
		const kept = this.cut.get(key);
		if (kept !== undefined) return kept;
		let out = text;
		const whole = g.measureText(text).width;
		if (whole > room) {
			let keep = Math.max(1, Math.floor((text.length * room) / whole) - 1);
			while (keep > 1 && g.measureText(`${text.slice(0, keep)}…`).width > room) keep--;
			out = `${text.slice(0, keep)}…`;
		}
		if (this.cut.size > 20_000) this.cut.clear();
		this.cut.set(key, out);
		return out;
	}
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

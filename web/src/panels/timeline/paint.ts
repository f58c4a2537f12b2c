/** Draws one row of a timeline: at most one mark per pixel, colours from the tokens. */
import type { Colours } from "../../timeline/canvas";
import { barHeight, highest, merge } from "../../timeline/scale";

export type Painting = {
	readonly width: number;
	readonly height: number;
	readonly activity: readonly number[];
	readonly dropped: readonly number[];
	readonly lag: readonly (number | undefined)[];
	/** Stretches that were not recorded, as shares of the width. */
	readonly gaps: readonly { readonly from: number; readonly to: number }[];
	readonly colour: Colours;
	/** Bars of drops alone: token of their colour. */
	readonly bars?: string;
};

export function paint(g: CanvasRenderingContext2D, p: Painting): void {
	const { width, height } = p;
	g.clearRect(0, 0, width, height);
	const { series, per } = merge([{ counts: p.activity }, { counts: p.dropped }], width);
	const [activity, dropped] = series;
	const n = activity?.counts.length ?? 0;
	const wide = n === 0 ? 0 : (width / Math.max(1, p.activity.length)) * per;
	const floor = height - 2;
	const bars = (counts: readonly number[], top: number, room: number, token: string, base: number) => {
		g.fillStyle = p.colour(token);
		counts.forEach((c, i) => {
			const h = barHeight(c, top, room);
			if (h > 0) g.fillRect(i * wide, base - h, Math.max(1, wide - (wide > 3 ? 1 : 0)), h);
		});
	};
	if (activity !== undefined) bars(activity.counts, highest([activity]), floor - 7, p.bars ?? "--ink-2", floor);
	if (dropped !== undefined) {
		g.fillStyle = p.colour("--drop");
		dropped.counts.forEach((c, i) => {
			if (c > 0) g.fillRect(i * wide, 1, Math.max(2, wide - 1), 4);
		});
	}
	for (const gap of p.gaps) {
		g.fillStyle = p.colour("--gap-a");
		g.fillRect(gap.from * width, 0, Math.max(3, (gap.to - gap.from) * width), floor);
	}
	line(g, p, floor);
}

/** How far event time is behind, the higher the further. It is broken where nothing is known. */
function line(g: CanvasRenderingContext2D, p: Painting, floor: number): void {
	const top = Math.max(0, ...p.lag.map((l) => l ?? 0));
	if (top <= 0) return;
	const wide = p.width / Math.max(1, p.activity.length);
	g.strokeStyle = p.colour("--wm");
	g.lineWidth = 1.3;
	g.beginPath();
	let drawn = false;
	p.lag.forEach((l, i) => {
		if (l === undefined) {
			drawn = false;
			return;
		}
		const x = (i + 0.5) * wide;
		const y = floor - (Math.max(0, l) / top) * (floor - 7);
		if (drawn) g.lineTo(x, y);
		else g.moveTo(x, y);
		drawn = true;
	});
	g.stroke();
}

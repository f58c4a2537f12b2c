/** Draws a measure over time: from the median to the 95th percentile a band, the greatest as a line, what came late as marks. */
import type { LatencySeries } from "../../api/latency";
import type { Colours } from "../../timeline/canvas";

export type BandPainting = {
	readonly width: number;
	readonly height: number;
	readonly series: LatencySeries;
	/** Where the series lies within the width, as shares of it. */
	readonly from: number;
	readonly to: number;
	readonly colour: Colours;
};

/** The range that is drawn: zero is always in it. */
export function rangeOf(s: LatencySeries): { readonly low: number; readonly high: number } {
	let [low, high] = [0, 0];
	s.counts.forEach((n, i) => {
		if (n === 0) return;
		low = Math.min(low, s.p50[i] ?? 0);
		high = Math.max(high, s.max[i] ?? 0);
	});
	return { low, high };
}

export function paintBand(g: CanvasRenderingContext2D, p: BandPainting): void {
	const { width, height, series: s } = p;
	g.clearRect(0, 0, width, height);
	const { low, high } = rangeOf(s);
	const top = 3;
	const floor = height - 2;
	const y = (v: number) => floor - ((v - low) / Math.max(1, high - low)) * (floor - top);
	const n = Math.max(1, s.counts.length);
	const wide = ((p.to - p.from) * width) / n;
	const x = (i: number) => p.from * width + i * wide;
	if (low < 0) {
		g.fillStyle = p.colour("--line-strong");
		g.fillRect(0, y(0), width, 1);
	}
	s.counts.forEach((count, i) => {
		if (count === 0) return;
		const [p50, p95, max] = [s.p50[i] ?? 0, s.p95[i] ?? 0, s.max[i] ?? 0];
		const w = Math.max(1, wide);
		g.fillStyle = p.colour("--ink");
		g.fillRect(x(i), y(p95), w, Math.max(1, y(p50) - y(p95)));
		g.fillStyle = p.colour("--fg-2");
		g.fillRect(x(i), y(p50) - 0.5, w, 1.5);
		g.fillStyle = p.colour("--cp");
		g.fillRect(x(i), y(max) - 0.5, w, 1);
		if ((s.late[i] ?? 0) > 0) {
			g.fillStyle = p.colour("--late");
			g.fillRect(x(i), 0, Math.max(2, w), 3);
		}
	});
}

/** Geometry of a strip of time: which instant is at which pixel, where ticks stand, how counts become bars. Pure. */

/** A stretch in milliseconds drawn over a width in pixels. */
export type Scale = { readonly from: number; readonly to: number; readonly width: number };

export function xOf(s: Scale, t: number): number {
	return s.to <= s.from ? 0 : ((t - s.from) / (s.to - s.from)) * s.width;
}

export function timeAt(s: Scale, x: number): number {
	return s.from + (Math.max(0, Math.min(s.width, x)) / Math.max(1, s.width)) * (s.to - s.from);
}

const steps = [
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
	3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
];

/** Round times, at least `apart` pixels from each other. */
export function ticks(s: Scale, apart = 110): { readonly step: number; readonly at: readonly number[] } {
	const span = s.to - s.from;
	if (span <= 0 || s.width <= 0) return { step: 0, at: [] };
	const wanted = (span / s.width) * apart;
	const step = steps.find((x) => x >= wanted) ?? Math.ceil(wanted / 604_800_000) * 604_800_000;
	const at: number[] = [];
	for (let t = Math.ceil(s.from / step) * step; t <= s.to; t += step) at.push(t);
	return { step, at };
}

export type Series = { readonly counts: readonly number[] };

/** Sums buckets until none is narrower than a pixel and a half: at most one mark per pixel. */
export function merge<T extends Series>(series: readonly T[], width: number): { readonly series: readonly T[]; readonly per: number } {
	const n = Math.max(0, ...series.map((s) => s.counts.length));
	const per = Math.max(1, Math.ceil((n * 1.5) / Math.max(1, width)));
	if (per === 1) return { series, per };
	return {
		per,
		series: series.map((s) => {
			const counts: number[] = [];
			for (let i = 0; i < s.counts.length; i += per) counts.push(s.counts.slice(i, i + per).reduce((a, b) => a + b, 0));
			return { ...s, counts };
		}),
	};
}

/** Highest sum of a bucket over all series. */
export function highest(series: readonly Series[]): number {
	const n = Math.max(0, ...series.map((s) => s.counts.length));
	let top = 0;
	for (let i = 0; i < n; i++)
		top = Math.max(
			top,
			series.reduce((sum, s) => sum + (s.counts[i] ?? 0), 0),
		);
	return top;
}

/** Height in pixels of a count. A bucket with anything in it is at least a pixel and a half high: rare is not absent. */
export function barHeight(count: number, top: number, height: number): number {
	if (count <= 0 || top <= 0) return 0;
	return Math.max(1.5, (count / top) * height);
}

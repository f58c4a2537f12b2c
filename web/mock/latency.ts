/** Latency and lateness of the made-up jobs: of every operator with tracks, in a wave. */
import type { Latency, LatencySeries } from "../src/api/schema";
import { tracks } from "./tracks.ts";

const shapes: Readonly<Record<LatencySeries["measure"], readonly [low: number, high: number]>> = {
	inside: [0, 40_000],
	age: [60_000, 900_000],
	lateness: [-4_000_000, 1_500_000],
	dropped: [200_000, 9_000_000],
};

export function latency(rec: string, q: URLSearchParams, now: number): Latency {
	const { tracks: list, from, to, bucket_us } = tracks(rec, q, now);
	const first = list.filter((t) => t.op !== "" && t.subtask === 0);
	const buckets = first[0]?.counts[0]?.counts.length ?? 0;
	const series = first.flatMap((t): LatencySeries[] =>
		(Object.keys(shapes) as LatencySeries["measure"][])
			.filter((m) => (m === "dropped" ? t.drops.length > 0 : m !== "lateness" || t.watermarks.length > 0))
			.map((measure) => {
				const [low, high] = shapes[measure];
				const counts = t.counts[0]?.counts.map((n) => n) ?? [];
				const wave = (share: number) =>
					counts.map((n, i) => (n === 0 ? 0 : Math.round(low + (high - low) * share * (0.6 + 0.4 * Math.sin(i / 9)))));
				const count = counts.reduce((a, b) => a + b, 0);
				return {
					op: t.op,
					op_name: t.op_name,
					subtask: -1,
					measure,
					total: {
						count: String(count),
						min: low,
						p50: Math.round(low + (high - low) * 0.3),
						p95: Math.round(low + (high - low) * 0.7),
						p99: Math.round(low + (high - low) * 0.9),
						max: high,
						late: measure === "lateness" ? String(Math.floor(count / 40)) : "0",
						without: measure === "lateness" ? [{ why: "no-watermark", count: "12" }] : [],
					},
					counts,
					p50: wave(0.3),
					p95: wave(0.7),
					max: wave(1),
					late: measure === "lateness" ? counts.map((n) => Math.floor(n / 40)) : [],
				};
			}),
	);
	return {
		...(from === undefined ? {} : { from }),
		...(to === undefined ? {} : { to }),
		bucket_us,
		buckets,
		approximate: false,
		pending: "0",
		series,
	};
}

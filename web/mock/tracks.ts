/** Tracks of the made-up jobs: the counts of their timeline, shared out over subtasks. */
import type { Tracks } from "../src/api/schema";
import { timeline } from "./events.ts";

const subtasks: Readonly<Record<string, number>> = { "drop-duplicates": 4, "totals-per-merchant": 4, "source-orders": 4 };
const names: Readonly<Record<string, string>> = {
	"source-orders": "Source: orders",
	"drop-duplicates": "drop duplicates",
	"convert-to-euro": "convert to euro",
	"totals-per-merchant": "totals per merchant",
	"merchant-totals-writer": "merchant-totals: Writer",
};

export function tracks(rec: string, q: URLSearchParams, now: number): Tracks {
	const { series, ...rest } = timeline(rec, q, now);
	const list: Tracks["tracks"][number][] = [];
	for (const op of new Set(series.map((s) => s.op))) {
		const of = subtasks[op] ?? 1;
		for (let subtask = 0; subtask < of; subtask++) {
			const counts = series.filter((s) => s.op === op).map((s) => ({ kind: s.kind, counts: s.counts.map((n) => Math.floor(n / of)) }));
			const records = counts.find((c) => c.kind === "elements")?.counts;
			const begin = Date.parse(rest.from ?? "");
			const width = Number(rest.bucket_us) / 1000;
			list.push({
				op,
				op_name: names[op] ?? op,
				subtask,
				counts: [...counts, ...(records === undefined ? [] : [{ kind: "entered", counts: records }])],
				drops:
					op === "drop-duplicates" ? [{ reason: "duplicate", kept: false, counts: (records ?? []).map((n) => Math.floor(n / 60)) }] : [],
				watermarks:
					records === undefined
						? []
						: [{ input: 0, values: records.map((_, i) => Math.round(begin + width * i - 4_000 - 2_000 * ((i + subtask) % 5))) }],
			});
		}
	}
	return { ...rest, tracks: list };
}

/** How long records took and how late they came, by operator over time. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { GET, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** What is measured of an operator's records. */
export const measures = ["inside", "age", "lateness", "dropped"] as const;
export type Measure = (typeof measures)[number];

const without = shape<wire.LatencyWithout>()({
	why: oneOf("no-time", "not-recorded", "no-watermark", "several-inputs"),
	count: integer64,
});

const summary = shape<wire.LatencySummary>()({
	count: integer64,
	min: number,
	p50: number,
	p95: number,
	p99: number,
	max: number,
	late: integer64,
	without: list(without),
});
export type LatencySummary = Decoded<typeof summary>;

const series = shape<wire.LatencySeries>()({
	op: text,
	op_name: text,
	subtask: number,
	measure: oneOf(...measures),
	total: summary,
	counts: list(number),
	p50: list(number),
	p95: list(number),
	max: list(number),
	late: list(number),
});
export type LatencySeries = Decoded<typeof series>;

/** All values are microseconds. */
export const latency = shape<wire.Latency>()({
	from: optional(wallTime),
	to: optional(wallTime),
	bucket_us: integer64,
	buckets: number,
	approximate: flag,
	pending: integer64,
	series: list(series),
});
export type Latency = Decoded<typeof latency>;

export type LatencyStretch = { readonly from?: string; readonly to?: string };

export function latencyQuestion(rec: string, stretch: LatencyStretch, buckets: number, refresh: number | false) {
	const query = { ...stretch, buckets };
	return queryOptions({
		queryKey: ["latency", rec, query],
		queryFn: ({ signal }) => read(GET("/api/v1/recordings/{rec}/latency", { params: { path: { rec }, query }, signal }), latency, signal),
		refetchInterval: refresh,
		placeholderData: keepPreviousData,
	});
}

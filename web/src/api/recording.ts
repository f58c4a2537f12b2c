import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** How a run stands; last-seen: nothing arrived for a while, and nobody recorded its end. */
export const runState = oneOf("running", "finished", "failed", "canceled", "last-seen");
export type RunState = Decoded<typeof runState>;

/** What a derived recording is of: what a task did when it ran again. */
const derivedFrom = shape<wire.DerivedFrom>()({
	replay: optional(text),
	recording: optional(text),
	task: optional(text),
	subtask: number,
	attempt: number,
	state: oneOf("queued", "running", "done", "failed", "cancelled", "lost"),
	verdict: optional(text),
	kind: optional(oneOf("replay", "what-if", "diff")),
});

/** All that was recorded of one job run. */
export const recording = shape<wire.Recording>()({
	id: text,
	job: text,
	state: runState,
	flink: text,
	started: optional(wallTime),
	ended: optional(wallTime),
	blocks: integer64,
	events: integer64,
	bytes: integer64,
	gaps: number,
	removed: integer64,
	removed_until: optional(wallTime),
	agents: number,
	derived: optional(derivedFrom),
});
export type Recording = Decoded<typeof recording>;

/** A stretch that was not recorded, with its reason. */
export const gap = shape<wire.Gap>()({
	lane: text,
	reason: text,
	text: text,
	task: text,
	operator: optional(text),
	subtask: optional(number),
	attempt_key: text,
	first: integer64,
	last: integer64,
	events: integer64,
	bytes: integer64,
	from: optional(wallTime),
	to: optional(wallTime),
});
export type Gap = Decoded<typeof gap>;

const series = shape<wire.TimelineSeries>()({ op: text, kind: text, counts: list(number) });

/** Counts of events per stretch of time, from block headers. */
export const timeline = shape<wire.Timeline>()({
	from: optional(wallTime),
	to: optional(wallTime),
	bucket_us: integer64,
	series: list(series),
	total: integer64,
	approximate: flag,
	gaps: list(gap),
});
export type Timeline = Decoded<typeof timeline>;

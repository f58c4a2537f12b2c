import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { eventTime, wallTime } from "./instants";
import { note } from "./lineage";
import type * as wire from "./schema";

const end = shape<wire.ChannelEnd>()({ task: text, subtask: number, attempt: number });

/** A channel of a task, or a split of a source. */
const input = shape<wire.WatermarkInput>()({
	channel: optional(text),
	edge: optional(text),
	from: optional(end),
	split: optional(text),
	offset: optional(integer64),
	last_record: optional(eventTime),
	state: oneOf("active", "idle", "unaligned", "ended", "unknown"),
	holds: flag,
	watermark: optional(eventTime),
	lag_ms: optional(integer64),
	since: optional(wallTime),
	element: optional(text),
	taken: integer64,
	exact: flag,
	note: optional(text),
});
export type WatermarkInput = Decoded<typeof input>;

const passed = shape<wire.OperatorWatermark>()({
	op: text,
	op_name: text,
	watermark: optional(eventTime),
	lag_ms: optional(integer64),
	since: optional(wallTime),
	held_by: optional(text),
});
export type OperatorWatermark = Decoded<typeof passed>;

const task = shape<wire.TaskWatermark>()({
	task: text,
	vertex: text,
	subtask: number,
	attempt: number,
	attempt_key: text,
	position: optional(text),
	time: optional(wallTime),
	watermark: optional(eventTime),
	lag_ms: optional(integer64),
	idle: flag,
	ended: flag,
	inputs: list(input),
	operators: list(passed),
	notes: list(note),
});
export type TaskWatermark = Decoded<typeof task>;

/** What holds event time back in the subtasks of an operator's task. */
export const watermarkReport = shape<Omit<wire.WatermarkReport, "gaps" | "kind" | "masked" | "version" | "next">>()({
	items: list(task),
	op: text,
	op_name: text,
	at: optional(wallTime),
});
export type WatermarkReport = Decoded<typeof watermarkReport>;

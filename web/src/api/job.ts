import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { eventTime, wallTime } from "./instants";
import { process } from "./process";
import { runState } from "./recording";
import type * as wire from "./schema";

const cost = shape<wire.Cost>()({ cpu_share: optional(number), bytes_per_s: number, lost: integer64 });
export type Cost = Decoded<typeof cost>;

const jobFields = {
	id: text,
	name: text,
	state: runState,
	flink_state: text,
	type: text,
	flink: text,
	sql: flag,
	level: text,
	started: optional(wallTime),
	ended: optional(wallTime),
	last_seen: optional(wallTime),
	parallelism: number,
	operators: number,
	subtasks: number,
	agents: number,
	attempts_restarted: number,
	in_per_s: number,
	out_per_s: number,
	watermark: optional(eventTime),
	watermark_lag_ms: optional(integer64),
	source_lag: optional(integer64),
	drops: optional(integer64),
	gaps: number,
	events: integer64,
	bytes: integer64,
	cost: cost,
	problems: list(text),
};

/** One run of a job, summed up. */
export const job = shape<wire.Job>()(jobFields);
export type Job = Decoded<typeof job>;

const codePlace = shape<wire.Function>()({
	class: text,
	method: optional(text),
	file: optional(text),
	line: optional(number),
});

/** One operator of a chain. */
export const operator = shape<wire.Operator>()({
	id: text,
	index: number,
	uid: text,
	name: text,
	slug: text,
	kind: text,
	class: text,
	function: optional(codePlace),
	stateful: flag,
	timers: flag,
	records_in: integer64,
	records_out: integer64,
	in_per_s: number,
	out_per_s: number,
	topic: optional(text),
	drops: list(shape<wire.DropSum>()({ reason: text, kept: flag, count: integer64 })),
	next: list(number),
	outputs: list(number),
});
export type Operator = Decoded<typeof operator>;

const subtask = shape<wire.Subtask>()({
	subtask: number,
	attempt: number,
	attempt_key: text,
	state: text,
	host: text,
	process: text,
	records_in: integer64,
	records_out: integer64,
	in_per_s: number,
	out_per_s: number,
	watermark: optional(eventTime),
	last_seen: optional(wallTime),
});
export type Subtask = Decoded<typeof subtask>;

const vertex = shape<wire.Vertex>()({
	id: text,
	name: text,
	parallelism: number,
	operators: list(operator),
	records_in: integer64,
	records_out: integer64,
	in_per_s: number,
	out_per_s: number,
	watermark: optional(eventTime),
	watermark_lag_ms: optional(integer64),
	state: text,
	subtasks: list(subtask),
});
export type Vertex = Decoded<typeof vertex>;

const edge = shape<wire.Edge>()({
	id: text,
	from: text,
	to: text,
	from_operator: text,
	to_operator: text,
	ship: text,
	records: integer64,
	per_s: number,
	bytes_per_s: number,
	watermark: optional(eventTime),
	watermark_lag_ms: optional(integer64),
	in_flight: optional(integer64),
	serializer: text,
});
export type Edge = Decoded<typeof edge>;

const topicUse = shape<wire.TopicUse>()({
	topic: text,
	role: oneOf("read", "written"),
	operator: text,
	vertex: text,
	per_s: number,
	records: integer64,
	lag: optional(integer64),
});
export type TopicUse = Decoded<typeof topicUse>;

const graph = shape<wire.Graph>()({
	inferred: flag,
	vertices: list(vertex),
	edges: list(edge),
	topics: list(topicUse),
});
export type Graph = Decoded<typeof graph>;

const attempt = shape<wire.Attempt>()({
	attempt_key: text,
	vertex: text,
	task: text,
	subtask: number,
	attempt: number,
	state: text,
	host: text,
	started: optional(wallTime),
	ended: optional(wallTime),
	restored: integer64,
	error: optional(text),
});
export type Attempt = Decoded<typeof attempt>;

const checkpoint = shape<wire.Checkpoint>()({
	id: integer64,
	state: oneOf("triggered", "completed", "failed"),
	triggered: optional(wallTime),
	completed: optional(wallTime),
	discarded: optional(wallTime),
	duration_ms: integer64,
	bytes: integer64,
});
export type Checkpoint = Decoded<typeof checkpoint>;

const exceptionInfo = shape<wire.ExceptionInfo>()({
	time: wallTime,
	op: text,
	op_name: text,
	task: text,
	subtask: number,
	attempt: number,
	attempt_key: text,
	class: text,
	text: text,
	element: optional(text),
	position: optional(text),
});
export type ExceptionInfo = Decoded<typeof exceptionInfo>;

const totals = {
	channels: number,
	compared: integer64,
	equal: integer64,
	unequal: integer64,
	unaligned: integer64,
	exceeded: integer64,
	pending: integer64,
};

const channelTotals = shape<wire.ChannelTotals>()(totals);
export type ChannelTotals = Decoded<typeof channelTotals>;

/** One run with all that a page about it needs. */
export const jobDetail = shape<wire.JobDetail>()({
	...jobFields,
	graph: graph,
	attempts: list(attempt),
	processes: list(process),
	checks: channelTotals,
	checkpoints: list(checkpoint),
	exceptions: list(exceptionInfo),
});
export type JobDetail = Decoded<typeof jobDetail>;

/** What the live stream of a job sends every second. */
export const live = shape<wire.Live>()({ job: job, graph: graph });
export type Live = Decoded<typeof live>;

const channelEnd = shape<wire.ChannelEnd>()({ task: text, subtask: number, attempt: number });

const channel = shape<wire.Channel>()({
	edge: text,
	from: channelEnd,
	to: channelEnd,
	subpartition: number,
	checkpoints_compared: integer64,
	equal: integer64,
	unequal: integer64,
	unaligned: integer64,
	last_checkpoint: integer64,
	sent: integer64,
	consumed: integer64,
});
export type Channel = Decoded<typeof channel>;

/** Counters of both ends of every channel, compared at every barrier. */
export const channelReport = shape<Pick<wire.ChannelReport, "items" | keyof typeof totals>>()({ items: list(channel), ...totals });
export type ChannelReport = Decoded<typeof channelReport>;

const dropCount = shape<wire.DropCount>()({
	op: text,
	op_name: text,
	vertex: text,
	task: text,
	subtask: number,
	reason: text,
	kept: flag,
	count: integer64,
	last: optional(wallTime),
});
export type DropCount = Decoded<typeof dropCount>;

/** The records that operators threw away, by operator, reason and subtask. */
export const dropReport = shape<Pick<wire.DropReport, "items" | "told" | "lost" | "kept">>()({
	items: list(dropCount),
	told: flag,
	lost: integer64,
	kept: integer64,
});
export type DropReport = Decoded<typeof dropReport>;

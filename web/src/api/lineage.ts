import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { eventTime, wallTime } from "./instants";
import type * as wire from "./schema";
import { view } from "./view";

const node = shape<wire.LineageNode>()({
	id: text,
	kind: oneOf("kafka", "element", "source", "invocation", "written"),
	record: optional(text),
	recording: text,
	job: text,
	op: text,
	op_name: text,
	vertex: text,
	subtask: number,
	attempt: number,
	invocation: optional(integer64),
	position: optional(text),
	time: optional(wallTime),
	event_time: optional(eventTime),
	view: optional(view),
	depth: number,
	state_note: optional(text),
});
export type LineageNode = Decoded<typeof node>;

const edge = shape<wire.LineageEdge>()({
	from: text,
	to: text,
	kind: oneOf("same", "caused", "state", "dropped"),
	operator: optional(text),
	path: optional(text),
	through: optional(text),
	proof: optional(oneOf("exact", "over-approximated")),
	reason: optional(text),
	latency_ms: optional(integer64),
});
export type LineageEdge = Decoded<typeof edge>;

export const note = shape<wire.Note>()({
	kind: oneOf("state", "gap", "removed", "not-recorded", "limit", "transaction", "recovered", "dropped"),
	text: text,
	node: optional(text),
	operator: optional(text),
	hint: text,
});
export type LineageNote = Decoded<typeof note>;

const counts = shape<wire.LineageCounts>()({ nodes: number, edges: number, jobs: number, up: number, down: number });

/** What a record came from and what it became. */
export const lineage = shape<wire.Lineage>()({
	record: text,
	recording: text,
	complete: flag,
	nodes: list(node),
	edges: list(edge),
	notes: list(note),
	counts: counts,
	took_ms: number,
});
export type Lineage = Decoded<typeof lineage>;

import { type Decoded, flag, integer64, list, number, oneOf, optional, record, shape, text } from "../base/decode";
import { eventTime, wallTime } from "./instants";
import { operator } from "./job";
import { gap } from "./recording";
import type * as wire from "./schema";
import { valueNode, view } from "./view";

export const header = shape<wire.HeaderView>()({ name: text, value: optional(view) });
export type Header = Decoded<typeof header>;

const stateAccess = shape<wire.StateAccess>()({
	name: text,
	kind: text,
	backend: text,
	ttl_ms: integer64,
	expires: optional(eventTime),
	key: optional(view),
	namespace: optional(view),
	map_key: optional(view),
	before: optional(view),
	after: optional(view),
});
export type StateAccess = Decoded<typeof stateAccess>;

const drop = shape<wire.Drop>()({
	reason: text,
	kept: flag,
	records: integer64,
	partial: flag,
	event_time: optional(eventTime),
	against: optional(eventTime),
	against_what: optional(text),
	allowed_ms: integer64,
	late_ms: optional(integer64),
	cause: optional(text),
	cause_position: optional(text),
});
export type Drop = Decoded<typeof drop>;

const transaction = shape<wire.Transaction>()({
	id: text,
	producer: integer64,
	epoch: number,
	step: optional(text),
	outcome: optional(text),
});
export type Transaction = Decoded<typeof transaction>;

const changedField = shape<wire.ChangedField>()({ name: text, before: valueNode, after: valueNode, masked: optional(flag) });
export type ChangedField = Decoded<typeof changedField>;

/** What a row is in a stream of changes. */
const change = shape<wire.Change>()({
	kind: oneOf("+I", "-U", "+U", "-D"),
	other: optional(text),
	text: optional(text),
	fields: optional(list(changedField)),
	why: optional(text),
});
export type Change = Decoded<typeof change>;

/** One thing that a recording holds. */
export const event = shape<wire.Event>()({
	recording: text,
	lane: text,
	kind: text,
	op: text,
	op_name: text,
	operator_index: number,
	task: optional(text),
	subtask: number,
	attempt: number,
	attempt_key: text,
	invocation: integer64,
	n: number,
	position: optional(text),
	time: wallTime,
	event_time: optional(eventTime),
	lag_ms: optional(integer64),
	key: optional(view),
	headers: optional(list(header)),
	element: optional(text),
	channel: optional(text),
	path: optional(text),
	kafka: optional(text),
	checkpoint: optional(integer64),
	text: text,
	view: optional(view),
	body: optional(record),
	state: optional(stateAccess),
	drop: optional(drop),
	transaction: optional(transaction),
	change: optional(change),
	timer: optional(eventTime),
	cursor: text,
});
export type Event = Decoded<typeof event>;

type EventPageWire = Pick<wire.EventPage, "items" | "next" | "previous" | "gaps" | "scanned_from" | "scanned_to" | "complete">;

/** A page of events and how far the search for it went. */
export const eventPage = shape<EventPageWire>()({
	items: list(event),
	next: optional(text),
	previous: optional(text),
	gaps: optional(list(gap)),
	scanned_from: optional(wallTime),
	scanned_to: optional(wallTime),
	complete: flag,
});
export type EventPage = Decoded<typeof eventPage>;

const pathStep = shape<wire.PathStep>()({ op: text, name: text, kind: text, in: number, out: number });
const pathTaken = shape<wire.PathTaken>()({ text: text, cut: flag, steps: list(pathStep) });

/** Everything about one invocation. */
export const moment = shape<wire.Moment>()({
	position: text,
	task: text,
	subtask: number,
	attempt: number,
	invocation: event,
	input: optional(event),
	input_note: optional(text),
	outputs: list(event),
	writes: list(event),
	steps: list(event),
	more: flag,
	path: pathTaken,
	operator: optional(operator),
	watermark: optional(eventTime),
	exception: optional(event),
	logs: list(event),
	before: optional(text),
	after: optional(text),
});
export type Moment = Decoded<typeof moment>;

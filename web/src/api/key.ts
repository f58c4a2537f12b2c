import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { event } from "./event";
import { wallTime } from "./instants";
import { note } from "./lineage";
import type * as wire from "./schema";
import { view } from "./view";

/** A key that a name fits: two types of key may look the same. */
const foundKey = shape<wire.FoundKey>()({ view: optional(view), ops: list(text), serializer: text, first: optional(text) });
export type FoundKey = Decoded<typeof foundKey>;

/** One invocation that worked under a key. */
const visit = shape<wire.KeyVisit>()({
	position: text,
	op: text,
	op_name: text,
	task: text,
	subtask: number,
	attempt: number,
	time: wallTime,
	invocation: optional(event),
	input: optional(event),
	input_note: optional(text),
	steps: list(event),
	outputs: list(event),
	writes: list(event),
	shared: flag,
	more: flag,
});
export type KeyVisit = Decoded<typeof visit>;

/** A page of what happened under a key. */
export const keyHistory = shape<
	Omit<wire.KeyHistory, "explain" | "gaps" | "kind" | "masked" | "version" | "scanned_from" | "scanned_to">
>()({
	items: list(visit),
	next: optional(text),
	keys: list(foundKey),
	searched: flag,
	complete: flag,
	notes: list(note),
});
export type KeyHistory = Decoded<typeof keyHistory>;

const version = shape<wire.StateVersion>()({
	kind: oneOf("written", "added", "seen", "removed", "expired"),
	time: wallTime,
	until: optional(wallTime),
	expires: optional(wallTime),
	undone: optional(wallTime),
	position: text,
	subtask: number,
	attempt: number,
	text: text,
	value: optional(view),
	before: optional(view),
	input: optional(event),
});
export type StateVersion = Decoded<typeof version>;

const cell = shape<wire.StateCell>()({
	op: text,
	op_name: text,
	name: text,
	kind: text,
	backend: text,
	ttl_ms: integer64,
	namespace: optional(view),
	map_key: optional(view),
	current: number,
	versions: list(version),
});
export type StateCell = Decoded<typeof cell>;

/** Every version of a key's states. */
export const stateHistory = shape<Omit<wire.StateHistory, "explain" | "gaps" | "kind" | "masked" | "version" | "next">>()({
	items: list(cell),
	keys: list(foundKey),
	searched: flag,
	complete: flag,
	at: optional(wallTime),
	notes: list(note),
});
export type StateHistory = Decoded<typeof stateHistory>;

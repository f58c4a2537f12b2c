import { type Decoded, flag, integer64, list, number, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const hook = shape<wire.Hook>()({
	id: text,
	state: text,
	class: text,
	fired: integer64,
	detail: text,
	ns: optional(integer64),
	errors: integer64,
});
export type Hook = Decoded<typeof hook>;

const counters = shape<wire.ProcessCounters>()({
	blocks: integer64,
	bytes: integer64,
	cpu_ns: integer64,
	errors: integer64,
	events: integer64,
	lost_bytes: integer64,
	lost_events: integer64,
	queued_bytes: integer64,
	spilled_bytes: integer64,
});

const policy = shape<wire.ProcessPolicy>()({
	version: text,
	tasks: number,
	behind: number,
	refused: optional(text),
	why: optional(text),
});

const governor = shape<wire.Governor>()({
	step: number,
	why: optional(text),
	text: optional(text),
	cpu: number,
	bytes_per_s: integer64,
	memory: integer64,
});

const lookBack = shape<wire.LookBack>()({
	blocks: integer64,
	memory: integer64,
	disk: integer64,
	from: optional(wallTime),
	sending: integer64,
	sent_blocks: integer64,
	sent_bytes: integer64,
});

const spent = shape<wire.Spent>()({ on: text, ns: integer64 });

/** A JVM with an agent, as it reported itself. */
export const process = shape<wire.Process>()({
	process: text,
	role: text,
	host: text,
	pid: number,
	java: text,
	flink: text,
	agent: text,
	connected: flag,
	cpu_share: optional(number),
	last_seen: optional(wallTime),
	hooks: list(hook),
	counters: counters,
	off: flag,
	reason: optional(text),
	policy,
	governor,
	look_back: lookBack,
	spent: list(spent),
});
export type Process = Decoded<typeof process>;

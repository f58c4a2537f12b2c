/** What is to be recorded: the policy, what it comes to in a job, changes of levels for a while. */
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const mistake = shape<wire.Mistake>()({ line: number, column: optional(number), text });
export type Mistake = Decoded<typeof mistake>;

const operatorChange = shape<wire.OperatorChange>()({ operator: text, from: optional(text), to: text });

/** Levels of a job that are changed for a while, by a trigger or a person. */
export const levelChange = shape<wire.LevelChange>()({
	id: integer64,
	recording: text,
	job: text,
	at: wallTime,
	until: wallTime,
	ended: optional(wallTime),
	trigger: optional(text),
	on: optional(text),
	who: optional(text),
	why: optional(text),
	cause: optional(text),
	position: optional(text),
	operators: list(operatorChange),
	lookback: flag,
	again: integer64,
});
export type LevelChange = Decoded<typeof levelChange>;

const trigger = shape<wire.TriggerStatus>()({
	name: text,
	on: text,
	line: number,
	job: optional(text),
	operator: optional(text),
	when: optional(text),
	level: text,
	for_s: integer64,
	unclear: integer64,
	reason: optional(text),
});

/** The policy in force. */
export const recordingPolicy = shape<wire.RecordingPolicy>()({
	version: integer64,
	at: optional(wallTime),
	who: text,
	why: text,
	text,
	file: text,
	told: text,
	mistakes: list(mistake),
	changes: list(levelChange),
	triggers: list(trigger),
});
export type RecordingPolicy = Decoded<typeof recordingPolicy>;

/** What a text would come to. */
export const policyReport = shape<wire.PolicyReport>()({
	mistakes: list(mistake),
	rules: number,
	triggers: number,
	moves: list(shape<wire.LevelMove>()({ job: text, operator: text, from: text, to: text })),
	warnings: list(text),
	version: optional(integer64),
});
export type PolicyReport = Decoded<typeof policyReport>;

const applied = shape<wire.AppliedLevel>()({
	word: text,
	level: text,
	why: optional(text),
	version: text,
	subtasks: list(number),
	since: optional(wallTime),
});

const effectiveOperator = shape<wire.EffectiveOperator>()({
	vertex: text,
	op: text,
	name: text,
	kind: text,
	level: text,
	word: text,
	rule: text,
	change: optional(levelChange),
	payload: text,
	sample: text,
	lookback: flag,
	logs: text,
	applied: list(applied),
	pending: flag,
});
export type EffectiveOperator = Decoded<typeof effectiveOperator>;

const effectiveAgent = shape<wire.EffectiveAgent>()({
	process: text,
	host: text,
	pid: number,
	version: text,
	state: oneOf("follows", "lags", "refuses", "off", "unknown"),
	reason: optional(text),
	tasks: number,
	behind: number,
});
export type EffectiveAgent = Decoded<typeof effectiveAgent>;

/** What the policy comes to in one job, and what its agents made of it. */
export const effectivePolicy = shape<wire.EffectivePolicy>()({
	recording: text,
	job: text,
	told: text,
	operators: list(effectiveOperator),
	agents: list(effectiveAgent),
});

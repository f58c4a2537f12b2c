/** Replays: recorded tasks that run again, and what that proves. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, type Decoder, flag, integer64, list, number, oneOf, optional, record, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { event } from "./event";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** What a replay proves. */
export const verdictWord = oneOf(
	"exact",
	"exact-solved",
	"equal-per-key",
	"equal-counts",
	"path-equal",
	"diverged",
	"nothing",
	"not-replayable",
	"unchanged",
);
export type VerdictWord = Decoded<typeof verdictWord>;

const place = shape<wire.ReplayPlace>()({
	operator: text,
	position: text,
	invocation: integer64,
	nth: number,
	written: flag,
	subpartition: number,
});

const parting = shape<wire.ReplayParting>()({ number: integer64, recorded: optional(place), replayed: optional(place) });

const finding = shape<wire.ReplayFinding>()({
	about: oneOf("capsule", "parts", "state", "flink", "java", "agent", "sandbox", "secrets", "inputs", "recording"),
	stops: flag,
	text: text,
	do: optional(text),
});
export type ReplayFinding = Decoded<typeof finding>;

const sender = shape<wire.ReplaySender>()({
	attempt_key: text,
	task: text,
	operator: text,
	subtask: number,
	attempt: number,
	checkpoint: integer64,
	to: integer64,
	replay: optional(text),
	verdict: optional(verdictWord),
});
export type ReplaySender = Decoded<typeof sender>;

const stateAtCheckpoints = shape<wire.ReplayState>()({
	checkpoints: number,
	compared: number,
	equal: number,
	entries: integer64,
	reason: optional(text),
	first: list(
		shape<wire.ReplayStateParting>()({
			checkpoint: integer64,
			invocation: integer64,
			operator: text,
			state: text,
			recorded: integer64,
			replayed: integer64,
			lost: integer64,
			extra: integer64,
			key_group: number,
		}),
	),
});

const verdict = shape<wire.ReplayVerdict>()({
	verdict: verdictWord,
	text: text,
	recorded: integer64,
	replayed: integer64,
	equal: integer64,
	reached: integer64,
	last: integer64,
	first: optional(parting),
	causes: list(shape<wire.ReplayCause>()({ kind: text, text: text, sure: flag })),
	notes: list(text),
	thrown: optional(text),
	thrown_at: integer64,
	state: optional(stateAtCheckpoints),
});
export type ReplayVerdict = Decoded<typeof verdict>;

/** Texts by name. */
const textByName: Decoder<Readonly<Record<string, string>>, Readonly<Record<string, string>>> = {
	read: (input, path) => Object.fromEntries(Object.entries(record.read(input, path)).map(([k, v]) => [k, text.read(v, `${path}.${k}`)])),
};

const change = shape<wire.ReplayChange>()({
	kind: oneOf(
		"remove",
		"repeat",
		"set",
		"drop-field",
		"bytes",
		"time",
		"swap",
		"drop-timer",
		"move-timer",
		"clock",
		"random",
		"state",
		"state-bytes",
		"add-state",
		"clear-state",
	),
	at: optional(integer64),
	path: optional(text),
	value: optional(text),
	by_ms: optional(integer64),
	source: optional(text),
	nth: optional(number),
	state: optional(text),
	operator: optional(text),
	key: optional(text),
	namespace: optional(text),
	map_key: optional(text),
	begin: optional(flag),
});
export type ReplayChange = Decoded<typeof change>;

const counts = shape<wire.ReplayCounts>()({ equal: integer64, altered: integer64, added: integer64, missing: integer64 });
export type ReplayCounts = Decoded<typeof counts>;

const codePlace = shape<wire.CodePlace>()({ class: text, method: text, source: optional(text), line: number });
export type CodePlace = Decoded<typeof codePlace>;

export const replay = shape<wire.ReplayRun>()({
	id: text,
	recording: text,
	job: text,
	task: text,
	operator: text,
	subtask: number,
	attempt: number,
	attempt_key: text,
	checkpoint: integer64,
	to: integer64,
	from: integer64,
	who: text,
	state: oneOf("queued", "running", "done", "failed", "cancelled"),
	ahead: number,
	phase: optional(text),
	created: wallTime,
	began: optional(wallTime),
	ended: optional(wallTime),
	elements: integer64,
	reached: integer64,
	last: integer64,
	share: number,
	cpu_us: integer64,
	derived: optional(text),
	sandbox: optional(text),
	verdict: optional(verdict),
	findings: list(finding),
	for: optional(text),
	senders: list(sender),
	error: optional(text),
	kind: oneOf("replay", "what-if", "diff"),
	changes: optional(list(change)),
	base: optional(text),
	unchanged: optional(verdict),
	differences: optional(shape<wire.ReplayDifferences>()({ outputs: counts, state: counts, note: optional(text) })),
	variant: optional(
		shape<wire.ReplayVariant>()({
			jars: optional(list(shape<wire.ReplayJar>()({ name: optional(text), id: text }))),
			config: optional(textByName),
			flink: optional(text),
		}),
	),
	parted: optional(
		shape<wire.ReplayParted>()({
			invocation: integer64,
			position: text,
			before: optional(codePlace),
			unchanged: optional(codePlace),
			changed: optional(codePlace),
			variables: list(text),
			note: optional(text),
		}),
	),
});
export type Replay = Decoded<typeof replay>;

const plan = shape<wire.ReplayPlan>()({
	recording: text,
	job: text,
	task: text,
	operator: text,
	subtask: number,
	attempt: number,
	attempt_key: text,
	replayable: flag,
	reaches: integer64,
	last: integer64,
	starts: list(shape<wire.ReplayStart>()({ checkpoint: integer64, invocation: integer64, absent: optional(text) })),
	restored: flag,
	flink: text,
	flink_home: optional(text),
	java: optional(text),
	java_here: optional(text),
	sandbox: optional(text),
	findings: list(finding),
	senders: list(sender),
	before: list(replay),
});
export type ReplayPlan = Decoded<typeof plan>;

const difference = shape<wire.ReplayDifference>()({
	verdict: text,
	number: integer64,
	recorded: optional(event),
	replayed: optional(event),
	fields: list(shape<wire.FieldChanged>()({ path: text, recorded: optional(text), replayed: optional(text) })),
	note: optional(text),
});
export type ReplayDifference = Decoded<typeof difference>;

const runDifference = shape<wire.RunDifference>()({
	of: oneOf("output", "state"),
	kind: oneOf("altered", "added", "missing"),
	unchanged: optional(event),
	changed: optional(event),
	position: text,
	fields: list(shape<wire.FieldChanged>()({ path: text, recorded: optional(text), replayed: optional(text) })),
	note: optional(text),
});

const comparison = shape<wire.ReplayComparison>()({
	outputs: counts,
	state: counts,
	note: optional(text),
	shown: list(runDifference),
	more: integer64,
});
export type ReplayComparison = Decoded<typeof comparison>;

const replays = shape<Pick<wire.ReplayRunList, "items">>()({ items: list(replay) });

/** A replay is over when nothing more becomes of it. */
export function isOver(r: Replay): boolean {
	return r.state !== "queued" && r.state !== "running";
}

/** It did what was recorded, at least of each key: what it derived may stand for the recording. */
export function provesItself(r: Replay): boolean {
	const verdict = r.verdict?.verdict;
	return verdict === "exact" || verdict === "exact-solved" || verdict === "equal-per-key";
}

export const replaysQuestion = queryOptions({
	queryKey: ["replays"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/replays", { signal }), replays, signal)).items,
	refetchInterval: 1_000,
});

export function replayQuestion(id: string) {
	return queryOptions({
		queryKey: ["replays", id],
		queryFn: ({ signal }) => read(GET("/api/v1/replays/{id}", { params: { path: { id } }, signal }), replay, signal),
		refetchInterval: (query) => (query.state.data !== undefined && isOver(query.state.data) ? false : 500),
	});
}

export function differenceQuestion(id: string) {
	return queryOptions({
		queryKey: ["replays", id, "difference"],
		queryFn: ({ signal }) => read(GET("/api/v1/replays/{id}/difference", { params: { path: { id } }, signal }), difference, signal),
		staleTime: Number.POSITIVE_INFINITY,
	});
}

/** What a what-if or a diff did otherwise than the unchanged run. */
export function comparisonQuestion(id: string) {
	return queryOptions({
		queryKey: ["replays", id, "differences"],
		queryFn: ({ signal }) => read(GET("/api/v1/replays/{id}/differences", { params: { path: { id } }, signal }), comparison, signal),
		staleTime: Number.POSITIVE_INFINITY,
	});
}

/** Which attempt: by a position of it. */
export function planQuestion(rec: string, position: string) {
	return queryOptions({
		queryKey: ["replay-plan", rec, position],
		queryFn: ({ signal }) =>
			read(POST("/api/v1/recordings/{rec}/replays/plan", { params: { path: { rec } }, body: { position }, signal }), plan, signal),
		staleTime: 5_000,
	});
}

/** Lets a replay wait for its turn. */
export function startReplay(rec: string, body: wire.ReplayWish) {
	return read(POST("/api/v1/recordings/{rec}/replays", { params: { path: { rec } }, body }), replay, undefined);
}

/** Ends one that waits or runs. */
export function cancelReplay(id: string) {
	return read(DELETE("/api/v1/replays/{id}", { params: { path: { id } } }), replay, undefined);
}

/** Takes away what came of one that is over, with its derived recording. */
export function removeReplay(id: string) {
	return read(DELETE("/api/v1/replays/{id}/result", { params: { path: { id } } }), replay, undefined);
}

/** The action that a person needs for any of these. */
export const replayAction = "job:replay";

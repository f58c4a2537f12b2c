/** What the kinds of events are called and how they look (spec/recording.md, section 4). */
import type { IconName } from "../widgets/Icon";

export type KindTone = "data" | "wm" | "time" | "mark" | "out" | "bad" | "state";

export type KindLook = {
	readonly word: string;
	readonly icon: IconName;
	readonly tone: KindTone;
	/** In one sentence, for a tool tip. */
	readonly about: string;
};

const looks: Readonly<Record<string, KindLook>> = {
	record: { word: "emit", icon: "emit", tone: "data", about: "a record leaves the task" },
	watermark: { word: "watermark out", icon: "watermark", tone: "wm", about: "a watermark leaves the task" },
	status: { word: "status", icon: "watermark", tone: "wm", about: "the output becomes idle or active" },
	"latency-marker": { word: "latency marker", icon: "clock", tone: "mark", about: "Flink's own latency measurement" },
	attributes: { word: "attributes", icon: "mail", tone: "mark", about: "attributes of the records to come" },
	"internal-watermark": { word: "internal watermark", icon: "watermark", tone: "wm", about: "a watermark between subtasks" },
	elements: { word: "record in", icon: "enter", tone: "data", about: "elements of a channel enter the task" },
	source: { word: "source", icon: "source", tone: "data", about: "invocations that read source records" },
	"event-timer": { word: "event timer", icon: "timer", tone: "time", about: "a timer of event time fires" },
	"processing-timer": { word: "processing timer", icon: "timer", tone: "time", about: "a timer of processing time fires" },
	mail: { word: "mail", icon: "mail", tone: "mark", about: "an action in the task's mailbox" },
	"processing-time-callback": { word: "callback", icon: "timer", tone: "time", about: "a callback of processing time" },
	"recovered-elements": {
		word: "recovered",
		icon: "restart",
		tone: "data",
		about: "elements that came out of a checkpoint's channel state",
	},
	"barrier-in": { word: "barrier", icon: "barrier", tone: "mark", about: "a checkpoint barrier enters" },
	checkpoint: { word: "checkpoint", icon: "state", tone: "state", about: "the task takes its snapshot" },
	"end-of-recovery": { word: "end of recovery", icon: "restart", tone: "mark", about: "counting begins anew" },
	"end-of-channel": { word: "end of channel", icon: "close", tone: "mark", about: "nothing more comes from this channel" },
	resync: { word: "resync", icon: "gap", tone: "bad", about: "counting begins anew after a lost stretch" },
	"watermark-in": { word: "watermark", icon: "watermark", tone: "wm", about: "the combined watermark of the inputs moves" },
	"source-record": { word: "source record", icon: "source", tone: "data", about: "a record that a source read" },
	"other-source-record": { word: "source record", icon: "source", tone: "data", about: "a record of a source that is not Kafka" },
	written: { word: "written", icon: "sink", tone: "out", about: "a record written to Kafka, with the place it got" },
	"write-failed": { word: "write failed", icon: "failed", tone: "bad", about: "a record that could not be written" },
	"job-state": { word: "job state", icon: "fleet", tone: "mark", about: "the job changes its state" },
	"attempt-state": { word: "attempt state", icon: "fleet", tone: "mark", about: "an attempt changes its state, as the JobManager sees it" },
	"job-checkpoint": { word: "job checkpoint", icon: "state", tone: "state", about: "a checkpoint of the job begins, completes or fails" },
	graph: { word: "graph", icon: "graph", tone: "mark", about: "the job graph" },
	"planned-operator": { word: "planned", icon: "fn", tone: "mark", about: "what the planner knows of an operator" },
	statement: { word: "statement", icon: "fn", tone: "mark", about: "a statement that the table planner took" },
	"task-started": { word: "task started", icon: "running", tone: "mark", about: "a task attempt begins" },
	"task-state": { word: "task state", icon: "fleet", tone: "mark", about: "a task attempt changes its state" },
	"task-ended": { word: "task ended", icon: "close", tone: "mark", about: "a task attempt ends" },
	exception: { word: "exception", icon: "failed", tone: "bad", about: "an exception, with the record being handled" },
	level: { word: "level", icon: "filter", tone: "mark", about: "what is recorded of each operator changes" },
	"source-run": { word: "source run", icon: "source", tone: "data", about: "source records by their positions, without bytes" },
	"timer-registered": { word: "timer set", icon: "timer", tone: "time", about: "an operator registers a timer" },
	"timer-deleted": { word: "timer deleted", icon: "close", tone: "time", about: "an operator deletes a timer" },
	"timer-fired": { word: "timer fired", icon: "timer", tone: "time", about: "an operator's timer fires" },
	"window-assigned": { word: "window", icon: "sum", tone: "state", about: "a record is assigned to a window" },
	"window-merged": { word: "windows merged", icon: "join", tone: "state", about: "windows become one" },
	"window-fired": { word: "window fired", icon: "sum", tone: "data", about: "a window gives its result" },
	"window-purged": { word: "window purged", icon: "close", tone: "state", about: "what a window held is removed" },
	dropped: { word: "dropped", icon: "dropped", tone: "bad", about: "a record goes no further, with the reason" },
	"watermark-out": { word: "watermark out", icon: "watermark", tone: "wm", about: "an operator emits a watermark" },
	"watermark-held": { word: "watermark held", icon: "wait", tone: "wm", about: "the input that keeps the watermark back" },
	cause: { word: "cause", icon: "link", tone: "mark", about: "the record that a later result comes from" },
	transaction: { word: "transaction", icon: "link", tone: "mark", about: "what a sink did with a Kafka transaction" },
	snapshot: { word: "snapshot", icon: "state", tone: "state", about: "what a task wrote for a checkpoint" },
	restored: { word: "restored", icon: "restart", tone: "state", about: "the state that a task began from" },
	code: { word: "code", icon: "fn", tone: "mark", about: "code that Flink generated for the job" },
	capsule: { word: "capsule", icon: "recording", tone: "mark", about: "what rebuilds a task for replay" },
	"log-line": { word: "log", icon: "minus", tone: "mark", about: "a line of the log, with the record being handled" },
	"state-read": { word: "state read", icon: "state", tone: "state", about: "an operator reads keyed or operator state" },
	"state-written": { word: "state written", icon: "state", tone: "state", about: "an operator writes state" },
	"state-cleared": { word: "state cleared", icon: "state", tone: "state", about: "an operator clears state" },
	"state-expired": { word: "state expired", icon: "clock", tone: "state", about: "state passes its time to live" },
	"env-read": { word: "read outside", icon: "down", tone: "mark", about: "the task takes a value from outside: clock, random, async" },
	gap: { word: "gap", icon: "gap", tone: "bad", about: "a stretch that was not recorded" },
};

export function lookOf(kind: string): KindLook {
	// A filter in a link may name anything, "constructor" as well.
	const known = Object.hasOwn(looks, kind) ? looks[kind] : undefined;
	return known ?? { word: kind, icon: "unknown", tone: "mark", about: "a kind that this page does not know" };
}

export const kindNames: readonly string[] = Object.keys(looks);

/** The lanes of a recording and what they hold. */
export const laneNames: readonly (readonly [string, string])[] = [
	["out", "what leaves tasks"],
	["det", "what tasks were given, in order"],
	["src", "what sources read"],
	["trace", "what operators did, and what was written outside"],
	["state", "what operators did with state"],
	["env", "what tasks took from outside"],
	["job", "the job and its attempts"],
	["log", "exceptions"],
	["gap", "what was not recorded"],
];

/** The colour of a tone; a token, so that both themes work. */
export const toneColour: Readonly<Record<KindTone, string>> = {
	data: "--ink",
	wm: "--wm",
	time: "--retract",
	mark: "--ink-2",
	out: "--ok",
	bad: "--drop",
	state: "--cp",
};

export const toneWords: Readonly<Record<KindTone, string>> = {
	data: "records",
	wm: "watermarks",
	time: "timers",
	mark: "marks",
	out: "written",
	bad: "failures",
	state: "checkpoints",
};

/** The colour of a word of a tone. Quiet ink is for bars: words in it could not be read. */
export function wordColour(tone: KindTone): string {
	return tone === "data" || tone === "mark" ? "--fg-2" : toneColour[tone];
}

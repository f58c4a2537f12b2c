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
	"task-started": { word: "task started", icon: "running", tone: "mark", about: "a task attempt begins" },
	"task-state": { word: "task state", icon: "fleet", tone: "mark", about: "a task attempt changes its state" },
	"task-ended": { word: "task ended", icon: "close", tone: "mark", about: "a task attempt ends" },
	exception: { word: "exception", icon: "failed", tone: "bad", about: "an exception, with the record being handled" },
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
	["trace", "what was written outside"],
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

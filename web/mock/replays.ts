/** Replays of the made-up recordings: one exact, one that diverged, one that runs, one that waits, one that cannot. */
import type { ReplayComparison, ReplayDifference, ReplayPlan, ReplayRun, ReplaySender } from "../src/api/schema";
import { orderTotals } from "./jobs.ts";

const derived = "5d0a17c2b3e94f60b7f1a2c3d4e5f607";

export const exactReplay: ReplayRun = {
	id: "4487cf581c8d",
	kind: "replay",
	recording: orderTotals,
	job: "order-totals",
	task: "drop duplicates",
	operator: "drop-duplicates",
	subtask: 1,
	attempt: 0,
	attempt_key: "22c00e395ec4510d",
	checkpoint: "0",
	to: "0",
	from: "3001",
	who: "local",
	state: "done",
	ahead: 0,
	created: "2026-11-23T14:20:00.000000Z",
	began: "2026-11-23T14:20:00.100000Z",
	ended: "2026-11-23T14:20:01.500000Z",
	elements: "3100",
	reached: "3200",
	last: "3200",
	share: 1,
	cpu_us: "410000",
	derived,
	sandbox: "Landlock 7",
	findings: [],
	senders: [],
	verdict: {
		verdict: "exact",
		text: "380 outputs are equal, bytes and order",
		recorded: "380",
		replayed: "380",
		equal: "380",
		reached: "3200",
		last: "3200",
		causes: [],
		notes: ["the state at checkpoints was not compared"],
		thrown_at: "0",
	},
};

export const divergedReplay: ReplayRun = {
	...exactReplay,
	id: "9a1154c262d0",
	subtask: 2,
	verdict: {
		verdict: "diverged",
		text: "output 112, invocation 207, operator drop-duplicates: the outputs differ; 111 before it are equal",
		recorded: "380",
		replayed: "380",
		equal: "379",
		reached: "3200",
		last: "3200",
		first: {
			number: "112",
			recorded: {
				operator: "drop-duplicates",
				position: "drop-duplicates.2.0.207",
				invocation: "207",
				nth: 0,
				written: false,
				subpartition: 1,
			},
			replayed: {
				operator: "drop-duplicates",
				position: "drop-duplicates.2.0.207",
				invocation: "207",
				nth: 0,
				written: false,
				subpartition: 1,
			},
		},
		causes: [
			{ kind: "reads", text: "2 reads of clocks or random numbers differ from the recorded ones", sure: true },
			{ kind: "order", text: "the order of a hash map or set", sure: false },
		],
		notes: ["the state at checkpoints was not compared"],
		thrown_at: "0",
	},
};

const noCounts = { equal: "379", altered: "0", added: "0", missing: "0" };

export const whatIfReplay: ReplayRun = {
	...divergedReplay,
	id: "38f71f01aa25",
	kind: "what-if",
	base: "6e1b28d3c4fa5071c802b3d4e5f60718",
	changes: [
		{ kind: "remove", at: "207" },
		{ kind: "state", at: "208", operator: "drop-duplicates", state: "seen", key: "o-0000017", value: "false" },
	],
	unchanged: { ...exactReplay.verdict, notes: [], causes: [] } as ReplayRun["unchanged"],
	differences: { outputs: { ...noCounts, missing: "1" }, state: { ...noCounts, altered: "1" } },
	parted: {
		invocation: "207",
		position: "drop-duplicates.2.0.207",
		unchanged: { class: "com.example.DropDuplicates", method: "processElement", source: "DropDuplicates.java", line: 36 },
		variables: ["seen"],
	},
};

export const runComparison: ReplayComparison = {
	outputs: { ...noCounts, missing: "1" },
	state: { ...noCounts, altered: "1" },
	shown: [{ of: "output", kind: "missing", position: "drop-duplicates.2.0.207", fields: [] }],
	more: "1",
};

export const runningReplay: ReplayRun = {
	id: "237dda2c62d7",
	kind: "replay",
	recording: orderTotals,
	job: "order-totals",
	task: "convert to euro",
	operator: "convert-to-euro",
	subtask: 0,
	attempt: 1,
	attempt_key: "e3bd534a91320f38",
	checkpoint: "0",
	to: "0",
	from: "0",
	who: "ann",
	state: "running",
	phase: "running",
	ahead: 0,
	created: "2026-11-23T14:30:00.000000Z",
	began: "2026-11-23T14:30:00.100000Z",
	elements: "1200",
	reached: "1500",
	last: "6000",
	share: 0.25,
	cpu_us: "0",
	findings: [],
	senders: [],
};

const { phase: _phase, began: _began, ...waiting } = runningReplay;
export const queuedReplay: ReplayRun = { ...waiting, id: "d869c5792e34", state: "queued", ahead: 1, share: 0, reached: "0" };

export const impossibleReplay: ReplayRun = {
	...waiting,
	id: "c78a95d0aa33",
	operator: "orders",
	task: "Source: orders",
	state: "done",
	ended: "2026-11-23T14:30:00.200000Z",
	share: 0,
	reached: "0",
	findings: [
		{
			about: "flink",
			stops: true,
			text: "the jars of Flink 2.3.0 are not here",
			do: "python3 -m pip install --no-deps --target flink/flink-2.3.0 apache-flink-libraries==2.3.0",
		},
	],
	verdict: {
		verdict: "not-replayable",
		text: "the jars of Flink 2.3.0 are not here",
		recorded: "0",
		replayed: "0",
		equal: "0",
		reached: "0",
		last: "6000",
		causes: [],
		notes: [],
		thrown_at: "0",
	},
};

export const replays: readonly ReplayRun[] = [runningReplay, queuedReplay, divergedReplay, impossibleReplay, exactReplay];

export const replayDifference: ReplayDifference = {
	verdict: "diverged",
	number: "112",
	fields: [{ path: "amount", recorded: "12.50", replayed: "12.51" }],
};

export const replayPlan: ReplayPlan = {
	recording: orderTotals,
	job: "order-totals",
	task: "drop duplicates",
	operator: "drop-duplicates",
	subtask: 1,
	attempt: 0,
	attempt_key: "22c00e395ec4510d",
	replayable: true,
	reaches: "3200",
	last: "3200",
	starts: [{ checkpoint: "4", invocation: "2100" }],
	restored: false,
	flink: "2.3.0",
	flink_home: "/opt/flink-2.3.0",
	java: "17.0.15",
	java_here: "17.0.15",
	sandbox: "Landlock 7",
	findings: [],
	senders: [],
	before: [exactReplay],
};

/** Of tasks before it, of which the recording has no bytes: one ran again, one has to. */
export const senders: ReplaySender[] = [
	{
		attempt_key: "90a1b2c3d4e5f601",
		task: "Source: orders",
		operator: "source-orders",
		subtask: 0,
		attempt: 0,
		checkpoint: "0",
		to: "5100",
		replay: "0a1b2c3d4e5f",
		verdict: "equal-counts",
	},
	{
		attempt_key: "90a1b2c3d4e5f602",
		task: "convert to euro",
		operator: "convert-to-euro",
		subtask: 1,
		attempt: 0,
		checkpoint: "4",
		to: "0",
	},
];

/** What happened under a made-up key of order-totals, its states, and the watermarks of the task that it is in. */
import type { Event, KeyHistory, KeyVisit, StateHistory, StateVersion, View, WatermarkReport } from "../src/api/schema";
import { rfc3339 } from "./draw.ts";
import { began, orderTotals } from "./jobs.ts";
import { flinkView, textView } from "./payload.ts";

export const key = "m-fjord";
const op = { op: "totals-per-merchant", op_name: "totals per merchant" } as const;
const at = (ms: number) => rfc3339(began + ms * 1000);

function eventOf(e: Pick<Event, "kind" | "lane" | "text" | "cursor"> & Partial<Event>, inv: number, ms: number): Event {
	return {
		recording: orderTotals,
		...op,
		operator_index: 0,
		subtask: 1,
		attempt: 0,
		attempt_key: "00000000000000aa",
		invocation: String(inv),
		n: 1,
		position: `${op.op}.1.0.${inv}`,
		time: at(ms),
		...e,
	};
}

function visit(inv: number, ms: number, of: Partial<KeyVisit>): KeyVisit {
	return {
		position: `${op.op}.1.0.${inv}`,
		...op,
		task: op.op_name,
		subtask: 1,
		attempt: 0,
		time: at(ms),
		steps: [],
		outputs: [],
		writes: [],
		shared: false,
		more: false,
		...of,
	};
}

const sum = (cents: number, count: number): View => flinkView("shop.Sum", { cents, count });

export const visits: readonly KeyVisit[] = [
	visit(12, 0, {
		input: eventOf(
			{ kind: "record", lane: "out", text: "{merchant: m-fjord, cents: 900}", cursor: "in12", element: "00000000000000bb:1:4" },
			4,
			0,
		),
		steps: [
			eventOf({ kind: "window-assigned", lane: "trace", text: "into the window [0, 10)", cursor: "w12" }, 12, 0),
			eventOf({ kind: "state-written", lane: "state", text: "added to sums: {cents: 900, count: 1}", cursor: "s12" }, 12, 0),
			eventOf({ kind: "timer-registered", lane: "trace", text: "event timer set for 10", cursor: "t12" }, 12, 0),
		],
	}),
	visit(15, 4_000, {
		input: eventOf(
			{ kind: "record", lane: "out", text: "{merchant: m-fjord, cents: 100}", cursor: "in15", element: "00000000000000bb:1:7" },
			7,
			4_000,
		),
		steps: [eventOf({ kind: "state-written", lane: "state", text: "added to sums: {cents: 1000, count: 2}", cursor: "s15" }, 15, 4_000)],
	}),
	visit(19, 7_000, {
		shared: true,
		input: eventOf({ kind: "record", lane: "out", text: "{merchant: m-fjord, cents: 7}", cursor: "in19" }, 9, 7_000),
		steps: [eventOf({ kind: "dropped", lane: "trace", text: "dropped: window-late, 4s late", cursor: "d19" }, 19, 7_000)],
	}),
	visit(23, 10_000, {
		invocation: eventOf({ kind: "event-timer", lane: "det", text: "1 timer for 10", cursor: "i23" }, 23, 10_000),
		steps: [eventOf({ kind: "window-fired", lane: "trace", text: "the window [0, 10) fires", cursor: "f23" }, 23, 10_000)],
		outputs: [
			eventOf(
				{ kind: "record", lane: "out", text: "{merchant: m-fjord, cents: 1000}", cursor: "o23", element: "00000000000000cc:0:2" },
				23,
				10_000,
			),
		],
	}),
];

const found = { view: textView(key), ops: [op.op], serializer: "0000000000000001", first: `${op.op}.1.0.12` };

export const historyOfKey: KeyHistory = {
	kind: "key-visit",
	version: 1,
	items: visits,
	keys: [found],
	searched: true,
	complete: true,
	notes: [],
};

function version(inv: number, ms: number, of: Partial<StateVersion>): StateVersion {
	return { kind: "written", time: at(ms), position: `${op.op}.1.0.${inv}`, subtask: 1, attempt: 0, text: "", ...of };
}

export const statesOfKey: StateHistory = {
	kind: "state-cell",
	version: 1,
	keys: [found],
	searched: true,
	complete: true,
	notes: [],
	items: [
		{
			...op,
			name: "sums",
			kind: "aggregating",
			backend: "rocksdb",
			ttl_ms: "0",
			namespace: textView("[0, 10)"),
			current: 1,
			versions: [
				version(12, 0, { value: sum(900, 1), until: at(4_000), input: visits[0]?.input as Event }),
				version(15, 4_000, { value: sum(1000, 2), before: sum(900, 1), until: at(10_000) }),
				version(23, 10_000, { kind: "removed", before: sum(1000, 2) }),
			],
		},
		{
			...op,
			name: "seen",
			kind: "value",
			backend: "rocksdb",
			ttl_ms: "3000",
			current: -1,
			versions: [version(12, 1_000, { kind: "seen", value: textView("yes"), expires: at(4_000) })],
		},
	],
};

export const watermarksOfTotals: WatermarkReport = {
	kind: "task-watermark",
	version: 1,
	...op,
	at: at(5_000),
	items: [
		{
			task: op.op_name,
			vertex: "v",
			subtask: 1,
			attempt: 0,
			attempt_key: "00000000000000aa",
			position: `${op.op}.1.0.15`,
			time: at(5_000),
			watermark: at(-3_000),
			lag_ms: "8000",
			idle: false,
			ended: false,
			inputs: [
				{
					channel: "00000000000000bb:1",
					edge: "d",
					from: { task: "convert to euro", subtask: 0, attempt: 0 },
					state: "active",
					holds: true,
					watermark: at(-3_000),
					lag_ms: "8000",
					since: at(2_000),
					element: "00000000000000bb:1:6",
					taken: "8",
					exact: true,
				},
				{
					channel: "00000000000000bc:1",
					edge: "d",
					from: { task: "convert to euro", subtask: 1, attempt: 0 },
					state: "idle",
					holds: false,
					watermark: at(-9_000),
					lag_ms: "14000",
					taken: "3",
					exact: true,
				},
				{
					channel: "00000000000000bd:1",
					edge: "d",
					from: { task: "convert to euro", subtask: 2, attempt: 0 },
					state: "active",
					holds: false,
					taken: "0",
					exact: false,
					note: "what its sender sent is not all recorded",
				},
			],
			operators: [{ ...op, watermark: at(-4_000), lag_ms: "9000" }],
			notes: [{ kind: "not-recorded", text: "something is not recorded", hint: "record it at trace" }],
		},
	],
};

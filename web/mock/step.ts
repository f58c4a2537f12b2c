/** Steps through a made-up invocation of drop duplicates: an order whose id was forgotten passes again. */
import type { Event, Moment, StepFrame, StepPlace, StepProgress } from "../src/api/schema";
import { rfc3339 } from "./draw.ts";
import { began, orderTotals } from "./jobs.ts";
import { flinkView, textView } from "./payload.ts";

export const stepPosition = "drop-duplicates.1.0.3001";
const at = rfc3339(began + 90_000_000);

export const stepText = `package shop;

/** Lets the first order of each id pass,
 *  and forgets the id after a while. */
class DropDuplicates {
  void processElement(Order order, Collector<Order> out) {
    if (seen.value() != null) {
      return;
    }
    seen.update(order.time);
    out.collect(order);
  }
}`;

function eventOf(e: Pick<Event, "kind" | "lane" | "text" | "cursor"> & Partial<Event>): Event {
	return {
		recording: orderTotals,
		op: "drop-duplicates",
		op_name: "drop duplicates",
		operator_index: 0,
		subtask: 1,
		attempt: 0,
		attempt_key: "22c00e395ec4510d",
		invocation: "3001",
		n: 1,
		position: stepPosition,
		time: at,
		...e,
	};
}

const key = textView("o-17");
const other = textView("o-4");
const state = { name: "seen", kind: "value", backend: "heap", ttl_ms: "60000" } as const;
const order = (id: string) => flinkView("shop.Order", { id, card: "**** 3082", time: 1700 });

export const stepMoment: Moment = {
	position: stepPosition,
	task: "drop duplicates",
	subtask: 1,
	attempt: 0,
	invocation: eventOf({ kind: "elements", lane: "det", text: "1 record", cursor: "i" }),
	input: eventOf({
		kind: "record",
		lane: "out",
		text: "{id: o-17}",
		cursor: "in",
		element: "00000000000000bb:1:4",
		view: order("o-17"),
		event_time: at,
	}),
	steps: [
		eventOf({
			kind: "state-expired",
			lane: "state",
			text: "expired seen: was 9, found by the cleanup",
			cursor: "s0",
			state: { ...state, key: other, before: textView("9") },
		}),
		eventOf({
			kind: "state-expired",
			lane: "state",
			text: "expired seen: was 1600",
			cursor: "s1",
			state: { ...state, key, before: textView("1600"), expires: at },
		}),
		eventOf({ kind: "state-read", lane: "state", text: "read seen: nothing is there", cursor: "s2", state: { ...state, key } }),
		eventOf({ kind: "timer-registered", lane: "trace", text: "event timer set for 10", cursor: "s3", key }),
		eventOf({
			kind: "state-written",
			lane: "state",
			text: "wrote seen: 1700",
			cursor: "s4",
			state: { ...state, key, after: textView("1700") },
		}),
	],
	outputs: [
		eventOf({ kind: "record", lane: "out", text: "{id: o-17}", cursor: "o", element: "00000000000000cc:0:9", view: order("o-17") }),
	],
	writes: [],
	logs: [],
	more: false,
	path: { text: "", cut: false, steps: [] },
	watermark: at,
};

/** Lines at which one stops, by the number of the step, with what was done before. */
const stops: readonly { readonly step: number; readonly line: number; readonly done: number; readonly sent: number }[] = [
	{ step: 1, line: 7, done: 0, sent: 0 },
	{ step: 2, line: 10, done: 4, sent: 0 },
	{ step: 4, line: 11, done: 5, sent: 0 },
	{ step: 5, line: 12, done: 5, sent: 1 },
];

export function placeAt(step: number, more: Partial<StepPlace> = {}): StepPlace {
	const stop = stops.find((s) => s.step === step) ?? stops[0];
	if (stop === undefined) throw new Error("no stop");
	const frames: readonly StepFrame[] = [
		{
			class: "shop.DropDuplicates",
			method: "processElement",
			path: "shop/DropDuplicates.java",
			line: stop.line,
			no_lines: false,
			locals: [
				{ name: "order", type: "Order", changed: step === 1, view: order("o-17") },
				{ name: "limit", type: "int", changed: step > 1, view: { ...textView("4"), node: { kind: "int", value: "4", off: 0, len: 0 } } },
			],
		},
		{ class: "shop.Chain", method: "run", path: "shop/Chain.java", line: 88, no_lines: false, locals: [] },
	];
	return {
		position: stepPosition,
		step: stop.step,
		steps: 7,
		kind: "line",
		found: true,
		looked: 0,
		cut: false,
		frames,
		moment: stepMoment,
		done: stop.done,
		sent: stop.sent,
		wrote: 0,
		source: {
			from: "folder",
			path: "shop/DropDuplicates.java",
			line: stop.line,
			ran: stops.map((s) => s.line),
			source: { language: "java", text: stepText, size: stepText.length, masked: [] },
		},
		evaluated: [],
		replay: { recording: "5d0a17c2b3e94f60b7f1a2c3d4e5f607", starts: 1, renumbered: "0", surplus_reads: "0" },
		...more,
	};
}

export const noCode: StepPlace = (() => {
	const { source: _, ...rest } = placeAt(1);
	return { ...rest, step: -1, steps: 0, kind: "", frames: [], done: 5, sent: 1 };
})();

/** Answers what the page asks: lines one after the other, expressions as true. */
export function stepAnswer(q: URLSearchParams): StepPlace {
	const step = Number(q.get("step") ?? "-1");
	const here = Math.max(
		0,
		stops.findIndex((s) => s.step === step),
	);
	const by = q.has("move") || q.has("until") ? (q.get("back") === "true" ? -1 : 1) : 0;
	const there = stops[here + by];
	const evaluated = q.getAll("evaluate").map((expression) => ({ expression, text: "true", type: "bool", ok: true }));
	if (there === undefined) return placeAt(step, { found: false, why: "the attempt begins here", looked: 12, evaluated });
	return placeAt(there.step, { evaluated });
}

export const stepProgress: StepProgress = { phase: "running", invocation: "2990", warm: false };

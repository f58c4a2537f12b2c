/** Lineages for tests, made from a few words each. */

import { type Lineage, lineage } from "../../api/lineage";
import type * as wire from "../../api/schema";
import { decode } from "../../base/decode";

export type NodeWords = Pick<wire.LineageNode, "id" | "kind" | "op" | "depth"> & Partial<wire.LineageNode> & { readonly ms?: number };
export type EdgeWords = readonly [from: string, to: string, kind?: wire.LineageEdge["kind"], more?: Partial<wire.LineageEdge>];

/** Nodes at `ms` milliseconds after two o'clock; without `ms` they are not recorded. */
export function lineageOf(
	record: string,
	nodes: readonly NodeWords[],
	edges: readonly EdgeWords[],
	notes: readonly wire.Note[] = [],
): Lineage {
	const whole: wire.Lineage = {
		record,
		recording: "a".repeat(32),
		complete: notes.length === 0,
		nodes: nodes.map(({ ms, ...n }) => ({
			recording: "a".repeat(32),
			job: "order-totals",
			op_name: n.op,
			vertex: "v",
			subtask: 0,
			attempt: 0,
			...(ms === undefined ? {} : { time: new Date(Date.UTC(2026, 10, 23, 14) + ms).toISOString(), position: `${n.op}.0.0.7` }),
			...n,
		})),
		edges: edges.map(([from, to, kind = "caused", more = {}]) => ({ from, to, kind, ...more })),
		notes: [...notes],
		counts: {
			nodes: nodes.length,
			edges: edges.length,
			jobs: 1,
			up: nodes.filter((n) => n.depth < 0).length,
			down: nodes.filter((n) => n.depth > 0).length,
		},
		took_ms: 1,
	};
	return decode(lineage, whole);
}

const alerts = { recording: "b".repeat(32), job: "merchant-alerts" };

/** orders/0@1, through two jobs, to alerts/0@9. */
export const straight = lineageOf(
	"orders/0@1",
	[
		{ id: "s", kind: "source", op: "orders", depth: 0, ms: 0, record: "orders/0@1" },
		{ id: "e1", kind: "element", op: "orders", depth: 1, ms: 1 },
		{ id: "e2", kind: "element", op: "convert", depth: 2, ms: 4 },
		{ id: "w", kind: "written", op: "writer", depth: 3, ms: 10, record: "totals/0@5" },
		{ id: "r", kind: "source", op: "totals", depth: 4, ms: 1010, record: "totals/0@5", ...alerts },
		{ id: "a", kind: "written", op: "alert-writer", depth: 5, ms: 1020, record: "alerts/0@9", ...alerts },
	],
	[
		["s", "e1"],
		["e1", "e2"],
		["e2", "w"],
		["w", "r", "same"],
		["r", "a"],
	],
);

/** A record that goes into a window, and the window's result. */
export const throughState = lineageOf(
	"orders/0@1",
	[
		{ id: "s", kind: "source", op: "orders", depth: 0, ms: 0, record: "orders/0@1" },
		{ id: "in", kind: "invocation", op: "window", depth: 1, ms: 5, state_note: "the record went into the state of window" },
		{ id: "fires", kind: "invocation", op: "window", depth: 2, ms: 60_000, state_note: "the window fires" },
		{ id: "w", kind: "written", op: "writer", depth: 3, ms: 60_010, record: "totals/0@5" },
	],
	[
		["s", "in"],
		["in", "fires", "state"],
		["fires", "w"],
	],
	[{ kind: "state", text: "which outputs hold it is not proven", node: "in", operator: "window", hint: "" }],
);

/** One result of many records. */
export function fanIn(n: number): Lineage {
	const ids = Array.from({ length: n }, (_, i) => i);
	return lineageOf(
		"totals/0@5",
		[
			{ id: "w", kind: "written", op: "writer", depth: 0, ms: 9000, record: "totals/0@5" },
			...ids.flatMap((i): NodeWords[] => [
				{ id: `e${i}`, kind: "element", op: "convert", depth: -1, ms: i * 10 + 1, ...(i === 0 ? { state_note: "kept" } : {}) },
				{ id: `s${i}`, kind: "source", op: "orders", depth: -2, ms: i * 10, record: `orders/0@${i}` },
			]),
		],
		ids.flatMap((i): EdgeWords[] => [
			[`s${i}`, `e${i}`],
			[`e${i}`, "w"],
		]),
	);
}

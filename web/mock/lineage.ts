/** The journey of a made-up record over both jobs. */
import type { Lineage, LineageEdge, LineageNode, Moment, Note } from "../src/api/schema";
import { hexId, rfc3339 } from "./draw.ts";
import { eventAt, eventByPosition } from "./events.ts";
import { began, detail, merchantAlerts, orderTotals, vertexId } from "./jobs.ts";
import { flinkView, jsonView } from "./payload.ts";

const order = { orderId: "O-0007193", merchantId: "m-fjord", currency: "SEK", totalCents: 189_000 };

export function lineage(rec: string, record: string, dir: string): Lineage {
	const asked = /^[a-z-]+\/\d+@\d+$/.test(record) ? record : "orders/2@88121";
	const t0 = began + 34 * 60e6;
	const at = (ms: number) => rfc3339(t0 + ms * 1000);
	const nodes: LineageNode[] = [];
	const edges: LineageEdge[] = [];
	const node = (
		n: Pick<LineageNode, "id" | "kind" | "op" | "op_name" | "subtask" | "depth"> & Partial<LineageNode>,
		vertex: number,
		ms: number,
	) => {
		const own = n.job === "merchant-alerts" ? merchantAlerts : orderTotals;
		nodes.push({
			recording: own,
			job: "order-totals",
			vertex: vertexId(own, vertex),
			attempt: 0,
			time: at(ms),
			...(n.invocation === undefined ? {} : { position: `${n.op}.${n.subtask}.0.${n.invocation}` }),
			...n,
		});
	};
	const edge = (from: string, to: string, kind: LineageEdge["kind"], latency?: number, operator?: string) =>
		edges.push({
			from,
			to,
			kind,
			...(latency === undefined ? {} : { latency_ms: String(latency) }),
			...(operator === undefined ? {} : { operator }),
		});
	const source = { op: "source-orders", op_name: "Source: orders", subtask: 2 } as const;
	const dedup = { op: "drop-duplicates", op_name: "drop duplicates", subtask: 3 } as const;
	const convert = { op: "convert-to-euro", op_name: "convert to euro", subtask: 3 } as const;
	const totals = { op: "totals-per-merchant", op_name: "totals per merchant", subtask: 1 } as const;
	const alerts = { op: "source-merchant_totals-1", op_name: "Source: merchant_totals[1]", subtask: 1, job: "merchant-alerts" } as const;

	node(
		{ id: "s0", kind: "source", ...source, record: "orders/2@87904", invocation: "2204001", depth: -1, view: jsonView(order) },
		0,
		-624_292,
	);
	node({ id: "e0", kind: "element", ...source, record: `${hexId(2, 16)}:3:2204001`, invocation: "2204001", depth: -1 }, 0, -624_292);
	node(
		{ id: "i0", kind: "invocation", ...dedup, invocation: "2398010", depth: -1, state_note: "wrote state of key O-0007193" },
		2,
		-624_280,
	);
	edge("s0", "e0", "caused", 0, "source-orders");
	edge("e0", "i0", "caused", 12, "drop-duplicates");

	node(
		{ id: "s1", kind: "source", ...source, record: asked, invocation: "2441900", depth: 0, event_time: at(-3470), view: jsonView(order) },
		0,
		0,
	);
	node(
		{
			id: "e1",
			kind: "element",
			...source,
			record: `${hexId(2, 16)}:3:2441900`,
			invocation: "2441900",
			depth: 1,
			view: flinkView("com.example.shop.Order", order),
		},
		0,
		1,
	);
	node(
		{
			id: "e2",
			kind: "element",
			...dedup,
			record: `${hexId(3, 16)}:3:2441118`,
			invocation: "2641118",
			depth: 2,
			state_note: "reads state of key O-0007193",
			view: flinkView("com.example.shop.Order", order),
		},
		2,
		12,
	);
	node(
		{
			id: "e3",
			kind: "element",
			...convert,
			record: `${hexId(4, 16)}:1:2441090`,
			invocation: "2641090",
			depth: 3,
			view: flinkView("com.example.shop.Sale", { orderId: order.orderId, merchantId: order.merchantId, euroCents: 16_842 }),
		},
		3,
		13,
	);
	node(
		{ id: "i4", kind: "invocation", ...totals, invocation: "2690551", depth: 4, state_note: "went into window state of key m-fjord" },
		4,
		15,
	);
	edge("s1", "e1", "caused", 1, "source-orders");
	edge("e1", "e2", "caused", 11, "drop-duplicates");
	edge("i0", "e2", "state");
	edge("e2", "e3", "caused", 1, "convert-to-euro");
	edge("e3", "i4", "caused", 2, "totals-per-merchant");

	node({ id: "i5", kind: "invocation", ...totals, invocation: "2690588", depth: 5, state_note: "window of key m-fjord fires" }, 4, 56_744);
	node(
		{
			id: "w6",
			kind: "written",
			op: "merchant-totals-writer",
			op_name: "merchant-totals: Writer",
			subtask: 1,
			record: "merchant-totals/1@40218",
			invocation: "2690588",
			depth: 6,
			view: jsonView({ merchantId: "m-fjord", orders: 97, totalCents: 1_841_206 }),
		},
		4,
		56_761,
	);
	edge("i4", "i5", "state");
	edge("i5", "w6", "caused", 17, "totals-per-merchant");

	node(
		{
			id: "s7",
			kind: "source",
			...alerts,
			record: "merchant-totals/1@40218",
			invocation: "90412",
			depth: 7,
			view: jsonView({ merchantId: "m-fjord", orders: 97, totalCents: 1_841_206 }),
		},
		0,
		69_947,
	);
	node(
		{
			id: "w8",
			kind: "written",
			op: "alerts-3-writer",
			op_name: "alerts[3]: Writer",
			subtask: 1,
			job: "merchant-alerts",
			record: "alerts/0@3127",
			invocation: "90412",
			depth: 8,
			view: jsonView({ merchantId: "m-fjord", totalCents: 1_841_206, averageCents: 18_981 }),
		},
		0,
		69_972,
	);
	edge("w6", "s7", "same", 13_186);
	edge("s7", "w8", "caused", 25, "source-merchant_totals-1");

	const notes: Note[] = [
		{
			kind: "state",
			text: "drop duplicates keeps state: what an earlier record left there may have decided about this one",
			node: "e2",
			operator: "drop-duplicates",
			hint: "both invocations are shown; which value was read is not recorded at this level",
		},
		{
			kind: "state",
			text: "the record went into a window of totals per merchant; which outputs hold it is not proven",
			node: "i4",
			operator: "totals-per-merchant",
			hint: "the next firing for the same key is shown",
		},
	];
	const keep = new Set(nodes.filter((n) => (dir === "up" ? n.depth <= 0 : dir === "down" ? n.depth >= 0 : true)).map((n) => n.id));
	const kept = nodes.filter((n) => keep.has(n.id));
	return {
		record: asked,
		recording: rec === "any" ? orderTotals : rec,
		complete: false,
		nodes: kept,
		edges: edges.filter((e) => keep.has(e.from) && keep.has(e.to)),
		notes: notes.filter((n) => n.node === undefined || keep.has(n.node)),
		counts: {
			nodes: kept.length,
			edges: edges.length,
			jobs: 2,
			up: kept.filter((n) => n.depth < 0).length,
			down: kept.filter((n) => n.depth > 0).length,
		},
		took_ms: 4.2,
	};
}

export function moment(rec: string, position: string, now: number): Moment | undefined {
	const invocation = eventByPosition(rec, position);
	if (invocation === undefined) return undefined;
	const [op = "", subtask = "0"] = position.split(".");
	const i = Number(position.split(".").at(-1)) - 1;
	const operator = detail(rec, now)
		.graph.vertices.flatMap((v) => v.operators)
		.find((o) => o.slug === op);
	const out = eventAt(rec, i - (i % 7) + 1, true);
	const input = eventAt(rec, i - (i % 7), true);
	return {
		position,
		task: invocation.op_name,
		subtask: invocation.subtask,
		attempt: invocation.attempt,
		invocation,
		input,
		outputs: [out],
		writes: [],
		steps: [],
		logs: [],
		more: false,
		path: { text: "0(>0)", cut: false, steps: [{ op, name: invocation.op_name, kind: operator?.kind ?? "process", in: 1, out: 1 }] },
		...(operator === undefined ? {} : { operator }),
		watermark: rfc3339(began + 33 * 60e6),
		...(i > 0 ? { before: `${op}.${subtask}.0.${i}` } : {}),
		after: `${op}.${subtask}.0.${i + 2}`,
	};
}

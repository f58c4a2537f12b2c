/**
 * The shape of a job graph: which boxes and arrows there are, and how large. It changes when the job changes, not when its numbers do,
 * so the picture is laid out once and the numbers are put into it every second.
 */
import type { Edge, Graph, Operator, TopicUse, Vertex } from "../../api/job";

/** What is selected in a graph, as it stands in the link. */
export type Selected =
	| { readonly kind: "vertex"; readonly id: string }
	| { readonly kind: "operator"; readonly vertex: string; readonly index: number }
	| { readonly kind: "edge"; readonly id: string; readonly to: string }
	| { readonly kind: "topic"; readonly topic: string };

export function formatSelected(s: Selected): string {
	switch (s.kind) {
		case "vertex":
			return `v:${s.id}`;
		case "operator":
			return `o:${s.vertex}:${s.index}`;
		case "edge":
			return `e:${s.id}:${s.to}`;
		case "topic":
			return `t:${s.topic}`;
	}
}

export function parseSelected(text: string | undefined): Selected | undefined {
	const m = /^([voet]):([^:]+)(?::([^:]+))?$/.exec(text ?? "");
	if (m?.[1] === undefined || m[2] === undefined) return undefined;
	switch (m[1]) {
		case "v":
			return { kind: "vertex", id: m[2] };
		case "o":
			return m[3] !== undefined && /^\d{1,4}$/.test(m[3]) ? { kind: "operator", vertex: m[2], index: Number(m[3]) } : undefined;
		case "e":
			return m[3] === undefined ? undefined : { kind: "edge", id: m[2], to: m[3] };
		default:
			return { kind: "topic", topic: m[2] };
	}
}

export type BoxShape = { readonly id: string; readonly width: number; readonly height: number };
export type ArrowShape = { readonly id: string; readonly from: string; readonly to: string };
export type Topology = { readonly boxes: readonly BoxShape[]; readonly arrows: readonly ArrowShape[] };

export const boxWidth = 190;
export const topicWidth = 150;
export const topicHeight = 62;
/** More operators of a chain than this are folded into one line. */
export const shownOperators = 6;

export function vertexHeight(v: Vertex): number {
	const lines = v.operators.length > 1 ? Math.min(v.operators.length, shownOperators + 1) : 0;
	return 104 + (lines === 0 ? 0 : lines * 24 + 7);
}

export const vertexBox = (id: string) => `v:${id}`;
export const topicBox = (topic: string) => `t:${topic}`;
export const edgeArrow = (e: Edge) => `e:${e.id}:${e.to}`;
export const topicArrow = (t: TopicUse) => `${t.role}:${t.topic}:${t.vertex}`;

export function topologyOf(g: Graph): Topology {
	const known = new Set(g.vertices.map((v) => v.id));
	const topics = [...new Set(g.topics.map((t) => t.topic))];
	const boxes = [
		...g.vertices.map((v) => ({ id: vertexBox(v.id), width: boxWidth, height: vertexHeight(v) })),
		...topics.map((t) => ({ id: topicBox(t), width: topicWidth, height: topicHeight })),
	];
	const arrows = new Map<string, ArrowShape>();
	for (const e of g.edges) {
		if (known.has(e.from) && known.has(e.to)) arrows.set(edgeArrow(e), { id: edgeArrow(e), from: vertexBox(e.from), to: vertexBox(e.to) });
	}
	for (const t of g.topics) {
		if (!known.has(t.vertex)) continue;
		const [from, to] = t.role === "read" ? [topicBox(t.topic), vertexBox(t.vertex)] : [vertexBox(t.vertex), topicBox(t.topic)];
		arrows.set(topicArrow(t), { id: topicArrow(t), from, to });
	}
	return { boxes, arrows: [...arrows.values()] };
}

/** Equal for equal shapes. */
export function topologyKey(t: Topology): string {
	return JSON.stringify([t.boxes.map((b) => [b.id, b.height]), t.arrows.map((a) => a.id)]);
}

/** A chain is called by its first operator. */
export function vertexTitle(v: Vertex): string {
	return v.operators[0]?.name ?? v.name;
}

/** What an operator is about, in a few words. */
export function operatorAbout(o: Operator): string {
	if (o.topic !== undefined) return `Kafka ${o.topic}`;
	if (o.function !== undefined) {
		const name = o.function.class.split(/[.$]/).at(-1) ?? o.function.class;
		return o.function.line === undefined ? name : `${name}, line ${o.function.line}`;
	}
	return o.class.split(".").at(-1) || o.kind;
}

/** Vertices in the order of the flow, each as deep as its longest way from a source: the graph as a tree. */
export function flowOrder(g: Graph): readonly { readonly vertex: Vertex; readonly depth: number }[] {
	const depth = new Map<string, number>();
	const inputs = (id: string) => g.edges.filter((e) => e.to === id).map((e) => e.from);
	const walk = (id: string, above: readonly string[]): number => {
		const known = depth.get(id);
		if (known !== undefined) return known;
		// Iterations loop back: an edge that closes a loop adds no depth.
		const d = Math.max(0, ...inputs(id).map((from) => (above.includes(from) ? 0 : walk(from, [...above, id]) + 1)));
		depth.set(id, d);
		return d;
	};
	for (const v of g.vertices) walk(v.id, [v.id]);
	return g.vertices.map((vertex) => ({ vertex, depth: depth.get(vertex.id) ?? 0 })).sort((a, b) => a.depth - b.depth);
}

/** Inputs that keep the watermark of a vertex back: of several, the one that is behind the others by more than a second. */
export function holders(g: Graph): ReadonlySet<string> {
	const out = new Set<string>();
	for (const v of g.vertices) {
		const inputs = g.edges.filter((e) => e.to === v.id && e.watermark_lag_ms !== undefined);
		if (inputs.length < 2) continue;
		const lags = inputs.map((e) => e.watermark_lag_ms ?? 0n);
		const most = lags.reduce((a, b) => (a > b ? a : b));
		const least = lags.reduce((a, b) => (a < b ? a : b));
		if (most - least <= 1000n) continue;
		for (const e of inputs) if (e.watermark_lag_ms === most) out.add(edgeArrow(e));
	}
	return out;
}

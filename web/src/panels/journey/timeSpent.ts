/** Where the time of a record went: the way through a node, step by step, each with how long it took. */
import type { LineageEdge, LineageNode } from "../../api/lineage";
import { contribution, type JourneyGraph, kafkaOf, leading, nodeName, stepName } from "./graph";
import { latencyOf } from "./scene";

export type Stretch = {
	readonly id: string;
	readonly words: string;
	/** waits: in Kafka or in state; the others are work or transport. */
	readonly kind: "waits" | "works";
	/** Through state, and the connection is not proven. */
	readonly state: boolean;
	/** Milliseconds; undefined when a time is not recorded, negative when two machines' clocks disagree. */
	readonly ms: number | undefined;
	/** Milliseconds from the beginning of the way. */
	readonly at: number | undefined;
	/** The node that it leads to. */
	readonly to: string;
};

/** The way through a node: back to the latest cause each time, on to where things end last. */
export function wayThrough(g: JourneyGraph, id: string): readonly LineageEdge[] {
	const before: LineageEdge[] = [];
	const seen = new Set([id]);
	for (let at: string | undefined = id; at !== undefined; ) {
		const edge: LineageEdge | undefined = [...leading(g.into.get(at))]
			.filter((e) => !seen.has(e.from))
			.sort((a, b) => compare(g.node.get(b.from)?.time, g.node.get(a.from)?.time))[0];
		if (edge !== undefined) {
			before.unshift(edge);
			seen.add(edge.from);
		}
		at = edge?.from;
	}
	const after: LineageEdge[] = [];
	for (let at: string | undefined = id; at !== undefined; ) {
		const edge: LineageEdge | undefined = [...leading(g.out.get(at))]
			.filter((e) => !seen.has(e.to))
			.sort((a, b) => compare(lastTime(g, b.to), lastTime(g, a.to)))[0];
		if (edge !== undefined) {
			after.push(edge);
			seen.add(edge.to);
		}
		at = edge?.to;
	}
	return [...before, ...after];
}

function compare(a: bigint | undefined, b: bigint | undefined): number {
	const [x, y] = [a ?? 0n, b ?? 0n];
	return x < y ? -1 : x > y ? 1 : 0;
}

/** When the last of what a node led to happened. */
function lastTime(g: JourneyGraph, id: string): bigint | undefined {
	let last: bigint | undefined;
	const seen = new Set([id]);
	const queue = [id];
	for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
		const t = g.node.get(at)?.time;
		if (t !== undefined && (last === undefined || t > last)) last = t;
		for (const e of leading(g.out.get(at))) {
			if (seen.has(e.to)) continue;
			seen.add(e.to);
			queue.push(e.to);
		}
	}
	return last;
}

function wordsOf(g: JourneyGraph, e: LineageEdge, a: LineageNode, b: LineageNode): string {
	const operator = e.operator === undefined ? undefined : (g.names.get(e.operator) ?? e.operator);
	const through = contribution(e);
	if (e.kind === "state" && through !== undefined) return `${through.words} of ${b.op_name}`;
	if (e.kind === "state") return a.op === b.op ? `in the state of ${b.op_name}` : `from ${nodeName(a)} through state to ${nodeName(b)}`;
	const kafka = kafkaOf(b);
	if (e.kind === "same" && kafka !== undefined) return `waits in ${kafka.topic} until ${b.job} reads it`;
	if (kafka !== undefined) return `${operator ?? b.op_name} writes ${kafka.text}`;
	if (b.kind === "invocation") return `${stepName(b)} takes it in`;
	if (a.op === b.op && a.subtask === b.subtask) return `${stepName(b)} sends it on`;
	if (operator === undefined || operator === b.op_name) return `through ${stepName(b)}`;
	return `through ${operator} and ${stepName(b)}`;
}

export function timeSpent(g: JourneyGraph, id: string): readonly Stretch[] {
	const way = wayThrough(g, id);
	const begin = g.node.get(way[0]?.from ?? "")?.time;
	return way.flatMap((e) => {
		const [a, b] = [g.node.get(e.from), g.node.get(e.to)];
		if (a === undefined || b === undefined) return [];
		return [
			{
				id: `${e.from}>${e.to}`,
				words: wordsOf(g, e, a, b),
				kind: e.kind === "state" || (e.kind === "same" && b.kind === "source") ? ("waits" as const) : ("works" as const),
				state: e.kind === "state" && e.proof !== "exact",
				ms: latencyOf(a, b, e.latency_ms),
				at: begin === undefined || a.time === undefined ? undefined : Number(a.time - begin) / 1000,
				to: e.to,
			},
		];
	});
}

/** From the first to the last of the way, in milliseconds; undefined when an end has no time. */
export function wholeTime(g: JourneyGraph, id: string): number | undefined {
	const way = wayThrough(g, id);
	const [a, b] = [g.node.get(way[0]?.from ?? "")?.time, g.node.get(way.at(-1)?.to ?? "")?.time];
	return a === undefined || b === undefined ? undefined : Number(b - a) / 1000;
}

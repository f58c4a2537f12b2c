/** A lineage with its edges at hand: what led to a node and what it led to. */
import type { Lineage, LineageEdge, LineageNode, LineageNote } from "../../api/lineage";
import { parseRecord } from "../../base/reference";

export type JourneyGraph = {
	readonly lineage: Lineage;
	readonly node: ReadonlyMap<string, LineageNode>;
	readonly into: ReadonlyMap<string, readonly LineageEdge[]>;
	readonly out: ReadonlyMap<string, readonly LineageEdge[]>;
	readonly notes: ReadonlyMap<string, readonly LineageNote[]>;
	/** Names of operators by slug, as far as the nodes tell. */
	readonly names: ReadonlyMap<string, string>;
};

function group<T>(list: readonly T[], key: (item: T) => string | undefined): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of list) {
		const k = key(item);
		if (k === undefined) continue;
		const found = groups.get(k);
		if (found === undefined) groups.set(k, [item]);
		else found.push(item);
	}
	return groups;
}

export function journeyGraph(l: Lineage): JourneyGraph {
	const node = new Map(l.nodes.map((n) => [n.id, n]));
	// An edge to a node that a limit cut off leads nowhere.
	const edges = l.edges.filter((e) => node.has(e.from) && node.has(e.to));
	return {
		lineage: l,
		node,
		into: group(edges, (e) => e.to),
		out: group(edges, (e) => e.from),
		notes: group(l.notes, (n) => n.node),
		names: new Map(l.nodes.filter((n) => n.op !== "").map((n) => [n.op, n.op_name])),
	};
}

export type KafkaName = { readonly topic: string; readonly text: string };

/** The place in Kafka that a node read or wrote. */
export function kafkaOf(n: LineageNode): KafkaName | undefined {
	if (n.record === undefined || n.kind === "element" || n.kind === "invocation") return undefined;
	const name = parseRecord(n.record);
	return name?.kind === "kafka" ? { topic: name.topic, text: n.record } : undefined;
}

/** "drop duplicates #3". */
export function stepName(n: LineageNode): string {
	const name = n.op_name || n.op;
	if (name === "") return n.kind === "element" ? "an unknown sender" : "an unknown step";
	return n.subtask < 0 ? name : `${name} #${n.subtask}`;
}

/** What people call the node: its place in Kafka, or the operator that made it. */
export function nodeName(n: LineageNode): string {
	return kafkaOf(n)?.text ?? stepName(n);
}

/** Nothing is known of it but that it was there. */
export function isUnrecorded(n: LineageNode): boolean {
	return n.time === undefined;
}

/** Why state may have to do with this node; the node's own words first. */
export function stateNote(g: JourneyGraph, n: LineageNode): string | undefined {
	return n.state_note ?? g.notes.get(n.id)?.find((note) => note.kind === "state")?.text;
}

/** The nodes that the answer is about, the first of them the one that is selected at first. */
export function askedNodes(g: JourneyGraph): readonly LineageNode[] {
	const asked = g.lineage.nodes.filter((n) => n.depth === 0 && (n.record === g.lineage.record || n.position === g.lineage.record));
	return asked.length > 0 ? asked : g.lineage.nodes.filter((n) => n.depth === 0);
}

/**
 * Edges that lead on from a node: those that prove something; through state only where nothing else leads on. What is known for certain
 * is never mixed with what may be.
 */
export function leading(edges: readonly LineageEdge[] | undefined): readonly LineageEdge[] {
	const all = edges ?? [];
	const proven = all.filter((e) => (e.kind !== "state" || e.proof === "exact") && e.proof !== "over-approximated");
	return proven.length > 0 ? proven : all;
}

/** What a contribution went through and how sure it is, in words; undefined for other edges. */
export function contribution(e: LineageEdge): { readonly words: string; readonly exact: boolean; readonly title: string } | undefined {
	if (e.proof === undefined) return undefined;
	const through = e.through === undefined ? "" : `through ${e.through}`;
	if (e.proof === "exact") return { words: through, exact: true, title: `${through}: exact` };
	const words = through === "" ? "perhaps" : `perhaps ${through}`;
	return { words, exact: false, title: e.reason === undefined ? words : `${words}: ${e.reason}` };
}

/** Everything that the node came from and became, itself included. */
export function relatives(g: JourneyGraph, id: string): ReadonlySet<string> {
	const found = new Set([id]);
	const walk = (edges: ReadonlyMap<string, readonly LineageEdge[]>, end: (e: LineageEdge) => string) => {
		const seen = new Set([id]);
		const queue = [id];
		for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
			for (const e of leading(edges.get(at))) {
				const next = end(e);
				if (seen.has(next)) continue;
				seen.add(next);
				found.add(next);
				queue.push(next);
			}
		}
	};
	walk(g.into, (e) => e.from);
	walk(g.out, (e) => e.to);
	return found;
}

/** What comes first when two things have the same time: clocks tick in milliseconds. */
const kinds: readonly LineageNode["kind"][] = ["kafka", "source", "element", "invocation", "written"];

/** The nodes in the order of the flow: what came before first; within a step by time. */
export function inOrder(g: JourneyGraph): readonly LineageNode[] {
	return [...g.lineage.nodes].sort(
		(a, b) =>
			a.depth - b.depth || compareTimes(a.time, b.time) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.id.localeCompare(b.id),
	);
}

function compareTimes(a: bigint | undefined, b: bigint | undefined): number {
	if (a === b) return 0;
	if (a === undefined) return 1;
	if (b === undefined) return -1;
	return a < b ? -1 : 1;
}

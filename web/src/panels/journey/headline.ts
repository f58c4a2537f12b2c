/** The answer of a journey in one sentence, and in numbers. */
import type { LineageNode } from "../../api/lineage";
import { plural } from "../../base/quantity";
import { askedNodes, type JourneyGraph, kafkaOf, nodeName } from "./graph";

/** What can be reached from the nodes without going through state. */
function proven(g: JourneyGraph, from: readonly LineageNode[], down: boolean): ReadonlySet<string> {
	const seen = new Set(from.map((n) => n.id));
	const queue = [...seen];
	for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
		for (const e of (down ? g.out : g.into).get(at) ?? []) {
			const next = down ? e.to : e.from;
			if (e.kind === "state" || seen.has(next)) continue;
			seen.add(next);
			queue.push(next);
		}
	}
	return seen;
}

function named(list: readonly LineageNode[], many: string): string {
	const names = [...new Set(list.map(nodeName))];
	return names.length === 1 ? (names[0] ?? "") : plural(names.length, many);
}

export function headline(g: JourneyGraph): string {
	const asked = askedNodes(g);
	const name =
		asked[0] === undefined
			? g.lineage.record
			: (kafkaOf(asked[0])?.text ?? (asked[0].record === g.lineage.record ? `a record of ${nodeName(asked[0])}` : nodeName(asked[0])));
	const last = g.lineage.nodes.filter((n) => n.kind === "written" && n.depth > 0 && (g.out.get(n.id) ?? []).length === 0);
	if (last.length > 0) {
		const sure = proven(g, asked, true);
		const certain = last.filter((n) => sure.has(n.id));
		if (certain.length === last.length) return `${name} became ${named(last, "written record")}`;
		if (certain.length === 0) return `${name} leads through state to ${named(last, "written record")}`;
		return `${name} became ${named(certain, "written record")}, and leads through state to ${plural(last.length - certain.length, "more", "more")}`;
	}
	if (g.lineage.nodes.some((n) => n.depth > 0)) return `${name} led to nothing written, as far as is recorded`;
	const first = g.lineage.nodes.filter((n) => n.kind === "source" && n.depth < 0 && (g.into.get(n.id) ?? []).length === 0);
	if (first.length > 0) return `${name} came from ${named(first, "source record")}`;
	return `The journey of ${name}`;
}

/** "3 ancestors, 4 descendants, 2 jobs, 3 topics". */
export function tally(g: JourneyGraph): string {
	const { counts, nodes } = g.lineage;
	const topics = new Set(nodes.flatMap((n) => kafkaOf(n)?.topic ?? [])).size;
	const jobs = new Set(nodes.map((n) => n.recording)).size;
	return [
		plural(counts.up, "ancestor"),
		plural(counts.down, "descendant"),
		plural(Math.max(jobs, counts.jobs), "job"),
		...(topics > 0 ? [plural(topics, "topic")] : []),
	].join(", ");
}

/** Places where something is missing, in a gap or because nobody recorded it. */
export function missingPlaces(g: JourneyGraph): number {
	return g.lineage.notes.filter((n) => n.kind === "gap" || n.kind === "removed" || n.kind === "not-recorded").length;
}

/**
 * What the picture of a journey shows: lanes for Kafka topics and jobs, cards for records, pills for steps that only pass a record on,
 * folds for many of the same, ends where the proof ends.
 *
 * A record in Kafka is one card however often it was written and read. A job's card is what one of its operators sent, read, or took in.
 * Size: units, folds, links and ends of one picture are made of each other.
 */
import type { LineageNode } from "../../api/lineage";
import { askedNodes, contribution, isUnrecorded, type JourneyGraph, kafkaOf, stateNote, stepName } from "./graph";

export type Lane = { readonly id: string; readonly kind: "topic" | "job"; readonly name: string; readonly recording: string };

type Placed = { readonly id: string; readonly lane: string; readonly width: number; readonly height: number };

export type Item = Placed &
	(
		| { readonly kind: "kafka"; readonly text: string; readonly nodes: readonly LineageNode[]; readonly readers: readonly LineageNode[] }
		| { readonly kind: "step"; readonly node: LineageNode; readonly state: string | undefined; readonly leaf: boolean }
		| { readonly kind: "pill"; readonly nodes: readonly LineageNode[]; readonly label: string }
		| { readonly kind: "fold"; readonly key: string; readonly count: number; readonly about: string; readonly nodes: readonly string[] }
		| { readonly kind: "end"; readonly texts: readonly string[]; readonly hint: string; readonly word: string; readonly node: string }
	);

export type SceneLink = {
	readonly id: string;
	readonly from: string;
	readonly to: string;
	readonly kind: "flow" | "state" | "end";
	/** Milliseconds; negative when two machines' clocks disagree. */
	readonly latency: number | undefined;
	/** The operator whose state lies between. */
	readonly operator: string | undefined;
	/** What a contribution went through, and how sure that is; undefined when the link is none, or stands for different ones. */
	readonly contribution: ReturnType<typeof contribution>;
	/** Both ends are the same operator's: drawn as a detour, it does not push the picture apart. */
	readonly loose: boolean;
	/** Nodes of the lineage at both ends. */
	readonly ends: readonly (readonly [from: string, to: string])[];
};

export type Scene = {
	readonly lanes: readonly Lane[];
	readonly items: readonly Item[];
	readonly links: readonly SceneLink[];
	/** The items that show a node. */
	readonly itemsOf: ReadonlyMap<string, readonly string[]>;
	/** The item of what was asked for. */
	readonly asked: string | undefined;
	readonly pills: number;
};

export type Unfolding = {
	/** Pills that are shown as the cards they stand for. */
	readonly steps: "all" | ReadonlySet<string>;
	/** How many of a fold's members are shown. */
	readonly shown: ReadonlyMap<string, number>;
};

export const cardWidth = 168;
const cardHeight = 92;
const pillHeight = 24;
/** Siblings of one kind above this number are folded, but for the first few. */
const foldAbove = 6;
export const keptOfFold = 3;
export const unfoldBy = 20;

type Unit = {
	readonly id: string;
	readonly lane: string;
	/** What it is, for telling siblings: topic, or kind and operator. */
	readonly sort: string;
	readonly nodes: LineageNode[];
	readonly readers: LineageNode[];
	readonly kafka: string | undefined;
};

type UnitEdge = {
	readonly from: string;
	readonly to: string;
	readonly state: boolean;
	latency: number | undefined;
	readonly operator: string | undefined;
	contribution: ReturnType<typeof contribution>;
	readonly loose: boolean;
	readonly ends: [string, string][];
};

type Units = {
	readonly all: ReadonlyMap<string, Unit>;
	readonly edges: readonly UnitEdge[];
	readonly lanes: ReadonlyMap<string, Lane>;
	readonly into: ReadonlyMap<string, readonly UnitEdge[]>;
	readonly out: ReadonlyMap<string, readonly UnitEdge[]>;
};

/** Merges what Kafka holds once into one unit each; every other node is a unit by itself. */
function unitsOf(g: JourneyGraph): Units {
	const all = new Map<string, Unit>();
	const lanes = new Map<string, Lane>();
	const home = new Map<string, string>();
	const kafkaUnit = (n: LineageNode): Unit | undefined => {
		const k = kafkaOf(n);
		if (k === undefined) return undefined;
		const id = `k:${k.text}`;
		const lane = `t:${k.topic}`;
		if (!lanes.has(lane)) lanes.set(lane, { id: lane, kind: "topic", name: k.topic, recording: "" });
		const unit = all.get(id) ?? { id, lane, sort: lane, nodes: [], readers: [], kafka: k.text };
		all.set(id, unit);
		return unit;
	};
	for (const n of g.lineage.nodes) {
		const lane = `j:${n.recording}`;
		if (!lanes.has(lane)) lanes.set(lane, { id: lane, kind: "job", name: n.job, recording: n.recording });
		const kafka = kafkaUnit(n);
		if (kafka !== undefined && n.kind !== "source") {
			kafka.nodes.push(n);
			home.set(n.id, kafka.id);
			continue;
		}
		kafka?.readers.push(n);
		const id = `n:${n.id}`;
		all.set(id, { id, lane, sort: `${lane} ${n.kind} ${n.op}`, nodes: [n], readers: [], kafka: undefined });
		home.set(n.id, id);
	}
	const edges = new Map<string, UnitEdge>();
	const add = (from: string, to: string, state: boolean, e: Partial<UnitEdge>, ends: [string, string]) => {
		if (from === to) return;
		const key = `${from} ${to} ${state}`;
		const known = edges.get(key);
		if (known === undefined)
			edges.set(key, {
				from,
				to,
				state,
				latency: e.latency,
				operator: e.operator,
				contribution: e.contribution,
				loose: e.loose === true,
				ends: [ends],
			});
		else {
			known.latency ??= e.latency;
			if (known.contribution?.title !== e.contribution?.title) known.contribution = undefined;
			known.ends.push(ends);
		}
	};
	for (const list of g.out.values()) {
		for (const e of list) {
			const [a, b] = [g.node.get(e.from), g.node.get(e.to)];
			const [from, to] = [home.get(e.from), home.get(e.to)];
			if (a === undefined || b === undefined || from === undefined || to === undefined) continue;
			const state = e.kind === "state";
			add(
				from,
				to,
				state,
				{
					latency: latencyOf(a, b, e.latency_ms),
					operator: e.operator === undefined ? b.op_name : (g.names.get(e.operator) ?? e.operator),
					contribution: contribution(e),
					loose: state && a.op === b.op && a.recording === b.recording,
				},
				[a.id, b.id],
			);
		}
	}
	for (const unit of all.values()) {
		for (const reader of unit.readers) {
			const to = home.get(reader.id);
			if (to !== undefined) add(unit.id, to, false, {}, [unit.nodes[0]?.id ?? reader.id, reader.id]);
		}
	}
	const list = [...edges.values()];
	return { all, edges: list, lanes, into: byEnd(list, (e) => e.to), out: byEnd(list, (e) => e.from) };
}

function byEnd<T>(list: readonly T[], end: (item: T) => string): Map<string, T[]> {
	const out = new Map<string, T[]>();
	for (const item of list) {
		const found = out.get(end(item));
		if (found === undefined) out.set(end(item), [item]);
		else found.push(item);
	}
	return out;
}

/** Milliseconds between two nodes, to the microsecond where their times are known. */
export function latencyOf(a: LineageNode, b: LineageNode, given: bigint | undefined): number | undefined {
	if (a.time !== undefined && b.time !== undefined) return Number(b.time - a.time) / 1000;
	return given === undefined ? undefined : Number(given);
}

/** The units of what was asked for. */
function rootsOf(g: JourneyGraph, u: Units): readonly string[] {
	const kafka = u.all.get(`k:${g.lineage.record}`);
	if (kafka !== undefined) return [kafka.id];
	return askedNodes(g).map((n) => (u.all.has(`n:${n.id}`) ? `n:${n.id}` : `k:${n.record}`));
}

/** Chains of units that have one cause and one effect and nothing to say; by the unit that each begins with. */
function chainsOf(g: JourneyGraph, u: Units, roots: ReadonlySet<string>): readonly (readonly Unit[])[] {
	const passes = (unit: Unit | undefined): unit is Unit => {
		const [n] = unit?.nodes ?? [];
		if (unit === undefined || n === undefined || unit.kafka !== undefined || roots.has(unit.id)) return false;
		if (n.kind !== "element" && n.kind !== "source") return false;
		if (isUnrecorded(n) || n.state_note !== undefined || g.notes.has(n.id)) return false;
		const [into, out] = [u.into.get(unit.id) ?? [], u.out.get(unit.id) ?? []];
		return into.length === 1 && out.length === 1 && ![...into, ...out].some((e) => e.state);
	};
	const chains: Unit[][] = [];
	for (const unit of u.all.values()) {
		if (!passes(unit)) continue;
		const before = u.all.get(u.into.get(unit.id)?.[0]?.from ?? "");
		if (passes(before) && before.lane === unit.lane) continue;
		const chain = [unit];
		for (;;) {
			const next = u.all.get(u.out.get(chain.at(-1)?.id ?? "")?.[0]?.to ?? "");
			if (!passes(next) || next.lane !== unit.lane || chain.includes(next)) break;
			chain.push(next);
		}
		chains.push(chain);
	}
	return chains;
}

/** "convert to euro #3", or the first of several and how many more. */
function pillLabel(chain: readonly Unit[]): string {
	const names = [...new Set(chain.flatMap((unit) => unit.nodes.map(stepName)))];
	const [first = ""] = names;
	const short = first.length > 22 ? `${first.slice(0, 21)}…` : first;
	return names.length > 1 ? `${short} +${names.length - 1}` : short;
}

/** Which units stand for many: walks outwards from what was asked and folds siblings of one kind. */
function foldsOf(
	u: Units,
	roots: readonly string[],
	shown: ReadonlyMap<string, number>,
): ReadonlyMap<string, { key: string; direct: boolean }> {
	const seen = new Set<string>();
	const folded = new Map<string, { key: string; direct: boolean }>();
	const starts = [...roots, ...u.all.keys()];
	for (const start of starts) {
		if (seen.has(start) || folded.has(start)) continue;
		seen.add(start);
		const queue = [start];
		for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
			const sides: readonly (readonly [string, readonly string[]])[] = [
				["in", (u.into.get(at) ?? []).map((e) => e.from)],
				["out", (u.out.get(at) ?? []).map((e) => e.to)],
			];
			for (const [side, ids] of sides) {
				const fresh = [...new Set(ids)].filter((id) => !seen.has(id) && !folded.has(id));
				for (const [sort, group] of byEnd(fresh, (id) => u.all.get(id)?.sort ?? "")) {
					const key = `${side} ${at} ${sort}`;
					const keep = group.length <= foldAbove ? group.length : (shown.get(key) ?? keptOfFold);
					group.forEach((id, i) => {
						if (i < keep || group.length - keep === 1) {
							seen.add(id);
							queue.push(id);
						} else folded.set(id, { key, direct: true });
					});
				}
			}
		}
		// What can be reached through a fold only is part of it.
		const inside = [...folded.keys()];
		for (let at = inside.shift(); at !== undefined; at = inside.shift()) {
			const key = folded.get(at)?.key ?? "";
			for (const next of [...(u.into.get(at) ?? []).map((e) => e.from), ...(u.out.get(at) ?? []).map((e) => e.to)]) {
				if (seen.has(next) || folded.has(next)) continue;
				folded.set(next, { key, direct: false });
				inside.push(next);
			}
		}
	}
	return folded;
}

export function sceneOf(g: JourneyGraph, unfolding: Unfolding): Scene {
	const u = unitsOf(g);
	const roots = rootsOf(g, u);
	const folded = foldsOf(u, roots, unfolding.shown);
	const itemOfUnit = new Map<string, string>();
	const items: Item[] = [];

	const kept = chainsOf(g, u, new Set(roots)).filter((chain) => !chain.some((unit) => folded.has(unit.id)));
	const inChain = new Set(kept.flatMap((c) => c.map((unit) => unit.id)));
	// A job whose only step would be folded keeps it: an empty lane says nothing.
	const lanesWithCards = new Set([...u.all.values()].filter((unit) => !inChain.has(unit.id)).map((unit) => unit.lane));
	const chainsIn = new Map<string, number>();
	for (const [first] of kept) if (first !== undefined) chainsIn.set(first.lane, (chainsIn.get(first.lane) ?? 0) + 1);
	const chains = kept.filter((c) => {
		const lane = c[0]?.lane ?? "";
		return c.length > 1 || (chainsIn.get(lane) ?? 0) > 1 || lanesWithCards.has(lane);
	});
	const pills = chains.filter((c) => unfolding.steps !== "all" && !unfolding.steps.has(`p:${c[0]?.id}`));
	for (const chain of pills) {
		const [first] = chain;
		if (first === undefined) continue;
		const id = `p:${first.id}`;
		const label = pillLabel(chain);
		items.push({
			kind: "pill",
			id,
			lane: first.lane,
			width: Math.ceil(label.length * 6.5) + 46,
			height: pillHeight,
			nodes: chain.flatMap((unit) => unit.nodes),
			label,
		});
		for (const unit of chain) itemOfUnit.set(unit.id, id);
	}

	const members = new Map<string, Unit[]>();
	for (const unit of u.all.values()) {
		if (itemOfUnit.has(unit.id)) continue;
		const fold = folded.get(unit.id);
		if (fold !== undefined) {
			const id = `f:${fold.key}`;
			itemOfUnit.set(unit.id, id);
			const list = members.get(id) ?? [];
			members.set(id, list);
			list.push(unit);
			continue;
		}
		itemOfUnit.set(unit.id, unit.id);
		const [n] = unit.nodes;
		if (unit.kafka !== undefined) {
			items.push({
				kind: "kafka",
				id: unit.id,
				lane: unit.lane,
				width: cardWidth,
				height: cardHeight,
				text: unit.kafka,
				nodes: unit.nodes.length > 0 ? unit.nodes : unit.readers,
				readers: unit.readers,
			});
		} else if (n !== undefined) {
			const goesOn = (n.depth < 0 ? u.into.get(unit.id) : u.out.get(unit.id)) ?? [];
			const state = stateNote(g, n);
			items.push({
				kind: "step",
				id: unit.id,
				lane: unit.lane,
				width: cardWidth,
				height: cardHeight,
				node: n,
				state,
				leaf: state !== undefined && goesOn.length === 0,
			});
		}
	}
	for (const [id, list] of members) {
		const direct = list.filter((unit) => folded.get(unit.id)?.direct === true);
		const [first] = direct;
		if (first === undefined) continue;
		const rest = list.length - direct.length;
		const of = first.kafka === undefined ? (first.nodes[0]?.op_name ?? "") : (u.lanes.get(first.lane)?.name ?? "");
		items.push({
			kind: "fold",
			id,
			key: id.slice(2),
			lane: first.lane,
			width: cardWidth,
			height: 68,
			count: direct.length,
			about: `${first.kafka === undefined ? "of" : "in"} ${of}${rest > 0 ? `, with ${rest} that hang on them` : ""}`,
			nodes: list.flatMap((unit) => (unit.nodes.length > 0 ? unit.nodes : unit.readers).map((m) => m.id)),
		});
	}

	const links = new Map<string, SceneLink>();
	const ends = new Map<string, (readonly [string, string])[]>();
	const pillBegins = new Map(pills.map((chain) => [chain.at(-1)?.id ?? "", chain[0]?.nodes[0]]));
	for (const e of u.edges) {
		const [from, to] = [itemOfUnit.get(e.from), itemOfUnit.get(e.to)];
		if (from === undefined || to === undefined || from === to) continue;
		const id = `${from}>${to}>${e.state}`;
		const known = links.get(id);
		const many = known !== undefined || from.startsWith("f:") || to.startsWith("f:");
		const through = from.startsWith("p:") ? throughPill(g, pillBegins.get(e.from), e) : undefined;
		const endsHere = ends.get(id) ?? [];
		ends.set(id, endsHere);
		endsHere.push(...e.ends);
		links.set(id, {
			id,
			from,
			to,
			kind: e.state ? "state" : "flow",
			latency: many ? undefined : (through ?? e.latency),
			operator: e.operator,
			contribution: known === undefined || known.contribution?.title === e.contribution?.title ? e.contribution : undefined,
			loose: e.loose,
			ends: endsHere,
		});
	}
	addEnds(g, u, itemOfUnit, items, links);

	const used = new Set(items.map((i) => i.lane));
	const itemsOf = new Map<string, string[]>();
	const show = (node: string, item: string) => {
		const list = itemsOf.get(node) ?? [];
		if (!list.includes(item)) list.push(item);
		itemsOf.set(node, list);
	};
	for (const [id, item] of itemOfUnit) {
		const unit = u.all.get(id);
		for (const n of unit?.nodes ?? []) show(n.id, item);
		if (unit?.nodes.length === 0) for (const n of unit.readers) show(n.id, item);
	}
	const ranks = lanesInOrder(u);
	return {
		lanes: ranks.filter((l) => used.has(l.id)),
		items,
		links: [...links.values()],
		itemsOf,
		asked: itemOfUnit.get(roots[0] ?? ""),
		pills: chains.length,
	};
}

/** From the first step of a pill to what it led to: the time of the steps that are folded. */
function throughPill(g: JourneyGraph, first: LineageNode | undefined, e: UnitEdge): number | undefined {
	const target = g.node.get(e.ends[0]?.[1] ?? "");
	return first === undefined || target === undefined ? undefined : latencyOf(first, target, undefined);
}

const endWords = {
	gap: "in a gap",
	removed: "removed by retention",
	"not-recorded": "not recorded",
	recovered: "from channel state",
	limit: "the answer ends here",
} as const;

/** Ends of proof: what a gap or a missing recording hides, drawn where it would be. */
function addEnds(g: JourneyGraph, u: Units, itemOfUnit: ReadonlyMap<string, string>, items: Item[], links: Map<string, SceneLink>): void {
	for (const [nodeId, notes] of g.notes) {
		const n = g.node.get(nodeId);
		const unit = u.all.get(`n:${nodeId}`) ?? (n?.record === undefined ? undefined : u.all.get(`k:${n.record}`));
		const at = unit === undefined ? undefined : itemOfUnit.get(unit.id);
		if (n === undefined || unit === undefined || at === undefined || at.startsWith("f:") || isUnrecorded(n)) continue;
		const told = notes.filter((note) => note.kind in endWords);
		const [first] = told;
		if (first === undefined) continue;
		// Above what was asked the answer looks upwards; of what was asked itself, an origin that was not found leaves no edge.
		const before = n.depth < 0 || (n.depth === 0 && n.kind !== "source" && (g.into.get(nodeId) ?? []).length === 0);
		const id = `e:${unit.id}`;
		items.push({
			kind: "end",
			id,
			lane: `j:${n.recording}`,
			width: cardWidth,
			height: 74,
			texts: told.map((note) => note.text),
			hint: first.hint,
			word: endWords[first.kind as keyof typeof endWords],
			node: nodeId,
		});
		const [from, to] = before ? [id, at] : [at, id];
		links.set(id, {
			id: `${from}>${to}`,
			from,
			to,
			kind: "end",
			latency: undefined,
			operator: undefined,
			contribution: undefined,
			loose: false,
			ends: [[nodeId, nodeId]],
		});
	}
}

/** Lanes from left to right, each after those that led to it. A job may read what it wrote: the way that closes the circle does not count. */
function lanesInOrder(u: Units): readonly Lane[] {
	const before = new Map<string, Set<string>>();
	for (const e of u.edges) {
		const [from, to] = [u.all.get(e.from)?.lane, u.all.get(e.to)?.lane];
		if (from !== undefined && to !== undefined && from !== to) before.set(to, (before.get(to) ?? new Set()).add(from));
	}
	const depth = new Map<string, number>();
	for (const unit of u.all.values()) {
		for (const n of [...unit.nodes, ...unit.readers]) depth.set(unit.lane, Math.min(depth.get(unit.lane) ?? n.depth, n.depth));
	}
	const earliest = [...u.lanes.values()].sort(
		(a, b) =>
			(depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) ||
			Number(a.kind === "job") - Number(b.kind === "job") ||
			a.name.localeCompare(b.name),
	);
	const rank = new Map<string, number>();
	const walk = (lane: string, inside: ReadonlySet<string>): number => {
		const known = rank.get(lane);
		if (known !== undefined) return known;
		const within = new Set(inside).add(lane);
		const r = Math.max(0, ...[...(before.get(lane) ?? [])].filter((l) => !within.has(l)).map((l) => walk(l, within) + 1));
		rank.set(lane, r);
		return r;
	};
	// From the latest on: a circle is then cut where it comes back to what is earliest.
	for (const lane of [...earliest].reverse()) walk(lane.id, new Set());
	return [...earliest].sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0));
}

/** Equal for scenes of equal shape: the same picture needs no new layout. */
export function sceneKey(s: Scene): string {
	return JSON.stringify([s.lanes.map((l) => l.id), s.items.map((i) => [i.id, i.width, i.height]), s.links.map((l) => l.id)]);
}

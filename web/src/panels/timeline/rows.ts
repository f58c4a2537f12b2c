/** What the tracks of a timeline show: rows of operators with their subtasks, and what a stretch of them adds up to. Pure. */
import type { Graph } from "../../api/job";
import { endOfTime, noWatermark, type Track, type Tracks } from "../../api/tracks";
import { millisOf } from "../../base/time";

/** One row: an operator, or one subtask of it. Every list has one value per bucket. */
export type Row = {
	readonly id: string;
	/** Slug; empty for what belongs to no operator. */
	readonly op: string;
	readonly name: string;
	/** Absent: all subtasks. */
	readonly subtask?: number;
	readonly subtasks: number;
	readonly activity: readonly number[];
	readonly dropped: readonly number[];
	/** By how many milliseconds the slowest input was behind the clock; undefined where it is not known. */
	readonly lag: readonly (number | undefined)[];
	readonly tracks: readonly Track[];
};

export type Group = { readonly row: Row; readonly parts: readonly Row[] };

/** Kinds that no event has: counts of what went through an operator. */
const flows: readonly string[] = ["entered", "passed"];

function sum(lists: readonly (readonly number[])[], buckets: number): number[] {
	const out = new Array<number>(buckets).fill(0);
	for (const l of lists)
		l.forEach((n, i) => {
			out[i] = (out[i] ?? 0) + n;
		});
	return out;
}

/** Watermarks stand until the next one; they end where nothing of the track comes any more. */
function lagOf(track: Track, from: number, bucket: number, last: number): (number | undefined)[] {
	const out: (number | undefined)[] = [];
	for (const w of track.watermarks) {
		let now: number | undefined;
		w.values.forEach((v, i) => {
			if (v === endOfTime) now = undefined;
			else if (v !== noWatermark) now = v;
			if (now === undefined || i > last) return;
			const lag = from + bucket * (i + 1) - now;
			out[i] = Math.max(out[i] ?? lag, lag);
		});
	}
	return out;
}

function lastOf(list: readonly number[]): number {
	return list.findLastIndex((n) => n > 0);
}

export function bucketsOf(t: Tracks): number {
	const first = t.tracks[0];
	return first?.counts[0]?.counts.length ?? first?.drops[0]?.counts.length ?? first?.watermarks[0]?.values.length ?? 0;
}

function rowOf(t: Tracks, tracks: readonly Track[], subtask: number | undefined): Row {
	const buckets = bucketsOf(t);
	const from = t.from === undefined ? 0 : millisOf(t.from);
	const bucket = Number(t.bucket_us) / 1000;
	const [first] = tracks;
	const activityOf = (x: Track) =>
		sum(
			x.counts.filter((c) => !flows.includes(c.kind)).map((c) => c.counts),
			buckets,
		);
	const each = tracks.map(activityOf);
	const lag = new Array<number | undefined>(buckets).fill(undefined);
	tracks.forEach((x, k) => {
		lagOf(x, from, bucket, lastOf(each[k] ?? [])).forEach((l, i) => {
			if (l !== undefined) lag[i] = Math.max(lag[i] ?? l, l);
		});
	});
	const op = first?.op ?? "";
	return {
		id: subtask === undefined ? op : `${op}.${subtask}`,
		op,
		name: first?.op_name === "" || first === undefined ? "of no operator" : first.op_name,
		...(subtask === undefined ? {} : { subtask }),
		subtasks: tracks.length,
		activity: sum(each, buckets),
		dropped: sum(
			tracks.flatMap((x) => x.drops.map((d) => d.counts)),
			buckets,
		),
		lag,
		tracks,
	};
}

/** Operators in the order of the graph, each with its subtasks; what is of no operator stands last. */
export function groupsOf(t: Tracks, graph: Graph | undefined): readonly Group[] {
	const byOp = new Map<string, Track[]>();
	for (const x of t.tracks) byOp.set(x.op, [...(byOp.get(x.op) ?? []), x]);
	const order = new Map((graph?.vertices ?? []).flatMap((v) => v.operators.map((o) => o.slug)).map((slug, i) => [slug, i]));
	const place = (op: string) => (op === "" ? Number.POSITIVE_INFINITY : (order.get(op) ?? order.size));
	return [...byOp.entries()]
		.sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
		.map(([, tracks]) => {
			const parts = [...tracks].sort((a, b) => a.subtask - b.subtask);
			return { row: rowOf(t, parts, undefined), parts: parts.length < 2 ? [] : parts.map((x) => rowOf(t, [x], x.subtask)) };
		});
}

export type Reason = { readonly reason: string; readonly kept: boolean; readonly counts: readonly number[]; readonly total: number };

/** What was thrown away, by reason over all operators: what is lost stands first, then the most frequent. */
export function reasonsOf(t: Tracks): readonly Reason[] {
	const buckets = bucketsOf(t);
	const lists = new Map<string, { kept: boolean; counts: (readonly number[])[] }>();
	for (const d of t.tracks.flatMap((x) => x.drops)) {
		const of = lists.get(d.reason) ?? { kept: d.kept, counts: [] };
		of.counts.push(d.counts);
		lists.set(d.reason, of);
	}
	return [...lists.entries()]
		.map(([reason, { kept, counts }]) => {
			const all = sum(counts, buckets);
			return { reason, kept, counts: all, total: all.reduce((a, b) => a + b, 0) };
		})
		.sort((a, b) => Number(a.kept) - Number(b.kept) || b.total - a.total || a.reason.localeCompare(b.reason));
}

/** Buckets from the first to the last, both included. */
export type Range = { readonly first: number; readonly last: number };

export type Total = {
	readonly row: Row;
	readonly in: number;
	readonly out: number;
	readonly drops: readonly { readonly reason: string; readonly kept: boolean; readonly count: number }[];
	/** The greatest in the stretch. */
	readonly lag: number | undefined;
	/** The busiest subtask's share over an equal share; undefined with fewer than two subtasks, or nothing in. */
	readonly skew: number | undefined;
};

function within(counts: readonly number[], r: Range): number {
	let n = 0;
	for (let i = r.first; i <= r.last; i++) n += counts[i] ?? 0;
	return n;
}

/** Records into a track and out of it. Rows stand in for what the chain did not count, as on the graph. */
function flowOf(x: Track, r: Range): { readonly in: number; readonly out: number } {
	const of = (...kinds: readonly string[]) => x.counts.filter((c) => kinds.includes(c.kind)).reduce((n, c) => n + within(c.counts, r), 0);
	return {
		in: of("source-record", "other-source-record", "source-run") || of("entered"),
		out: of("written") || of("passed") || of("record"),
	};
}

export function totalOf(row: Row, r: Range): Total {
	const flows = row.tracks.map((x) => flowOf(x, r));
	const input = flows.reduce((n, f) => n + f.in, 0);
	const drops = new Map<string, { kept: boolean; count: number }>();
	for (const d of row.tracks.flatMap((x) => x.drops)) {
		const n = within(d.counts, r);
		if (n > 0) drops.set(d.reason, { kept: d.kept, count: (drops.get(d.reason)?.count ?? 0) + n });
	}
	const lags = row.lag.slice(r.first, r.last + 1).filter((l) => l !== undefined);
	return {
		row,
		in: input,
		out: flows.reduce((n, f) => n + f.out, 0),
		drops: [...drops.entries()].map(([reason, d]) => ({ reason, ...d })).sort((a, b) => b.count - a.count),
		lag: lags.length === 0 ? undefined : Math.max(...lags),
		skew: flows.length < 2 || input === 0 ? undefined : (Math.max(...flows.map((f) => f.in)) * flows.length) / input,
	};
}

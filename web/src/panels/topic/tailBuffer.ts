/** What a live tail keeps: the newest records, and how many came that are not shown. Plain data. */
import type { TailItem, TopicRecord } from "../../api/topic";

export const mostTailRows = 1_000;

type Beat = { readonly at: number; readonly seen: number; readonly dropped: number };

export type TailBuffer = {
	/** The newest first. */
	readonly rows: readonly TopicRecord[];
	/** Rows that ever came; those beyond the list's end are counted here only. */
	readonly came: number;
	readonly seen: bigint;
	readonly dropped: bigint;
	/** What came in the last seconds, oldest first. */
	readonly beats: readonly Beat[];
};

export const emptyTail: TailBuffer = { rows: [], came: 0, seen: 0n, dropped: 0n, beats: [] };

/** Rates are of so many milliseconds. */
const span = 5_000;

/** Takes in what came, at a time in milliseconds. */
export function tailed(b: TailBuffer, items: readonly TailItem[], at: number): TailBuffer {
	const known = new Set(b.rows.map((r) => r.place));
	const fresh: TopicRecord[] = [];
	let seen = 0n;
	let dropped = 0n;
	for (const item of items) {
		seen += item.seen;
		dropped += item.dropped;
		if (item.record === undefined || known.has(item.record.place)) continue;
		known.add(item.record.place);
		fresh.push(item.record);
	}
	return {
		rows: [...fresh.reverse(), ...b.rows].slice(0, mostTailRows),
		came: b.came + fresh.length,
		seen: b.seen + seen,
		dropped: b.dropped + dropped,
		beats: [...b.beats.filter((x) => x.at > at - span), { at, seen: Number(seen), dropped: Number(dropped) }],
	};
}

export type TailRate = { readonly seen: number; readonly dropped: number };

/** Records a second that came, and of these such as are not shown, over the last seconds. */
export function rateOf(b: TailBuffer, now: number): TailRate {
	const recent = b.beats.filter((x) => x.at > now - span);
	const [first] = recent;
	if (first === undefined) return { seen: 0, dropped: 0 };
	// The first beat stands for what came before it; of a tail that has just begun there is no more than that.
	const seconds = Math.max(1, (now - first.at) / 1000);
	const sum = (of: (x: Beat) => number) => recent.reduce((all, x) => all + of(x), 0) / seconds;
	return { seen: sum((x) => x.seen), dropped: sum((x) => x.dropped) };
}

/** The records of a topic that are loaded, and what was looked at for them. Plain data: the hook beside it asks. */
import type { ScannedPartition, TopicPage, TopicRecord } from "../../api/topic";

/** The most rows that are kept: a list that one reads, not a copy of the topic. */
export const mostRows = 5_000;

export type Pages = {
	readonly rows: readonly TopicRecord[];
	/** Rows that were loaded and had to make room. */
	readonly left: number;
	readonly asked: number;
	readonly bytes: bigint;
	readonly scanned: readonly ScannedPartition[];
	/** Why the last page ended; undefined: none has come. */
	readonly ended: string | undefined;
	readonly next: string | undefined;
	readonly unclear: number;
	readonly unclearWhy: string | undefined;
};

export const noPages: Pages = {
	rows: [],
	left: 0,
	asked: 0,
	bytes: 0n,
	scanned: [],
	ended: undefined,
	next: undefined,
	unclear: 0,
	unclearWhy: undefined,
};

/** What was looked at of a partition before and now, as one range: a page begins where the one before it ended. */
function joined(a: ScannedPartition | undefined, b: ScannedPartition): ScannedPartition {
	if (a === undefined) return b;
	return { ...b, from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

/** Takes in the page that follows. */
export function withPage(p: Pages, page: TopicPage): Pages {
	const all = [...p.rows, ...page.items];
	const over = Math.max(0, all.length - mostRows);
	const ranges = new Map(p.scanned.map((s) => [s.partition, s]));
	for (const s of page.scanned) ranges.set(s.partition, joined(ranges.get(s.partition), s));
	return {
		rows: over === 0 ? all : all.slice(over),
		left: p.left + over,
		asked: p.asked + page.asked,
		bytes: p.bytes + page.bytes,
		scanned: [...ranges.values()].sort((a, b) => a.partition - b.partition),
		ended: page.ended,
		next: page.more ? page.next : undefined,
		unclear: p.unclear + (page.unclear ?? 0),
		unclearWhy: p.unclearWhy ?? page.unclear_why,
	};
}

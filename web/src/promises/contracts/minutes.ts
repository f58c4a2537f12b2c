/** The last hour of checks, minute by minute. */
import type { ContractCoverage, ContractWindow } from "../../api/contract";
import type { WallTime } from "../../base/time";

export const minute = 60_000_000n;
const shown = 60;

/** gap: somebody appended and nobody looked. none: there is no window of that minute. */
export type MinuteVerdict = "bad" | "gap" | "ok" | "none";

export type Minute = {
	readonly at: WallTime;
	readonly verdict: MinuteVerdict;
	readonly records: bigint;
	readonly bad: bigint;
	/** Of the first bad record. */
	readonly first?: { readonly partition: number; readonly offset: bigint };
};

/** The hour that ends with the minute of `now`, oldest first. A bad record is told before a gap, a gap before what was kept. */
export function lastHour(
	windows: readonly ContractWindow[],
	gaps: readonly Pick<ContractCoverage["gaps"][number], "at">[],
	now: WallTime,
): readonly Minute[] {
	const end = now / minute;
	const begin = end - BigInt(shown) + 1n;
	const all = Array.from({ length: shown }, (_, i) => ({
		at: ((begin + BigInt(i)) * minute) as WallTime,
		records: 0n,
		bad: 0n,
		seen: false,
		gap: false,
		first: undefined as Minute["first"],
	}));
	for (const w of windows) {
		const from = w.at / minute;
		const to = (w.at + w.span_s * 1_000_000n - 1n) / minute;
		for (let m = from < begin ? begin : from; m <= to && m <= end; m++) {
			const one = all[Number(m - begin)];
			if (one === undefined) continue;
			one.seen = true;
			one.records += w.records;
			one.bad += w.bad;
			if (w.bad > 0n && w.first >= 0n && one.first === undefined) one.first = { partition: w.partition, offset: w.first };
		}
	}
	for (const g of gaps) {
		const one = all[Number(g.at / minute - begin)];
		if (one !== undefined) one.gap = true;
	}
	return all.map(({ at, records, bad, seen, gap, first }) => ({
		at,
		records,
		bad,
		verdict: bad > 0n ? "bad" : gap ? "gap" : seen ? "ok" : "none",
		...(first === undefined ? {} : { first }),
	}));
}

export function countOf(minutes: readonly Minute[], verdict: MinuteVerdict): number {
	return minutes.filter((m) => m.verdict === verdict).length;
}

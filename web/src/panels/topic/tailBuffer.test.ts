import { describe, expect, it } from "vitest";
import { recordAt } from "../../../mock/topics";
import { type TailItem, tailItem } from "../../api/topic";
import { decode } from "../../base/decode";
import { emptyTail, mostTailRows, rateOf, tailed } from "./tailBuffer";

const item = (offset: number, seen = 1, dropped = 0): TailItem =>
	decode(tailItem, { record: recordAt(0, offset), seen: String(seen), dropped: String(dropped) });
const numbers = (seen: number, dropped: number): TailItem => decode(tailItem, { seen: String(seen), dropped: String(dropped) });

describe("a live tail", () => {
	it("keeps the newest first", () => {
		const b = tailed(tailed(emptyTail, [item(1), item(2)], 0), [item(3)], 200);
		expect(b.rows.map((r) => Number(r.offset))).toEqual([3, 2, 1]);
		expect(b.came).toBe(3);
	});

	it("is bounded, however much comes, and counts what it let go", () => {
		let b = emptyTail;
		for (let beat = 0; beat < 20; beat++)
			b = tailed(
				b,
				Array.from({ length: 200 }, (_, i) => item(beat * 200 + i, 250, 249)),
				beat * 1000,
			);
		expect(b.rows).toHaveLength(mostTailRows);
		expect(b.rows[0]?.offset).toBe(3999n);
		expect(b.came).toBe(4000);
		expect(b.seen).toBe(1_000_000n);
		expect(b.dropped).toBe(996_000n);
		expect(b.beats.length).toBeLessThan(10);
	});

	it("shows a record once that comes again behind a break", () => {
		const b = tailed(tailed(emptyTail, [item(1), item(2)], 0), [item(2), item(3)], 200);
		expect(b.rows.map((r) => Number(r.offset))).toEqual([3, 2, 1]);
	});

	it("tells what comes and what is too fast, over the last seconds", () => {
		let b = emptyTail;
		for (let s = 0; s < 10; s++) b = tailed(b, [numbers(50_000, 49_800)], s * 1000);
		expect(rateOf(b, 9_000).seen).toBeGreaterThan(45_000);
		expect(rateOf(b, 9_000).seen).toBeLessThan(65_000);
		expect(rateOf(b, 9_000).dropped).toBeGreaterThan(45_000);
		expect(rateOf(b, 60_000)).toEqual({ seen: 0, dropped: 0 });
		expect(rateOf(emptyTail, 0)).toEqual({ seen: 0, dropped: 0 });
	});
});

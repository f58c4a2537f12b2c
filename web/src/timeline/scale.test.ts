import { describe, expect, it } from "vitest";
import { forSeeds, type Random } from "../../test/random";
import { barHeight, highest, merge, type Scale, ticks, timeAt, xOf } from "./scale";

function anyScale(r: Random): Scale {
	const from = r.int(0, 4e12);
	return { from, to: from + r.int(1, 10 ** r.int(1, 12)), width: r.int(1, 4000) };
}

describe("instants and pixels", () => {
	it("are each other's inverse inside the strip", () => {
		forSeeds(300, (r) => {
			const s = anyScale(r);
			const x = r.int(0, s.width * 100) / 100;
			// A millisecond since 1970 has three digits left behind the point.
			expect(Math.abs(xOf(s, timeAt(s, x)) - x)).toBeLessThan(0.01 + (s.width / (s.to - s.from)) * 0.001);
		});
		const s = { from: 1000, to: 2000, width: 500 };
		expect([xOf(s, 1000), xOf(s, 1500), xOf(s, 2000), timeAt(s, 250)]).toEqual([0, 250, 500, 1500]);
	});

	it("beyond the strip are its ends", () => {
		const s = { from: 1000, to: 2000, width: 500 };
		expect(timeAt(s, -40)).toBe(1000);
		expect(timeAt(s, 540)).toBe(2000);
	});

	it("of a strip without width or length are numbers all the same", () => {
		expect(timeAt({ from: 1000, to: 2000, width: 0 }, 10)).toBe(1000);
		expect(xOf({ from: 1000, to: 1000, width: 500 }, 1000)).toBe(0);
	});
});

describe("ticks", () => {
	it("stand at round times inside the strip, as far apart as asked", () => {
		forSeeds(300, (r) => {
			const s = anyScale(r);
			const apart = r.int(40, 200);
			const { step, at } = ticks(s, apart);
			for (const [i, t] of at.entries()) {
				expect(t % step).toBe(0);
				expect(t).toBeGreaterThanOrEqual(s.from);
				expect(t).toBeLessThanOrEqual(s.to);
				const before = at[i - 1];
				// Nothing is finer than a millisecond.
				if (before !== undefined)
					expect(xOf(s, t) - xOf(s, before)).toBeGreaterThanOrEqual(Math.min(apart, (s.width / (s.to - s.from)) * 1) - 0.01);
			}
			expect(at.length).toBeLessThanOrEqual(s.width / Math.min(apart, s.width) + 2);
		});
	});

	it("are what people count in", () => {
		expect(ticks({ from: 0, to: 60_000, width: 600 }).step).toBe(15_000);
		expect(ticks({ from: 0, to: 3_600_000, width: 1200 }).at).toEqual([0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
		expect(ticks({ from: 0, to: 10 * 365 * 86_400_000, width: 1100 }).step % 604_800_000).toBe(0);
	});

	it("are none on nothing", () => {
		expect(ticks({ from: 5, to: 5, width: 100 }).at).toEqual([]);
		expect(ticks({ from: 0, to: 5, width: 0 }).at).toEqual([]);
	});
});

describe("buckets", () => {
	it("are merged to at most one mark per pixel, and none is lost", () => {
		forSeeds(300, (r) => {
			const n = r.int(0, 2000);
			const width = r.int(1, 2000);
			const series = r.list(1, 4, () => ({ tone: "data", counts: Array.from({ length: n }, () => r.int(0, 9)) }));
			const merged = merge(series, width);
			for (const [i, s] of merged.series.entries()) {
				expect(s.counts.length).toBeLessThanOrEqual(Math.max(1, width));
				expect(s.counts.length).toBe(Math.ceil(n / merged.per));
				expect(s.counts.reduce((a, b) => a + b, 0)).toBe(series[i]?.counts.reduce((a, b) => a + b, 0));
				expect(s.tone).toBe("data");
			}
		});
	});

	it("stay as they are where there is room", () => {
		const series = [{ counts: [1, 2, 3] }];
		expect(merge(series, 100)).toEqual({ series, per: 1 });
	});

	it("are as high as all series together, also where one is shorter", () => {
		expect(highest([{ counts: [1, 5, 2] }, { counts: [3, 4] }])).toBe(9);
		expect(highest([])).toBe(0);
	});
});

describe("the height of a bar", () => {
	it("is in proportion, but rare is not absent", () => {
		expect(barHeight(50, 100, 40)).toBe(20);
		expect(barHeight(1, 1_000_000, 40)).toBe(1.5);
		expect(barHeight(0, 100, 40)).toBe(0);
		expect(barHeight(1, 0, 40)).toBe(0);
	});
});

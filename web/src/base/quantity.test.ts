import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { age, count, duration, percent, perSecond, plural, size, sizePerSecond, written } from "./quantity";

const table = (f: (n: number) => string, rows: readonly (readonly [number, string])[]) => {
	for (const [n, text] of rows) expect(f(n), String(n)).toBe(text);
};

describe("lengths of time", () => {
	it("are written in the units that people say them in", () => {
		table(
			(ms) => written(duration(ms)),
			[
				[0, "0 ms"],
				[0.25, "0.25 ms"],
				[12.4, "12 ms"],
				[999, "999 ms"],
				[1000, "1 s"],
				[8_400, "8.4 s"],
				[10_000, "10.0 s"],
				[59_400, "59.4 s"],
				[60_000, "1 min"],
				[372_000, "6 min 12 s"],
				[3_600_000, "1 h"],
				[11_100_000, "3 h 5 min"],
				[86_400_000, "1 d"],
				[187_200_000, "2 d 4 h"],
				[-8_400, "-8.4 s"],
			],
		);
	});

	it("never have as much of a small unit as makes a large one", () => {
		const limits: Readonly<Record<string, number>> = { ms: 1000, s: 60, min: 60, h: 24 };
		const edges = [999.4, 999.6, 9_999, 59_499, 59_940, 59_999, 3_599_499, 3_599_999, 86_399_999];
		const check = (ms: number) => {
			const parts = [...written(duration(ms)).matchAll(/(-?[\d.]+) (ms|s|min|h|d)/g)];
			expect(parts.length, String(ms)).toBeGreaterThan(0);
			for (const [, n, unit = ""] of parts)
				expect(Number(n), `${ms} ms is ${written(duration(ms))}`).toBeLessThan(limits[unit] ?? Number.POSITIVE_INFINITY);
		};
		edges.forEach(check);
		forSeeds(300, (r) => check(r.int(0, 10 ** r.int(1, 12)) / r.pick([1, 3, 7])));
	});
});

describe("sizes", () => {
	it("are decimal, with three digits", () => {
		table(
			(n) => written(size(n)),
			[
				[0, "0 B"],
				[999, "999 B"],
				[999.5, "1.00 kB"],
				[1_500, "1.50 kB"],
				[9_999, "10.0 kB"],
				[99_990, "100 kB"],
				[999_499, "999 kB"],
				[999_500, "1.00 MB"],
				[4_100_000, "4.10 MB"],
				[9_840_120_312, "9.84 GB"],
			],
		);
		expect(written(size(123_456_789_012_345_678_901n))).toBe("123457 PB");
		expect(written(sizePerSecond(4_100_000))).toBe("4.10 MB/s");
	});
});

describe("rates and shares", () => {
	it("say as much as can be told apart", () => {
		table(
			(n) => written(perSecond(n)),
			[
				[0, "0 /s"],
				[0.35, "0.35 /s"],
				[1.4, "1.4 /s"],
				[38.2, "38 /s"],
				[1_240.4, "1,240 /s"],
			],
		);
		table(
			(n) => written(percent(n)),
			[
				[0, "0.0 %"],
				[0.013, "1.3 %"],
				[0.46, "46 %"],
				[1.2, "120 %"],
			],
		);
	});
});

describe("counts", () => {
	it("are grouped, large ones exactly", () => {
		expect(count(68_412)).toBe("68,412");
		expect(count(9_223_372_036_854_775_807n)).toBe("9,223,372,036,854,775,807");
	});

	it("have their word in the singular for one only", () => {
		expect([plural(0, "gap"), plural(1, "gap"), plural(1n, "gap"), plural(2n, "gap"), plural(3, "entry", "entries")]).toEqual([
			"0 gaps",
			"1 gap",
			"1 gap",
			"2 gaps",
			"3 entries",
		]);
	});
});

it("says how long ago in the largest unit, and now for what has not happened yet", () => {
	table(age, [
		[-5_000, "now"],
		[999, "now"],
		[1_000, "1 s ago"],
		[59_999, "59 s ago"],
		[60_000, "1 min ago"],
		[3_600_000, "1 h ago"],
		[86_399_999, "23 h ago"],
		[172_800_000, "2 d ago"],
	]);
});

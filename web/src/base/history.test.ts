import { describe, expect, it } from "vitest";
import { Samples } from "./history";

const at = (values: Readonly<Record<string, number | undefined>>) => new Map(Object.entries(values));

describe("samples", () => {
	it("are columns over one list of times", () => {
		const s = new Samples(1000);
		s.add(0, at({ a: 1, b: 2 }));
		s.add(100, at({ a: 3, b: undefined }));
		expect(s.times).toEqual([0, 100]);
		expect(s.names).toEqual(["a", "b"]);
		expect(s.column("a")).toEqual([1, 3]);
		expect(s.column("b")).toEqual([2, undefined]);
	});

	it("have a hole where a name was absent, before it came and after it went", () => {
		const s = new Samples(1000);
		s.add(0, at({ a: 1 }));
		s.add(100, at({ b: 2 }));
		expect(s.column("a")).toEqual([1, undefined]);
		expect(s.column("b")).toEqual([undefined, 2]);
		expect(s.column("c")).toEqual([]);
	});

	it("are kept for the span and no longer, all columns alike", () => {
		const s = new Samples(1000);
		for (let t = 0; t <= 5000; t += 100) s.add(t, at({ a: t, ...(t % 200 === 0 ? { b: t } : {}) }));
		expect(s.times[0]).toBe(4000);
		expect(s.times).toHaveLength(11);
		expect(s.column("a")).toEqual([...s.times]);
		expect(s.column("b")).toHaveLength(11);
	});

	it("take each moment once, and none of the past", () => {
		const s = new Samples(1000);
		s.add(100, at({ a: 1 }));
		s.add(100, at({ a: 2 }));
		s.add(50, at({ a: 3 }));
		expect(s.column("a")).toEqual([1]);
	});
});

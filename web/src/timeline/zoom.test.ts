import { describe, expect, it } from "vitest";
import { parseWall, type WallTime } from "../base/time";
import { zoomed } from "./zoom";

const at = (minute: number): WallTime => parseWall(`2026-11-23T14:${String(minute).padStart(2, "0")}:00Z`) as WallTime;
const whole = { from: at(0), to: at(40) };
const minutes = (s: ReturnType<typeof zoomed>) =>
	s === undefined || s === "same" ? s : [s.from, s.to].map((t) => (t === undefined ? undefined : Number(t - at(0)) / 60e6));

describe("zooming", () => {
	it("halves what is seen, around the position where there is one", () => {
		expect(minutes(zoomed(whole, undefined, undefined, "in"))).toEqual([10, 30]);
		expect(minutes(zoomed(whole, undefined, at(8), "in"))).toEqual([-2, 18]);
		expect(minutes(zoomed(whole, { from: at(20), to: at(30) }, at(8), "in"))).toEqual([22.5, 27.5]);
	});

	it("out again ends with the whole recording", () => {
		expect(minutes(zoomed(whole, { from: at(20), to: at(30) }, undefined, "out"))).toEqual([15, 35]);
		expect(zoomed(whole, { from: at(5), to: at(35) }, undefined, "out")).toBeUndefined();
		expect(zoomed(whole, undefined, undefined, "out")).toBe("same");
	});

	it("goes no closer than can be told apart", () => {
		const shortest = { from: at(1), to: (at(1) + 1_999n) as WallTime };
		expect(zoomed(whole, shortest, undefined, "in")).toBe("same");
	});
});

describe("moving", () => {
	it("goes on by a quarter of what is seen; the whole recording does not move", () => {
		expect(minutes(zoomed(whole, { from: at(20), to: at(28) }, undefined, "left"))).toEqual([18, 26]);
		expect(minutes(zoomed(whole, { from: at(20), to: at(28) }, undefined, "right"))).toEqual([22, 30]);
		expect(zoomed(whole, undefined, undefined, "left")).toBe("same");
	});

	it("takes an open end for that of the recording", () => {
		expect(minutes(zoomed(whole, { from: at(20) }, undefined, "left"))).toEqual([15, 35]);
	});
});

it("does nothing while the recording's ends are not known, or nothing lies between", () => {
	for (const how of ["in", "out", "left", "right"] as const) {
		expect(zoomed(undefined, undefined, undefined, how)).toBe("same");
		expect(zoomed({ from: at(3), to: at(3) }, undefined, undefined, how)).toBe("same");
		expect(zoomed(whole, { from: at(9), to: at(3) }, undefined, how)).toBe("same");
	}
});

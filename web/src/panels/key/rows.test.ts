import { describe, expect, it } from "vitest";
import { historyOfKey, statesOfKey } from "../../../mock/key";
import { keyHistory, stateHistory } from "../../api/key";
import { decode } from "../../base/decode";
import { readKinds, rowsOf, wordOf, writeKinds } from "./rows";
import { readVersion, segmentsOf, spanOf, versionId } from "./segments";

const { items: visits } = decode(keyHistory, historyOfKey);
const { items: cells } = decode(stateHistory, statesOfKey);

describe("the rows of a key's history", () => {
	it("are what came in, what was done and what went out, in order, each named once", () => {
		const rows = rowsOf(visits, []);
		expect(rows.map((r) => `${r.part} ${wordOf(r)}`)).toEqual([
			"in record in",
			"did window",
			"did state written",
			"did timer set",
			"in record in",
			"did state written",
			"in record in",
			"did dropped",
			"in event timer",
			"did window fired",
			"out emit",
		]);
		expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
		expect(rows.filter((r) => r.first)).toHaveLength(4);
	});

	it("are of the wanted kinds alone, and the first that is left begins its invocation", () => {
		expect(rowsOf(visits, ["drop"]).map((r) => r.event.cursor)).toEqual(["d19"]);
		expect(rowsOf(visits, ["state"]).map((r) => r.first)).toEqual([true, true]);
		expect(rowsOf(visits, ["timer", "drop"]).map((r) => r.event.cursor)).toEqual(["w12", "t12", "d19", "i23", "f23"]);
	});

	it("reads the kinds that it writes", () => {
		expect(writeKinds([])).toBeUndefined();
		expect(readKinds(writeKinds(["drop", "state"]))).toEqual(["state", "drop"]);
		expect(readKinds("nothing,timer,")).toEqual(["timer"]);
	});
});

describe("the segments of a state", () => {
	it("go from one change to the next, and stay within the strip", () => {
		const span = spanOf(cells);
		if (span === undefined || cells[0] === undefined || cells[1] === undefined) throw new Error("nothing to draw");
		expect(span.to - span.from).toBe(10_400);
		const [first, second, gone] = segmentsOf(cells[0], span);
		expect(first?.left).toBe(0);
		expect(first?.width).toBeCloseTo((4_000 / 10_400) * 100);
		expect(second?.left).toBeCloseTo(first?.width ?? 0);
		expect(gone?.empty).toBe(true);
		expect((gone?.left ?? 0) + (gone?.width ?? 0)).toBeCloseTo(100);
		// Time to live ends it before anything changes it.
		const [seen] = segmentsOf(cells[1], span);
		expect(seen?.dies).toBe(true);
		expect(seen?.width).toBeCloseTo((3_000 / 10_400) * 100);
	});

	it("are none without a version", () => {
		expect(spanOf([])).toBeUndefined();
	});

	it("have names that addresses hold", () => {
		expect(readVersion(versionId(2, 17))).toEqual({ cell: 2, version: 17 });
		expect(readVersion("totals.1.0.12:in:x")).toBeUndefined();
	});
});

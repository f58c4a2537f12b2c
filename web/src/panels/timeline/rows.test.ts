import { describe, expect, it } from "vitest";
import { tracks as decoder, endOfTime, noWatermark, type Tracks } from "../../api/tracks";
import { decode } from "../../base/decode";
import { groupsOf, reasonsOf, totalOf } from "./rows";

const second = 1_000_000;
const at = Date.parse("2026-11-23T14:00:00Z");

function tracks(list: readonly unknown[]): Tracks {
	return decode(decoder, {
		from: "2026-11-23T14:00:00.000000Z",
		to: "2026-11-23T14:00:04.000000Z",
		bucket_us: String(second),
		total: "9",
		approximate: false,
		tracks: list,
		gaps: [],
	});
}
const track = (op: string, subtask: number, more: Record<string, unknown> = {}) => ({
	op,
	op_name: op,
	subtask,
	counts: [],
	drops: [],
	watermarks: [],
	...more,
});
const counts = (kind: string, ...counts: number[]) => ({ kind, counts });

describe("rows", () => {
	it("are operators in the order of the graph with their subtasks in order, and what is of none last", () => {
		const t = tracks([track("", -1, { op_name: "" }), track("b", 1), track("b", 0), track("a", 0), track("z", 0)]);
		const graph = { vertices: [{ operators: [{ slug: "b" }, { slug: "a" }] }] } as never;
		const groups = groupsOf(t, graph);
		expect(groups.map((g) => g.row.id)).toEqual(["b", "a", "z", ""]);
		expect(groups.map((g) => g.parts.map((p) => p.subtask))).toEqual([[0, 1], [], [], []]);
		expect(groups.at(-1)?.row.name).toBe("of no operator");
	});

	it("add up events, and leave out counts that are no events", () => {
		const t = tracks([
			track("a", 0, { counts: [counts("elements", 1, 0, 2, 0), counts("entered", 9, 9, 9, 9)] }),
			track("a", 1, { counts: [counts("record", 0, 5, 0, 0)] }),
		]);
		expect(groupsOf(t, undefined)[0]?.row.activity).toEqual([1, 5, 2, 0]);
	});

	it("show how far the slowest input is behind, carried on until the next watermark, and only while something comes", () => {
		const of = (subtask: number, values: readonly number[]) =>
			track("a", subtask, { counts: [counts("elements", 1, 1, 1, 0)], watermarks: [{ input: 0, values }] });
		const t = tracks([of(0, [at - 500, noWatermark, at + 2_500, noWatermark]), of(1, [noWatermark, at, endOfTime, noWatermark])]);
		const [group] = groupsOf(t, undefined);
		expect(group?.parts[0]?.lag).toEqual([1_500, 2_500, 500, undefined]);
		expect(group?.parts[1]?.lag).toEqual([undefined, 2_000, undefined, undefined]);
		expect(group?.row.lag).toEqual([1_500, 2_500, 500, undefined]);
	});
});

describe("drops", () => {
	it("are summed by reason, what is lost before what was kept", () => {
		const drop = (reason: string, kept: boolean, ...counts: number[]) => ({ reason, kept, counts });
		const t = tracks([
			track("a", 0, { drops: [drop("late-to-side-output", true, 9, 0, 0, 0), drop("duplicate", false, 1, 0, 0, 1)] }),
			track("b", 0, { drops: [drop("duplicate", false, 1, 0, 0, 0), drop("window-late", false, 0, 7, 0, 0)] }),
		]);
		expect(reasonsOf(t).map((r) => [r.reason, r.total])).toEqual([
			["window-late", 7],
			["duplicate", 3],
			["late-to-side-output", 9],
		]);
		expect(reasonsOf(t)[1]?.counts).toEqual([2, 0, 0, 1]);
	});
});

describe("totals", () => {
	it("count what lies within, and how unevenly subtasks were fed", () => {
		const of = (subtask: number, n: number) =>
			track("a", subtask, {
				counts: [counts("entered", 100, n, n, 100), counts("passed", 0, 1, 0, 0), counts("record", 5, 5, 5, 5)],
				drops: [{ reason: "duplicate", kept: false, counts: [5, 0, 2, 5] }],
			});
		const [group] = groupsOf(tracks([of(0, 1), of(1, 3)]), undefined);
		if (group === undefined) throw new Error("no group");
		const total = totalOf(group.row, { first: 1, last: 2 });
		expect(total.in).toBe(8);
		expect(total.out).toBe(2);
		expect(total.drops).toEqual([{ reason: "duplicate", kept: false, count: 4 }]);
		expect(total.skew).toBe(1.5);
		expect(totalOf(group.row, { first: 1, last: 1 }).drops, "none within").toEqual([]);
	});

	it("take the records that a source read, and those that a sink wrote", () => {
		const source = track("s", 0, {
			counts: [counts("source-record", 3, 0, 0, 0), counts("entered", 7, 0, 0, 0), counts("record", 2, 0, 0, 0)],
		});
		const sink = track("t", 0, { counts: [counts("entered", 4, 0, 0, 0), counts("written", 4, 0, 0, 0), counts("passed", 1, 0, 0, 0)] });
		const [a, b] = groupsOf(tracks([source, sink]), undefined).map((g) => totalOf(g.row, { first: 0, last: 3 }));
		expect([a?.in, a?.out, b?.in, b?.out]).toEqual([3, 2, 4, 4]);
		expect(a?.skew, "one subtask has nothing to be compared with").toBeUndefined();
	});
});

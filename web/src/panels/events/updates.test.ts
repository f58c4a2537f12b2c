import { describe, expect, it } from "vitest";
import type { Event } from "../../api/event";
import { changedTree, foldUpdates, isUpdate } from "./updates";

function row(element: string, kind: "+I" | "-U" | "+U" | "-D", other?: string): Event {
	const change = { kind, ...(other === undefined ? {} : { other, text: "{n: 1 → 2}" }) };
	return { element, change, cursor: element } as unknown as Event;
}

const names = (rows: readonly Event[]) => rows.map((r) => r.element);

describe("updates in the list", () => {
	it("shows both halves as one row, in either order", () => {
		const rows = [row("a", "+I"), row("b", "-U", "c"), row("c", "+U", "b"), row("d", "-D")];
		expect(names(foldUpdates(rows))).toEqual(["a", "c", "d"]);
		expect(names(foldUpdates(rows.toReversed()))).toEqual(["d", "c", "a"]);
	});

	it("keeps a half whose other half is not beside it", () => {
		expect(names(foldUpdates([row("b", "-U", "c"), row("x", "+I"), row("c", "+U", "b")]))).toEqual(["b", "x", "c"]);
		expect(names(foldUpdates([row("b", "-U"), row("c", "+U")]))).toEqual(["b", "c"]);
		expect(names(foldUpdates([row("b", "-U", "c")]))).toEqual(["b"]);
	});

	it("knows an update by its second half", () => {
		expect([row("c", "+U", "b"), row("b", "-U", "c"), row("c", "+U")].map(isUpdate)).toEqual([true, false, false]);
	});

	it("lists what changed, and says where it cannot tell", () => {
		const leaf = (value: string) => ({ kind: "int", value, off: 3, len: 8 });
		const tree = changedTree([
			{ name: "n", before: leaf("1"), after: leaf("2") },
			{ name: "m", before: leaf("0"), after: leaf("0"), masked: true },
		]);
		expect(tree.items?.[0]?.items?.map((n) => `${n.name} ${n.value} ${n.len}`)).toEqual(["before 1 0", "after 2 0"]);
		expect(tree.items?.[1]?.reason).toContain("hidden");
	});
});

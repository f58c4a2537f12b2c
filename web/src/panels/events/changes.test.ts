import { describe, expect, it } from "vitest";
import { changesOf, changeTree } from "../../timeline/valueChanges";
import { jsonTree } from "./parts";

const of = (before: unknown, after: unknown) => changesOf(jsonTree(before), jsonTree(after));
const tree = (before: unknown, after: unknown) => changeTree(jsonTree(before), jsonTree(after));

describe("what an access changed", () => {
	it("is the leaves that differ, by the names that lead to them", () => {
		expect(of({ n: 1, sum: { cents: 5, currency: "EUR" } }, { n: 2, sum: { cents: 7, currency: "EUR" } })).toEqual([
			{ path: "n", before: "1", after: "2" },
			{ path: "sum.cents", before: "5", after: "7" },
		]);
		expect(of({ last: [1, 2] }, { last: [1, 3] })).toEqual([{ path: "last.1", before: "2", after: "3" }]);
		expect(of({ n: 1 }, { n: 1 })).toEqual([]);
	});

	it("names a branch whose form changed, and what became null", () => {
		expect(of({ a: [1], b: {}, c: 1 }, { a: [1, 2], b: 5, c: null })).toEqual([
			{ path: "a", before: "[…]", after: "[…]" },
			{ path: "b", before: "object", after: "5" },
			{ path: "c", before: "1", after: "null" },
		]);
	});

	it("is not told leaf by leaf between values of two forms, or of too large ones", () => {
		expect(of({ a: 1 }, { b: 1 })).toBeUndefined();
		expect(of(1, 2)).toBeUndefined();
		const many = Array.from({ length: 500 }, (_, i) => i);
		expect(of(many, many)).toBeUndefined();
		expect(tree(many, many)).toBeUndefined();
	});

	it("sees that what the policy hides is another", () => {
		const masked = (value: string) => ({
			kind: "object",
			off: 0,
			len: 0,
			items: [{ name: "card", kind: "string", value, mask: "pii", off: 0, len: 0 }],
		});
		expect(changesOf(masked("pii_1"), masked("pii_2"))).toEqual([{ path: "card", before: "pii_1", after: "pii_2" }]);
	});
});

describe("the tree of a change", () => {
	it("has one leaf for what was and what is, and no bytes", () => {
		const t = tree({ n: 1, name: "a" }, { n: 2, name: "a" });
		expect(t?.items).toEqual([
			{ name: "n", kind: "changed", value: "1 → 2", off: 0, len: 0 },
			{ name: "name", kind: "string", value: "a", off: 0, len: 0 },
		]);
		expect(tree(5, 6)).toMatchObject({ kind: "changed", value: "5 → 6" });
	});

	it("keeps what did not change whole", () => {
		expect(tree({ a: { b: [1] }, n: 1 }, { a: { b: [1] }, n: 2 })?.items?.[0]).toEqual(jsonTree({ b: [1] }, "a"));
	});

	it("sets two forms side by side", () => {
		expect(tree({ l: [1] }, { l: [1, 2] })?.items?.[0]).toMatchObject({
			name: "l",
			items: [{ name: "before" }, { name: "after", items: [{ value: "1" }, { value: "2" }] }],
		});
	});
});

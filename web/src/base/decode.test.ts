import { describe, expect, it } from "vitest";
import {
	type Decoder,
	decode,
	flag,
	integer64,
	lazy,
	list,
	MismatchError,
	number,
	oneOf,
	optional,
	record,
	shape,
	text,
	textAs,
} from "./decode";

function mismatch(run: () => unknown): MismatchError {
	try {
		run();
	} catch (e) {
		if (e instanceof MismatchError) return e;
		throw e;
	}
	throw new Error("it was taken");
}

type Wire = { readonly id: string; readonly n: string; readonly tags?: readonly string[] | null; readonly state?: "on" | "off" };
const thing = shape<Wire>()({ id: text, n: integer64, tags: optional(list(text)), state: optional(oneOf("on", "off")) });

describe("an object", () => {
	it("is read field by field; what it does not know is left out", () => {
		expect(decode(thing, { id: "a", n: "9007199254740993", tags: ["x"], later: true })).toEqual({
			id: "a",
			n: 9_007_199_254_740_993n,
			tags: ["x"],
		});
	});

	it("has no field for what is absent or null", () => {
		expect(Object.keys(decode(thing, { id: "a", n: "1", state: null }))).toEqual(["id", "n"]);
	});

	it("names the place that does not fit, however deep, and never the value", () => {
		const nested = shape<{ readonly items: readonly Wire[] }>()({ items: list(thing) });
		const e = mismatch(() =>
			decode(nested, {
				items: [
					{ id: "a", n: "1" },
					{ id: "b", n: "secret-4711" },
				],
			}),
		);
		expect(e.path).toBe("items[1].n");
		expect(e.message).toBe("items[1].n: expected a 64-bit integer as text");
	});

	it("must be one", () => {
		for (const input of [null, undefined, 1, "x", [], () => 1])
			expect(mismatch(() => decode(thing, input)).message).toBe("answer: expected an object");
	});
});

describe("a list", () => {
	it("may be null, as Go writes an empty one, but not absent", () => {
		expect(decode(list(text), null)).toEqual([]);
		expect(mismatch(() => decode(list(text), undefined)).wanted).toBe("a list");
		expect(mismatch(() => decode(list(text), { 0: "a", length: 1 })).wanted).toBe("a list");
	});
});

describe("single values", () => {
	it("are taken only as what they are", () => {
		expect([decode(text, ""), decode(number, -1.5), decode(flag, false), decode(record, { a: 1 })]).toEqual(["", -1.5, false, { a: 1 }]);
		for (const [decoder, inputs] of [
			[text, [1, null, undefined, ["a"]]],
			[number, ["1", Number.NaN, Number.POSITIVE_INFINITY, 1n, null]],
			[flag, [0, "true", null]],
			[record, [null, [], "a"]],
			[integer64, [1, "1.0", "", " 1", "0x1", "1e3", "123456789012345678901"]],
			[oneOf("on", "off"), ["On", "", null, 1]],
		] as const)
			for (const input of inputs) mismatch(() => decode<unknown>(decoder, input));
	});

	it("keep all 64 bits", () => {
		expect(decode(integer64, "-9223372036854775808")).toBe(-(2n ** 63n));
		expect(decode(integer64, "9223372036854775807")).toBe(2n ** 63n - 1n);
	});

	it("may be made into something else, or be refused there", () => {
		const even = textAs("an even number", (s) => (Number(s) % 2 === 0 ? Number(s) : undefined));
		expect(decode(even, "4")).toBe(4);
		expect(mismatch(() => decode(even, "5")).wanted).toBe("an even number");
		expect(mismatch(() => decode(even, 4)).wanted).toBe("an even number");
	});
});

it("reads what holds itself", () => {
	type Tree = { readonly name: string; readonly items?: readonly Tree[] | undefined };
	const tree: Decoder<Tree, Tree> = shape<Tree>()({ name: text, items: optional(list(lazy(() => tree))) });
	expect(decode(tree, { name: "a", items: [{ name: "b", items: [{ name: "c" }] }] })).toEqual({
		name: "a",
		items: [{ name: "b", items: [{ name: "c" }] }],
	});
	expect(mismatch(() => decode(tree, { name: "a", items: [{ name: "b", items: [{}] }] })).path).toBe("items[0].items[0].name");
});

import { describe, expect, it } from "vitest";
import { forSeeds, type Random } from "../../test/random";
import {
	celTokens,
	changeFilter,
	type Filter,
	type FilterProblem,
	isEmptyFilter,
	noFilter,
	readFilter,
	tokens,
	writeFilter,
} from "./filter";

function read(source: string): Filter {
	const r = readFilter(source);
	if (!r.ok) throw new Error(`${source}: ${r.problem.message}`);
	return r.filter;
}

function refused(source: string): FilterProblem {
	const r = readFilter(source);
	if (r.ok) throw new Error(`${source} was taken as ${JSON.stringify(r.filter, (_, v) => (typeof v === "bigint" ? String(v) : v))}`);
	return r.problem;
}

function anyFilter(r: Random): Filter {
	return changeFilter(noFilter, {
		op: r.maybe(r.text),
		subtask: r.maybe(() => r.int(0, 1_000_000)),
		attempt: r.maybe(() => r.int(0, 9)),
		invocation: r.maybe(() => BigInt(r.int(0, Number.MAX_SAFE_INTEGER)) * 1024n),
		kinds: r.maybe(() => r.list(1, 3, r.text)),
		lanes: r.maybe(() => r.list(1, 2, r.text)),
		reasons: r.maybe(() => r.list(1, 2, r.text)),
		key: r.maybe(r.text),
		text: r.maybe(r.text),
	});
}

describe("a filter", () => {
	it("is read back as it was written, whatever its values hold", () => {
		forSeeds(1000, (r) => {
			const f = anyFilter(r);
			expect(read(writeFilter(f))).toEqual(f);
		});
	});

	it("knows every variable that the server answers", () => {
		expect(
			read(
				'op == "drop-duplicates" && subtask == 3 && attempt == 1 && invocation == 118204 && kind in ["record", "watermark"] && lane == "out" && drop.reason == "window-late" && key == "o-77" && text.contains("SEK")',
			),
		).toEqual({
			op: "drop-duplicates",
			subtask: 3,
			attempt: 1,
			invocation: 118_204n,
			kinds: ["record", "watermark"],
			lanes: ["out"],
			reasons: ["window-late"],
			key: "o-77",
			text: "SEK",
		});
	});

	it("may be written with any spaces", () => {
		expect(read('  op=="a"&&\n\tkind in["b",\n"c"]  ')).toEqual({ op: "a", kinds: ["b", "c"] });
	});

	it("is plain text where no operator stands in it", () => {
		for (const text of ["SEK", "late order", "O-123", "orders/2@88121", "9f3a61c2d07b4e15:3:48211", "ü", "50%", "42", "drop-duplicates"])
			expect(read(` ${text} `), text).toEqual({ text });
	});

	it("that is empty lets everything through", () => {
		expect(read("")).toBe(noFilter);
		expect(read("  \n ")).toBe(noFilter);
		expect(isEmptyFilter(noFilter)).toBe(true);
		expect(isEmptyFilter({ kinds: [] })).toBe(true);
		expect(isEmptyFilter({ op: "" })).toBe(false);
	});
});

describe("what has no parameter of its own", () => {
	it("is left to the server, beside the terms that have one", () => {
		const cases: readonly (readonly [string, Filter])[] = [
			['op == "a" || op == "b"', { where: 'op == "a" || op == "b"' }],
			['op == "a" && late', { op: "a", where: "late" }],
			['lag > duration("5s") && op == "a"', { op: "a", where: 'lag > duration("5s")' }],
			['op == "a" && op == "b"', { op: "a", where: 'op == "b"' }],
			['kind == "a" && value.note == "x && y" && kind in ["b"]', { kinds: ["a"], where: 'value.note == "x && y" && kind in ["b"]' }],
			['op == "a" && (kind == "b" || late)', { op: "a", where: '(kind == "b" || late)' }],
			['late ? op == "a" : op == "b"', { where: 'late ? op == "a" : op == "b"' }],
			["value.n > 5", { where: "value.n > 5" }],
			["value.?n.orValue(1) == 1", { where: "value.?n.orValue(1) == 1" }],
			["subtask == -1", { where: "subtask == -1" }],
			["value.s == 'it\\'s'", { where: "value.s == 'it\\'s'" }],
			['op == "a" && ä == 1', { op: "a", where: "ä == 1" }],
		];
		for (const [source, filter] of cases) {
			expect(read(source), source).toEqual(filter);
			expect(read(writeFilter(read(source))), source).toEqual(filter);
		}
	});

	it("keeps its meaning beside terms that are chosen later", () => {
		expect(writeFilter(changeFilter(read('op == "a" || late'), { subtask: 2 }))).toBe('subtask == 2 && (op == "a" || late)');
	});
});

describe("what is not finished", () => {
	it("is refused with the place and the reason, never answered in part", () => {
		const cases: readonly (readonly [string, number, RegExp])[] = [
			['op == "a" &&', 12, /wanted here/],
			["op ==", 5, /wanted here/],
			['kind in ["a"', 12, /\] is wanted/],
			['text.contains("a"', 17, /\) is wanted/],
			['op == "a', 6, /has no end/],
			['op == "a")', 9, /\) closes nothing/],
			['(op == "a"]', 10, /\] closes nothing/],
			['&& op == "a"', 0, /a term is wanted/],
			['op == "a" && && late', 13, /a term is wanted/],
			['op == "a" ||', 12, /wanted here/],
		];
		for (const [source, at, message] of cases) {
			const p = refused(source);
			expect(p.message, source).toMatch(message);
			expect(p.at, source).toBe(at);
		}
	});

	it("is never a fault of the page", () => {
		const pieces = [
			"op",
			"kind",
			"text",
			"==",
			"&&",
			"||",
			"in",
			"[",
			"]",
			"(",
			")",
			".",
			",",
			'"a"',
			'"',
			"\\",
			"3",
			"-1",
			" ",
			"contains",
			"ä",
		];
		forSeeds(2000, (r) => {
			const source = r.list(0, 9, () => r.pick(pieces)).join(r.pick(["", " "]));
			const reading = readFilter(source);
			// What is taken means the same when it is written out.
			if (reading.ok) expect(read(writeFilter(reading.filter))).toEqual(reading.filter);
			else expect(reading.problem.at).toBeLessThanOrEqual(source.length);
		});
	});
});

describe("the colours of a filter", () => {
	it("cover every character once, up to the first that means nothing", () => {
		forSeeds(500, (r) => {
			const source = r.text();
			const { list, end } = tokens(source);
			expect(list.map((t) => t.text).join("")).toBe(source.slice(0, end));
			let at = 0;
			for (const t of list) {
				expect(t.at).toBe(at);
				at += t.text.length;
			}
		});
		expect(
			tokens('op == "a b" && subtask == -3')
				.list.filter((t) => t.kind !== "space")
				.map((t) => t.kind),
		).toEqual(["name", "sign", "text", "sign", "name", "sign", "number"]);
		expect(tokens('op == "a').end).toBe(6);
	});
});

it("is coloured whole, whatever stands in it", () => {
	forSeeds(500, (r) => {
		const source = `${r.text()}'${r.text()} ?. 1.5 "`;
		expect(
			celTokens(source)
				.map((t) => t.text)
				.join(""),
		).toBe(source);
	});
	expect(
		celTokens("value.?a + 1.5 > 'x'")
			.filter((t) => t.kind !== "space")
			.map((t) => t.kind),
	).toEqual(["name", "sign", "sign", "name", "sign", "number", "sign", "text"]);
});

it("is changed by leaving out what is undefined or an empty list", () => {
	const f = { op: "a", kinds: ["b"], subtask: 0 };
	expect(changeFilter(f, { op: undefined, kinds: [], key: "k" })).toEqual({ subtask: 0, key: "k" });
	expect(f).toEqual({ op: "a", kinds: ["b"], subtask: 0 });
});

import { describe, expect, it } from "vitest";
import { forSeeds } from "../../../test/random";
import { around, lineDiff } from "./lineDiff";

const shown = (a: string, b: string) => lineDiff(a, b).map((l) => `${{ same: " ", added: "+", removed: "-" }[l.kind]}${l.text}`);

describe("two texts by line", () => {
	it("say what was taken away and what came", () => {
		expect(shown("a\nb\nc", "a\nx\nc\nd")).toEqual([" a", "-b", "+x", " c", "+d"]);
	});

	it("give both texts back, whatever stands in them", () => {
		forSeeds(200, (r) => {
			const text = () => Array.from({ length: r.int(1, 9) }, () => r.pick(["a", "b", "c", ""])).join("\n");
			const [a, b] = [text(), text()];
			const lines = lineDiff(a, b);
			const only = (kind: string) =>
				lines
					.filter((l) => l.kind !== kind)
					.map((l) => l.text)
					.join("\n");
			expect(only("added")).toBe(a);
			expect(only("removed")).toBe(b);
		});
	});

	it("leave out what is far from a difference", () => {
		const many = Array.from({ length: 30 }, (_, i) => `line ${i}`);
		const other = many.with(15, "other");
		const lines = around(lineDiff(many.join("\n"), other.join("\n")));
		expect(lines.filter((l) => l === undefined)).toHaveLength(2);
		expect(lines.filter((l) => l?.kind === "same")).toHaveLength(6);
	});
});

import { describe, expect, it } from "vitest";
import { journeyGraph, relatives } from "./graph";
import { headline, missingPlaces, tally } from "./headline";
import { fanIn, lineageOf, straight, throughState } from "./lineages";
import { timeSpent, wholeTime } from "./timeSpent";

describe("where the time went", () => {
	it("adds up to the whole", () => {
		const g = journeyGraph(straight);
		const stretches = timeSpent(g, "s");
		expect(stretches.map((s) => s.ms)).toEqual([1, 3, 6, 1000, 10]);
		expect(stretches.reduce((sum, s) => sum + (s.ms ?? 0), 0)).toBe(wholeTime(g, "s"));
		expect(stretches.find((s) => s.kind === "waits")?.words).toBe("waits in totals until merchant-alerts reads it");
	});

	it("is the same way from whichever of its steps is selected", () => {
		const g = journeyGraph(straight);
		for (const id of ["e1", "w", "a"]) expect(timeSpent(g, id)).toEqual(timeSpent(g, "s"));
	});

	it("marks what is through state", () => {
		expect(timeSpent(journeyGraph(throughState), "s").map((s) => [s.words, s.state])).toEqual([
			["window #0 takes it in", false],
			["in the state of window", true],
			["writer writes totals/0@5", false],
		]);
	});

	it("keeps the sign when two machines' clocks disagree", () => {
		const skewed = lineageOf(
			"a/0@1",
			[
				{ id: "w", kind: "written", op: "w", depth: 0, ms: 50, record: "a/0@1" },
				{ id: "r", kind: "source", op: "r", depth: 1, ms: 28, record: "a/0@1" },
			],
			[["w", "r", "same"]],
		);
		expect(timeSpent(journeyGraph(skewed), "w").map((s) => s.ms)).toEqual([-22]);
	});

	it("says nothing about times that are not recorded", () => {
		const lost = lineageOf(
			"a/0@1",
			[
				{ id: "s", kind: "source", op: "s", depth: 0, ms: 5, record: "a/0@1" },
				{ id: "e", kind: "element", op: "e", depth: 1 },
			],
			[["s", "e"]],
		);
		expect(timeSpent(journeyGraph(lost), "s").map((s) => s.ms)).toEqual([undefined]);
		expect(wholeTime(journeyGraph(lost), "s")).toBeUndefined();
	});
});

describe("the headline", () => {
	it("says became only of what is proven", () => {
		expect(headline(journeyGraph(straight))).toBe("orders/0@1 became alerts/0@9");
		expect(headline(journeyGraph(throughState))).toBe("orders/0@1 leads through state to totals/0@5");
	});

	it("counts what it came from", () => {
		expect(headline(journeyGraph(fanIn(214)))).toBe("totals/0@5 came from 214 source records");
		expect(tally(journeyGraph(fanIn(2)))).toBe("4 ancestors, 0 descendants, 1 job, 2 topics");
	});

	it("counts places where something is missing, not state", () => {
		expect(missingPlaces(journeyGraph(throughState))).toBe(0);
	});
});

describe("relatives", () => {
	it("are causes and effects, not siblings", () => {
		const g = journeyGraph(fanIn(3));
		expect([...relatives(g, "e1")].sort()).toEqual(["e1", "s1", "w"]);
	});

	it("go through state only where nothing else leads on", () => {
		expect(relatives(journeyGraph(throughState), "s").size).toBe(4);
		const both = lineageOf(
			"a/0@1",
			[
				{ id: "old", kind: "invocation", op: "dedup", depth: -1, ms: 0 },
				{ id: "s", kind: "source", op: "s", depth: 0, ms: 1, record: "a/0@1" },
				{ id: "e", kind: "element", op: "dedup", depth: 1, ms: 2 },
			],
			[
				["s", "e"],
				["old", "e", "state"],
			],
		);
		expect(relatives(journeyGraph(both), "e").has("old")).toBe(false);
	});
});

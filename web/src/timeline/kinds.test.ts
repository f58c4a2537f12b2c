import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { kindNames, laneNames, lookOf, toneColour, toneWords } from "./kinds";

const root = path.join(import.meta.dirname, "..", "..", "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("the kinds of events", () => {
	it("are those that the server names, all but two that only headers count", () => {
		const table = /var kindNames = map\[Kind\]string\{([^}]*)\}/.exec(read("internal/event/names.go"))?.[1] ?? "";
		const named = [...table.matchAll(/"([a-z-]+)"/g)].map((m) => m[1]);
		expect(named.length).toBeGreaterThan(30);
		expect([...kindNames].sort()).toEqual(named.filter((n) => n !== "entered" && n !== "passed").sort());
	});

	it("have a word, a sign and a sentence each", () => {
		for (const kind of kindNames) {
			const look = lookOf(kind);
			expect(look.word.length, kind).toBeGreaterThan(0);
			expect(look.about.length, kind).toBeGreaterThan(8);
			expect(look.icon, kind).not.toBe("unknown");
		}
	});

	it("of another version are shown by their name", () => {
		expect(lookOf("savepoint-note")).toMatchObject({ word: "savepoint-note", icon: "unknown" });
		expect(lookOf("constructor").word).toBe("constructor");
	});

	it("that are failures look like it", () => {
		for (const kind of ["exception", "write-failed", "gap", "resync"]) expect(lookOf(kind).tone, kind).toBe("bad");
	});
});

it("the lanes are those of the server", () => {
	const table = /var laneNames = map\[Lane\]string\{([^}]*)\}/.exec(read("internal/event/names.go"))?.[1] ?? "";
	const named = [...table.matchAll(/"([a-z-]+)"/g)].map((m) => m[1]);
	expect(named).toContain("out");
	expect(laneNames.map(([name]) => name).sort()).toEqual(named.sort());
});

it("every tone has a colour token and a word of its own", () => {
	expect(new Set(Object.values(toneWords)).size).toBe(Object.keys(toneWords).length);
	expect(new Set(Object.values(toneColour)).size).toBe(Object.keys(toneColour).length);
	expect(Object.keys(toneColour)).toEqual(Object.keys(toneWords));
});

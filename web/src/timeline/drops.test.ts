import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Drop } from "../api/event";
import { howLate, reasonNames, reasonWords } from "./drops";

const names = readFileSync(path.join(import.meta.dirname, "..", "..", "..", "internal/event/drop_reason.go"), "utf8");

const drop: Drop = { reason: "window-late", kept: false, records: 1n, partial: false, allowed_ms: 0n };

describe("reasons of drops", () => {
	it("are those of the server", () => {
		const table = /var dropReasonNames = map\[DropReason\]string\{([^}]*)\}/.exec(names)?.[1] ?? "";
		const named = [...table.matchAll(/"([a-z-]+)"/g)].map((m) => m[1]);
		expect(named.length).toBeGreaterThan(20);
		expect([...reasonNames].sort()).toEqual(named.sort());
	});

	it("have words; one of another version has its name", () => {
		for (const name of reasonNames) expect(reasonWords(name).length, name).toBeGreaterThan(5);
		expect(reasonWords("moonlight")).toBe("moonlight");
		expect(reasonWords("constructor")).toBe("constructor");
	});
});

it("how late a record was, and for how many it stands", () => {
	expect(howLate(drop)).toBe("");
	expect(howLate({ ...drop, late_ms: 7500n })).toBe("7.5 s late");
	expect(howLate({ ...drop, late_ms: 0n, partial: true })).toBe("0 ms late, a partial aggregate");
	expect(howLate({ ...drop, records: 12n })).toBe("12 records");
});

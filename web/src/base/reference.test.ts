import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { parsePosition, parseRecord, positionText, type RecordName, recordText, shortId } from "./reference";

describe("a position", () => {
	it("is operator, subtask, attempt, invocation", () => {
		expect(parsePosition("window-agg.3.0.118204")).toEqual({ operator: "window-agg", subtask: 3, attempt: 0, invocation: 118_204n });
		expect(parsePosition("a.0.0.18446744073709551615")?.invocation).toBe(2n ** 64n - 1n);
	});

	it("is nothing else", () => {
		for (const text of [
			"",
			"window-agg.3.0",
			"window-agg.3.0.1.2",
			"Window.3.0.1",
			"a.-1.0.1",
			"a.1.0.x",
			" a.1.0.1",
			"a.1.0.1\n",
			".1.0.1",
		])
			expect(parsePosition(text), text).toBeUndefined();
	});
});

describe("a record's name", () => {
	it("says by its form what it is", () => {
		expect(parseRecord("orders/2@88121")).toEqual({ kind: "kafka", topic: "orders", partition: 2, offset: 88_121n });
		expect(parseRecord("9f3a61c2d07b4e15:3:48211")).toEqual({
			kind: "element",
			partition: "9f3a61c2d07b4e15",
			subpartition: 3,
			seq: 48_211n,
		});
		expect(parseRecord("drop-duplicates.3.0.7")?.kind).toBe("position");
		for (const text of ["", "orders", "orders/2", "orders@2", "or ders/2@1", "9F3A61C2D07B4E15:3:1", "9f3a:3:1", "order 17"])
			expect(parseRecord(text), text).toBeUndefined();
	});

	it("is read back as it was written", () => {
		forSeeds(300, (r) => {
			const small = () => r.int(0, 999_999_999);
			const large = () => BigInt(r.int(0, Number.MAX_SAFE_INTEGER)) * 1024n;
			const letters = (from: string) => r.list(1, 16, () => r.pick([...from])).join("");
			const name = r.pick<() => RecordName>([
				() => ({ kind: "kafka", topic: letters("azAZ09._-"), partition: small(), offset: large() }),
				() => ({
					kind: "element",
					partition: r.list(16, 16, () => r.pick([..."0123456789abcdef"])).join(""),
					subpartition: small(),
					seq: large(),
				}),
				() => ({ kind: "position", position: { operator: letters("az09_-"), subtask: small(), attempt: small(), invocation: large() } }),
			])();
			expect(parseRecord(recordText(name))).toEqual(name);
			if (name.kind === "position") expect(positionText(name.position)).toBe(recordText(name));
		});
	});
});

it("shortens ids only, not names that people gave", () => {
	expect(shortId("8c1e4f0a9b7d4d3fa1c25e60f7a93b12")).toBe("8c1e4f0a");
	expect(shortId("order-totals-of-the-whole-company")).toBe("order-totals-of-the-whole-company");
});

import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import {
	addMicros,
	bareTime,
	clockTime,
	dateTime,
	type EventTime,
	millisOf,
	parseEventTime,
	parseMicros,
	parseWall,
	sameDay,
	toRfc3339,
	type WallTime,
	wallFromMillis,
	zoneName,
} from "./time";

const at = (text: string): WallTime => {
	const t = parseWall(text);
	if (t === undefined) throw new Error(`${text} is no time`);
	return t;
};

describe("reading a time", () => {
	it("keeps the microsecond", () => {
		expect(parseMicros("2026-11-23T14:02:11.482913Z")).toBe(BigInt(Date.UTC(2026, 10, 23, 14, 2, 11, 482)) * 1000n + 913n);
		expect(parseMicros("2026-11-23T14:02:11Z")).toBe(BigInt(Date.UTC(2026, 10, 23, 14, 2, 11)) * 1000n);
		expect(parseMicros("2026-11-23T14:02:11.5Z")).toBe(BigInt(Date.UTC(2026, 10, 23, 14, 2, 11, 500)) * 1000n);
	});

	it("drops what is finer than a microsecond, and never rounds up into the next second", () => {
		expect(parseMicros("2026-11-23T14:02:11.999999999Z")).toBe(at("2026-11-23T14:02:11.999999Z"));
	});

	it("takes other zones into account", () => {
		expect(parseMicros("2026-11-23T16:32:11+02:30")).toBe(at("2026-11-23T14:02:11Z"));
		expect(parseMicros("2026-11-23T09:02:11-05:00")).toBe(at("2026-11-23T14:02:11Z"));
	});

	it("refuses what is no time", () => {
		for (const text of [
			"",
			"now",
			"2026-11-23",
			"14:02:11Z",
			"2026-11-23 14:02:11Z",
			"2026-11-23T14:02:11",
			"2026-11-23T14:02:11.Z",
			"2026-11-23T14:02:11Z ",
			"26-11-23T14:02:11Z",
			"2026-13-01T00:00:00Z",
			"2026-02-30T00:00:00Z",
			"2026-11-23T24:30:00Z",
			"2026-11-23T14:60:00Z",
			"2026-11-23T14:02:61Z",
		])
			expect(parseMicros(text), text).toBeUndefined();
	});

	it("reads years that only a broken job writes, such as nanoseconds taken for milliseconds", () => {
		for (const text of [
			"0001-01-01T00:00:00.000000Z",
			"0099-12-31T23:59:59.999999Z",
			"58526-03-04T05:06:07.000000Z",
			"53871604-02-29T05:06:07.000001Z",
			"-0001-03-01T00:00:00.000000Z",
			"-292275055-05-16T16:47:04.193000Z",
		]) {
			const t = parseEventTime(text);
			expect(t, text).toBeDefined();
			expect(toRfc3339(t as EventTime)).toBe(text);
			expect(dateTime(t as EventTime, "utc", 6)).toBe(text.replace("T", " "));
			expect(() => dateTime(t as EventTime, "local", 6)).not.toThrow();
		}
		expect(parseMicros("0001-01-01T00:00:00Z")).toBe(-62_135_596_800_000_000n);
		expect(parseMicros("53872825-06-17T22:13:20Z")).toBe(1_700_000_000_000_000_000_000n);
	});

	it("gives back what was written, for any instant", () => {
		forSeeds(500, (r) => {
			const micros = BigInt(r.int(-9e15, 9e15)) * BigInt(r.pick([1, 1, 1000, 1_000_000])) + BigInt(r.int(0, 999));
			expect(parseMicros(toRfc3339(micros as WallTime))).toBe(micros);
		});
	});
});

describe("writing a time", () => {
	const t = at("2026-11-23T14:02:11.482913Z");

	it("has as many digits as asked for, never rounded up", () => {
		expect(clockTime(t, "utc", 0)).toBe("14:02:11Z");
		expect(clockTime(t, "utc")).toBe("14:02:11.482Z");
		expect(clockTime(at("2026-11-23T14:02:11.999999Z"), "utc", 3)).toBe("14:02:11.999Z");
		expect(bareTime(t, "utc", 6)).toBe("14:02:11.482913");
		expect(dateTime(t, "utc")).toBe("2026-11-23 14:02:11.482Z");
	});

	it("is right before 1970 as well", () => {
		expect(dateTime(at("1969-12-31T23:59:59.999000Z"), "utc")).toBe("1969-12-31 23:59:59.999Z");
	});

	it("always carries its zone", () => {
		const offset = -new Date(millisOf(t)).getTimezoneOffset();
		const sign = offset < 0 ? "-" : "+";
		const local = clockTime(t, "local", 0);
		expect(local).toMatch(/^\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
		expect(local.slice(8, 9)).toBe(sign);
		expect(at(`${dateTime(t, "local", 6).replace(" ", "T")}`)).toBe(t);
		expect(zoneName("utc")).toBe("UTC");
		expect(zoneName("local")).toMatch(/^local [+-]\d\d:\d\d$/);
	});
});

describe("days", () => {
	it("are those of the zone on the screen", () => {
		expect(sameDay(at("2026-11-23T00:00:00Z"), at("2026-11-23T23:59:59.999999Z"), "utc")).toBe(true);
		expect(sameDay(at("2026-11-23T23:59:59.999999Z"), at("2026-11-24T00:00:00Z"), "utc")).toBe(false);
	});
});

it("moves by microseconds and back to milliseconds without losing any", () => {
	const t = wallFromMillis(1_795_442_531_482.4);
	expect(t).toBe(1_795_442_531_482_000n);
	expect(addMicros(t, -1n)).toBe(1_795_442_531_481_999n);
	expect(millisOf(addMicros(t, 999n))).toBe(1_795_442_531_482);
});

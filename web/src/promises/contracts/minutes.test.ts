import { describe, expect, it } from "vitest";
import type { ContractWindow } from "../../api/contract";
import type { WallTime } from "../../base/time";
import { countOf, lastHour, minute } from "./minutes";

const now = (29_000_000n * minute + 17n) as WallTime;
const back = (minutes: bigint) => ((now / minute - minutes) * minute) as WallTime;
const window = (minutes: bigint, change: Partial<ContractWindow> = {}): ContractWindow => ({
	at: back(minutes),
	span_s: 60n,
	partition: 0,
	records: 10n,
	bad: 0n,
	first: -1n,
	...change,
});

describe("the last hour", () => {
	it("has sixty minutes, the newest last, and what nobody told is none", () => {
		const hour = lastHour([], [], now);
		expect(hour).toHaveLength(60);
		expect(hour.at(-1)?.at).toBe(back(0n));
		expect(hour[0]?.at).toBe(back(59n));
		expect(countOf(hour, "none")).toBe(60);
	});

	it("adds what partitions and writers have in a minute; a bad record is told before a gap, a gap before what was kept", () => {
		const hour = lastHour(
			[window(2n), window(2n, { partition: 1, bad: 3n, first: 88n }), window(1n), window(0n)],
			[{ at: back(2n) }, { at: (back(1n) + 5n) as WallTime }],
			now,
		);
		expect(hour.slice(-3).map((m) => m.verdict)).toEqual(["bad", "gap", "ok"]);
		expect(hour.at(-3)).toMatchObject({ records: 20n, bad: 3n, first: { partition: 1, offset: 88n } });
	});

	it("leaves out what was before it, and takes of a long window the minutes that are in it", () => {
		const hour = lastHour([window(300n, { bad: 1n }), window(62n, { span_s: 300n })], [{ at: back(100n) }], now);
		expect(hour.slice(0, 4).map((m) => m.verdict)).toEqual(["ok", "ok", "none", "none"]);
		expect(countOf(hour, "bad")).toBe(0);
	});
});

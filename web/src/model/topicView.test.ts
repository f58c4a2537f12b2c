import { describe, expect, it } from "vitest";
import { commandLine } from "./commandLine";
import {
	type From,
	fromProblem,
	orderOf,
	placeText,
	readFrom,
	readPartitions,
	readPlace,
	readTopicFilter,
	wishOf,
	writeFrom,
	writePartitions,
} from "./topicView";

describe("where a list of records begins", () => {
	it("is read back as it was written", () => {
		const all: readonly From[] = [
			{ kind: "latest" },
			{ kind: "earliest" },
			{ kind: "offset", text: "88121" },
			{ kind: "time", text: "2026-11-23T14:02:11Z" },
			{ kind: "time", text: "-5m" },
			{ kind: "group", text: "order:totals" },
		];
		for (const from of all) {
			expect(readFrom(writeFrom(from))).toEqual(from);
			expect(fromProblem(from)).toBeUndefined();
		}
	});

	it("that is none is the newest, and is told while it is typed", () => {
		expect(readFrom("yesterday")).toEqual({ kind: "latest" });
		expect(fromProblem({ kind: "time", text: "yesterday" })).toMatch(/2026/);
		expect(fromProblem({ kind: "offset", text: "-1" })).toMatch(/whole number/);
		expect(fromProblem({ kind: "group", text: "" })).toMatch(/group/);
	});

	it("leaves one way from either end, and both from a place between", () => {
		expect(orderOf({ order: "asc" })).toBe("desc");
		expect(orderOf({ from: "earliest", order: "desc" })).toBe("asc");
		expect(orderOf({ from: "12" })).toBe("asc");
		expect(orderOf({ from: "12", order: "desc" })).toBe("desc");
	});
});

it("partitions are numbers, each once, in order", () => {
	expect(readPartitions("3,0,3,x,-1")).toEqual([0, 3]);
	expect(writePartitions([])).toBeUndefined();
	expect(readPartitions(writePartitions([1, 2]))).toEqual([1, 2]);
});

it("a place is a partition and an offset of any size", () => {
	expect(readPlace("2@9223372036854775807")).toEqual({ partition: 2, offset: 9_223_372_036_854_775_807n });
	expect(placeText({ partition: 2, offset: 88121n })).toBe("2@88121");
	expect(readPlace("orders/2@1")).toBeUndefined();
});

describe("the filter", () => {
	it("has parameters for key and text, and one expression for the rest", () => {
		expect(readTopicFilter('key == "u42" && value.amount > 50 && partition == 3')).toEqual({
			ok: true,
			filter: { key: "u42", where: "value.amount > 50 && partition == 3" },
		});
		expect(readTopicFilter("late orders")).toEqual({ ok: true, filter: { text: "late orders" } });
		expect(readTopicFilter(undefined)).toEqual({ ok: true, filter: {} });
	});

	it("that is wrong asks for nothing less than everything", () => {
		expect(readTopicFilter("value ==").ok).toBe(false);
		expect(wishOf({ filter: "value ==" })).toEqual({ order: "desc" });
	});
});

it("the same view is a command", () => {
	const page = { screen: "topic", cluster: "demo", topic: "orders" } as const;
	const line = (state: Parameters<typeof wishOf>[0]) => commandLine({ page, state });
	expect(line({})).toBe("sightglass browse orders --cluster demo");
	expect(line({ from: "-5m", order: "desc", partitions: "0,3", filter: 'key == "u42" && value.amount > 50' })).toBe(
		`sightglass browse orders --cluster demo --from -5m --order desc --partition 0 --partition 3 --where 'key == "u42" && value.amount > 50'`,
	);
	expect(line({ follow: true, filter: "late" })).toBe(`sightglass tail orders --cluster demo --where 'text.contains("late")'`);
	expect(commandLine({ page: { screen: "clusters" }, state: {} })).toBe("sightglass topics");
	expect(commandLine({ page: { screen: "topics", cluster: "demo" }, state: {} })).toBe("sightglass topics demo");
	expect(commandLine({ page: { screen: "group", cluster: "demo", group: "g" }, state: {} })).toBe("sightglass groups g --cluster demo");
});

import { describe, expect, it } from "vitest";
import { eventAt } from "../../../mock/events";
import { orderTotals } from "../../../mock/jobs";
import { moment as mockMoment } from "../../../mock/lineage";
import { event, moment } from "../../api/event";
import { decode } from "../../base/decode";
import { jsonTree, partsOf } from "./parts";

const at = (i: number) => decode(event, eventAt(orderTotals, i, true));
const there = (position: string) => decode(moment, mockMoment(orderTotals, position, Date.now() * 1000));

describe("the values of an event", () => {
	it("are its value, its key and its headers", () => {
		const parts = partsOf(at(0), undefined);
		expect(parts.map((p) => p.word)).toEqual(["value", "key", "headers 1"]);
		expect(parts.every((p) => p.tree !== undefined)).toBe(true);
	});

	it("claim no bytes for headers: those lie apart", () => {
		const headers = partsOf(at(0), undefined).find((p) => p.id === "headers")?.tree;
		expect(headers?.items).toEqual([expect.objectContaining({ name: "traceparent", off: 0, len: 0 })]);
	});

	it("show a header without a value as null", () => {
		const e = { ...at(0), headers: [{ name: "a" }] };
		expect(partsOf(e, undefined).find((p) => p.id === "headers")?.tree?.items?.[0]).toMatchObject({ name: "a", kind: "null" });
	});

	it("are those of what came in and went out where it has none of its own, with their names", () => {
		const e = at(2);
		expect(partsOf(e, undefined)).toEqual([]);
		const parts = partsOf(e, there("drop-duplicates.1.0.3"));
		expect(parts.map((p) => [p.word, p.name])).toEqual([
			["came in", "orders/2@80000"],
			["went out", expect.stringMatching(/^[0-9a-f]{16}:\d:\d+$/)],
		]);
	});

	it("are what an access to state changed, what was there and where", () => {
		const { view: _view, headers: _headers, ...e } = at(0);
		const v = at(0).view;
		if (v === undefined) throw new Error("the first event has a value");
		const state = { name: "seen", kind: "map", backend: "heap", ttl_ms: 0n };
		const whole = { ...e, state: { ...state, map_key: v, before: v, after: v, namespace: v } };
		expect(partsOf(whole, there("drop-duplicates.1.0.3")).map((p) => [p.id, p.word, p.name])).toEqual([
			["change", "change", "seen"],
			["after", "after", "seen"],
			["before", "before", "seen"],
			["mapkey", "map key", "seen"],
			["namespace", "window", "seen"],
			["key", "key", undefined],
		]);
		const read = { ...e, state: { ...state, name: "", after: v, namespace: { ...v, node: { kind: "null", off: 0, len: 1 } } } };
		expect(partsOf(read, undefined).map((p) => [p.id, p.word, p.name])).toEqual([
			["after", "value", undefined],
			["key", "key", undefined],
		]);
	});

	it("are the body of an event that holds no payload", () => {
		const { view: _view, ...exception } = at(90_000);
		const [body] = partsOf(exception, undefined);
		expect(body?.word).toBe("body");
		expect(body?.tree?.items?.find((i) => i.name === "stack")?.items).toHaveLength(2);
	});
});

it("any JSON is a tree", () => {
	expect(jsonTree({ a: [1, 1.5, "x", true, null], b: {} })).toEqual({
		kind: "object",
		off: 0,
		len: 0,
		items: [
			{
				name: "a",
				kind: "list",
				off: 0,
				len: 0,
				items: [
					{ kind: "int", value: "1", off: 0, len: 0 },
					{ kind: "float", value: "1.5", off: 0, len: 0 },
					{ kind: "string", value: "x", off: 0, len: 0 },
					{ kind: "bool", value: "true", off: 0, len: 0 },
					{ kind: "null", off: 0, len: 0 },
				],
			},
			{ name: "b", kind: "object", off: 0, len: 0, items: [] },
		],
	});
});

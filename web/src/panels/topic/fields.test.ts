import { describe, expect, it } from "vitest";
import { jsonView } from "../../../mock/payload";
import { recordAt } from "../../../mock/topics";
import { topicRecord } from "../../api/topic";
import { decode } from "../../base/decode";
import { fieldOf, fieldsOf } from "./fields";

const of = (...values: readonly Parameters<typeof jsonView>[0][]) =>
	values.map((value, i) => decode(topicRecord, recordAt(0, i, { value: jsonView(value) })));

describe("fields that get a column", () => {
	it("are single values that half of the records have, in the order of the values", () => {
		const rows = of({ id: "a", customer: { email: "x" }, items: [1], rare: 1 }, { id: "b", customer: { email: "y" }, items: [] });
		expect(fieldsOf(rows)).toEqual(["id", "customer.email", "rare"]);
		expect(fieldsOf([...rows, ...of({ id: "c" })])).toEqual(["id", "customer.email"]);
	});

	it("are few, and none where values are no objects", () => {
		expect(fieldsOf(of({ a: 1, b: 1, c: 1, d: 1, e: 1 }))).toHaveLength(4);
		expect(fieldsOf(of("text", 4))).toEqual([]);
		expect(fieldsOf([])).toEqual([]);
	});

	it("leave out what is the key again", () => {
		const rows = [1, 2].map((i) => decode(topicRecord, recordAt(0, i, { key: jsonView(`k${i}`), value: jsonView({ id: `k${i}`, n: i }) })));
		expect(fieldsOf(rows)).toEqual(["n"]);
	});

	it("are found again in each value", () => {
		const [one] = of({ id: "a", customer: { email: "x" } });
		if (one === undefined) throw new Error("no record");
		expect(fieldOf(one.value, "customer.email")?.value).toBe("x");
		expect(fieldOf(one.value, "customer.phone")).toBeUndefined();
		expect(fieldOf(one.value, "id.more")).toBeUndefined();
	});
});

import { describe, expect, it } from "vitest";
import { field, orderFields } from "../../../mock/catalog";
import type { Field } from "../../api/catalog";
import { fieldRows, filterRows } from "./fieldTree";

const rows = fieldRows(orderFields as readonly Field[]);
const shown = (filter: string) => filterRows(rows, filter).map((r) => r.field.path);

describe("the fields of a stream", () => {
	it("stand below their parents, with what their path adds", () => {
		const of = (path: string) => rows.find((r) => r.field.path === path);
		expect(of("customer.email")).toMatchObject({ depth: 1, name: "email" });
		expect(of("items[].sku")).toMatchObject({ depth: 1, name: "sku" });
		expect(of("amount")).toMatchObject({ depth: 0, name: "amount" });
	});

	it("have their whole path where no parent is listed, or one only looks like it", () => {
		const odd = fieldRows([field("custom"), field("customer.id"), field("a.b.c"), field("id", { part: "key" })] as readonly Field[]);
		expect(odd.map((r) => [r.depth, r.name, r.spelled])).toEqual([
			[0, "custom", "custom"],
			[0, "customer.id", "customer.id"],
			[0, "a.b.c", "a.b.c"],
			[0, "id", "key:id"],
		]);
	});

	it("are filtered by path, class, mask, rule and doc, and keep their parents", () => {
		expect(shown("email")).toEqual(["customer", "customer.email"]);
		expect(shown("pii.financial")).toEqual(["payment", "payment.pan"]);
		expect(shown("receipt")).toEqual(["customer", "customer.email"]);
		expect(shown("ISO")).toEqual(["currency"]);
		expect(shown("nothing of that")).toEqual([]);
		expect(shown(" ")).toHaveLength(rows.length);
	});
});

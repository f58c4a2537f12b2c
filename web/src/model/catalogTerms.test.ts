import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { foundIn, readTerms, withoutTerm } from "./catalogTerms";

describe("the words of a search", () => {
	it("say where they have to be, where the catalog knows such a place", () => {
		expect(readTerms(" owner:team:checkout  Field:email https://x field: ")).toEqual([
			{ written: "owner:team:checkout", place: "owner", word: "team:checkout" },
			{ written: "Field:email", place: "field", word: "email" },
			{ written: "https://x", word: "https://x" },
			{ written: "field:", word: "field:" },
		]);
	});

	it("are taken away one by one", () => {
		expect(withoutTerm("orders  owner:checkout email", 1)).toBe("orders email");
		expect(withoutTerm("orders", 0)).toBe("");
	});
});

describe("where words are in a text", () => {
	it("is told in any case, for each of them", () => {
		expect(foundIn("customer.eMail", "field:email cust")).toEqual([
			{ text: "cust", found: true },
			{ text: "omer.", found: false },
			{ text: "eMail", found: true },
		]);
		expect(foundIn("orders", "")).toEqual([{ text: "orders", found: false }]);
	});

	it("leaves the text whole, whatever is looked for", () => {
		forSeeds(300, (r) => {
			const text = r.text();
			expect(
				foundIn(text, r.text())
					.map((p) => p.text)
					.join(""),
			).toBe(text);
		});
	});
});

import { describe, expect, it } from "vitest";
import { readAuditTerms, writeAuditTerms } from "./auditTerms";

describe("terms of the audit page", () => {
	it("are named, and a bare word is a person", () => {
		expect(readAuditTerms("ann  action:topic:* resource:cluster/c/topic/orders outcome:denied")).toEqual({
			who: "ann",
			action: "topic:*",
			resource: "cluster/c/topic/orders",
			outcome: "denied",
		});
		expect(readAuditTerms("who:local:ann")).toEqual({ who: "local:ann" });
		expect(readAuditTerms(" who: action:")).toEqual({});
		expect(readAuditTerms("who:a who:b")).toEqual({ who: "b" });
	});

	it("are written as they are read", () => {
		const terms = { who: "local:ann", outcome: "open" };
		expect(writeAuditTerms(terms)).toBe("who:local:ann outcome:open");
		expect(readAuditTerms(writeAuditTerms(terms))).toEqual(terms);
		expect(writeAuditTerms({})).toBe("");
	});
});

import { describe, expect, it } from "vitest";
import { MismatchError } from "../base/decode";
import { ProblemError, problemOf, toProblem } from "./problem";

describe("a problem", () => {
	it("is what the server says: what happened, what to do, which request", () => {
		const p = problemOf(404, "header-id", {
			title: "Not Found",
			status: 404,
			detail: "no job x",
			hint: "list them",
			request_id: "body-id",
		});
		expect(p).toMatchObject({
			status: 404,
			title: "Not Found",
			detail: "no job x",
			hint: "list them",
			requestId: "body-id",
			message: "no job x",
		});
	});

	it("has the request of the answer's head where its body has none", () => {
		expect(problemOf(500, "header-id", { title: "Broken" })).toMatchObject({ requestId: "header-id", detail: "", message: "Broken" });
	});

	it("is never a bare code, whatever the body is", () => {
		for (const body of [undefined, "", "<html>", null, [], 7]) {
			const p = problemOf(502, "id", body);
			expect(p.title.length).toBeGreaterThan(10);
			expect(p.hint).toContain("proxy");
			expect(p.requestId).toBe("id");
		}
		expect(problemOf(418, "", {}).title).toBe("status 418");
	});

	it("takes no field for text that is none", () => {
		expect(problemOf(500, "id", { title: 7, detail: { a: 1 }, hint: null, request_id: ["x"] })).toMatchObject({
			title: "status 500",
			detail: "",
			hint: "",
			requestId: "id",
		});
	});
});

describe("what was thrown", () => {
	it("stays the problem that it is", () => {
		const p = problemOf(403, "", { title: "No" });
		expect(toProblem(p)).toBe(p);
	});

	it("by a decoder says that page and server do not fit, and never the value", () => {
		const p = toProblem(new MismatchError("items[3].time", "a time"));
		expect(p).toMatchObject({ status: 200, title: "the answer could not be read", detail: "items[3].time: expected a time" });
		expect(p.hint).toContain("reload");
	});

	it("by anything else means that no answer came", () => {
		for (const thrown of [new TypeError("Failed to fetch"), "x", undefined, null]) {
			const p = toProblem(thrown);
			expect(p).toBeInstanceOf(ProblemError);
			expect(p).toMatchObject({ status: 0, title: "the server cannot be reached", requestId: "" });
		}
	});
});

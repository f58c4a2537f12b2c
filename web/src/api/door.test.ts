import { describe, expect, it, vi } from "vitest";
import { number, shape } from "../base/decode";
import { GET, read } from "./door";
import type { ProblemError } from "./problem";

const decoder = shape<{ readonly n: number }>()({ n: number });

function answering(answer: Response | Error) {
	const asked: Request[] = [];
	vi.stubGlobal("fetch", (request: Request) => {
		asked.push(request);
		return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
	});
	return asked;
}

const ask = (signal?: AbortSignal) =>
	read(
		GET("/api/v1/recordings/{rec}/events", {
			params: { path: { rec: "a/b" }, query: { kind: ["x", "y"], text: "a&b" } },
			...(signal === undefined ? {} : { signal }),
		}),
		decoder,
		signal,
	);
const failing = async (): Promise<ProblemError> =>
	ask().then(
		() => Promise.reject(new Error("it was taken")),
		(e: ProblemError) => e,
	);
const json = (body: unknown, init: ResponseInit = {}) =>
	new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" }, ...init });

describe("the door", () => {
	it("asks with every part of the question escaped", async () => {
		const asked = answering(json({ n: 1 }));
		await expect(ask()).resolves.toEqual({ n: 1 });
		const url = new URL(asked[0]?.url ?? "");
		expect(url.pathname).toBe("/api/v1/recordings/a%2Fb/events");
		expect([...url.searchParams]).toEqual([
			["kind", "x"],
			["kind", "y"],
			["text", "a&b"],
		]);
	});

	it("lets nothing in that was not agreed", async () => {
		answering(json({ n: "1" }));
		expect(await failing()).toMatchObject({ title: "the answer could not be read", detail: "n: expected a number" });
	});

	it("makes a problem of a refusal, with the request to look for", async () => {
		answering(
			json(
				{ title: "Forbidden", detail: "not yours", hint: "ask ada" },
				{ status: 403, headers: { "Content-Type": "application/problem+json", "X-Request-Id": "R1" } },
			),
		);
		expect(await failing()).toMatchObject({ status: 403, title: "Forbidden", detail: "not yours", hint: "ask ada", requestId: "R1" });
	});

	it("makes a problem of an answer that is none", async () => {
		answering(new Response("<html>bad gateway</html>", { status: 502 }));
		expect(await failing()).toMatchObject({ status: 502, title: "the server did not answer as agreed" });
		answering(new Response("<html>a page of a proxy</html>", { status: 200 }));
		expect((await failing()).title).not.toBe("");
		answering(new TypeError("Failed to fetch"));
		expect(await failing()).toMatchObject({ status: 0, title: "the server cannot be reached" });
	});

	it("leaves a question that was called off what it is", async () => {
		const control = new AbortController();
		const gone = new DOMException("This operation was aborted", "AbortError");
		answering(gone);
		control.abort();
		await expect(ask(control.signal)).rejects.toBe(gone);
	});
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feed } from "../../test/feed";
import { forSeeds } from "../../test/random";
import { number, shape } from "../base/decode";
import { type Message, messageReader, openStream, type StreamState } from "./stream";

function messages(...chunks: readonly string[]): readonly Message[] {
	const out: Message[] = [];
	const take = messageReader((m) => out.push(m));
	for (const chunk of chunks) take(chunk);
	return out;
}

describe("messages", () => {
	it("have a kind, an id that stays until another comes, and their lines of data", () => {
		expect(messages("id: 7\nevent: problem\ndata: a\ndata:b\n\ndata: c\n\nid:8\ndata:  d\n\n")).toEqual([
			{ kind: "problem", id: "7", data: "a\nb" },
			{ kind: "message", id: "7", data: "c" },
			{ kind: "message", id: "8", data: " d" },
		]);
	});

	it("are no comments, no unknown fields, and nothing that has no data", () => {
		expect(messages(": alive\n\nretry: 3\n\nevent: x\n\ndata\n\n")).toEqual([{ kind: "message", id: undefined, data: "" }]);
	});

	it("wait for their end", () => {
		expect(messages("data: a\n")).toEqual([]);
		expect(messages("data: a\n", "\n")).toHaveLength(1);
	});

	it("are the same wherever chunks end and however lines do", () => {
		const whole = 'id: e1\ndata: {"a":1}\n\n: alive\n\nevent: problem\ndata: x\ndata: y\n\n';
		const expected = messages(whole);
		forSeeds(300, (r) => {
			const text = whole.replaceAll("\n", r.pick(["\n", "\r\n", "\r"]));
			const chunks: string[] = [];
			for (let at = 0; at < text.length; ) {
				const end = at + r.int(1, 9);
				chunks.push(text.slice(at, end));
				at = end;
			}
			// A lone carriage return at the very end may be half of a line's end: what follows decides.
			expect(messages(...chunks, ":\n")).toEqual(expected);
		});
	});
});

const decoder = shape<{ readonly n: number }>()({ n: number });

describe("a stream", () => {
	const feed = { current: new Feed() };
	let states: StreamState[] = [];
	let items: number[] = [];
	let close = () => {};

	beforeEach(() => {
		vi.useFakeTimers();
		feed.current = new Feed();
		states = [];
		items = [];
		vi.stubGlobal("fetch", feed.current.answer);
	});
	afterEach(() => {
		close();
		vi.useRealTimers();
	});

	/** Runs all that is due without time going by. */
	const settle = () => vi.advanceTimersByTimeAsync(0);
	const open = async (last = Number.POSITIVE_INFINITY) => {
		close = openStream({
			url: "/api/v1/jobs/a/live",
			decoder,
			onState: (s) => states.push(s),
			onItem: ({ n }) => {
				items.push(n);
				return n >= last;
			},
		});
		await settle();
	};
	const phases = () => states.map((s) => s.phase);
	const broken = () => {
		const s = states.at(-1);
		if (s?.phase !== "broken") throw new Error(`it is ${s?.phase}`);
		return s;
	};
	const problem = (status: number, id = "R7") =>
		new Response(JSON.stringify({ title: "No", detail: "it may not", hint: "ask", request_id: id }), { status });

	it("hands over each item as it comes", async () => {
		await open();
		feed.current.send({ n: 1 });
		feed.current.send({ n: 2 });
		await settle();
		expect(items).toEqual([1, 2]);
		expect(phases()).toEqual(["connecting", "live"]);
		expect(feed.current.connections[0]?.headers.get("Accept")).toBe("text/event-stream");
	});

	it("reads items of which only half has come, also within a character", async () => {
		await open();
		const raw = new TextEncoder().encode('data: {"n":1,"word":"ä"}\n\n');
		const { controller } = feed.current.connections[0] ?? {};
		controller?.enqueue(raw.slice(0, 22));
		await settle();
		expect(items).toEqual([]);
		controller?.enqueue(raw.slice(22));
		await settle();
		expect(items).toEqual([1]);
	});

	it("ends with the last item, although the server leaves the connection open", async () => {
		await open(3);
		feed.current.text('data: {"n":1}\n\ndata: {"n":3}\n\ndata: {"n":2}\n\n');
		await settle();
		expect(items).toEqual([1, 3]);
		expect(phases().at(-1)).toBe("ended");
		await vi.advanceTimersByTimeAsync(60_000);
		expect(feed.current.open).toBe(1);
	});

	it("that the server cuts is opened again, behind the last item", async () => {
		await open();
		feed.current.send({ n: 1 }, "c1");
		feed.current.send({ n: 2 }, "c2");
		await settle();
		feed.current.cut();
		await settle();
		expect(broken().problem.detail).toBe("the stream was cut");
		expect(broken().retryAt).toBe(Date.now() + 500);
		await vi.advanceTimersByTimeAsync(500);
		expect(feed.current.open).toBe(2);
		expect(feed.current.connections[0]?.headers.get("Last-Event-ID")).toBeNull();
		expect(feed.current.connections[1]?.headers.get("Last-Event-ID")).toBe("c2");
		feed.current.send({ n: 3 }, "c3");
		await settle();
		expect(items).toEqual([1, 2, 3]);
		expect(phases().at(-1)).toBe("live");
	});

	it("tries less and less often while nothing comes, ten seconds at most, and soon again after it worked", async () => {
		feed.current.refuse(new Error("connection refused"));
		await open();
		const pauses: number[] = [];
		for (let i = 0; i < 7; i++) {
			const pause = broken().retryAt - Date.now();
			pauses.push(pause);
			await vi.advanceTimersByTimeAsync(pause);
		}
		expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
		feed.current.accept();
		await vi.advanceTimersByTimeAsync(10_000);
		feed.current.send({ n: 1 });
		await settle();
		feed.current.cut();
		await settle();
		expect(broken().retryAt - Date.now()).toBe(500);
	});

	it("is broken until it is live again: trying alone is no news", async () => {
		feed.current.refuse(new Error("connection refused"));
		await open();
		feed.current.refuse("silent");
		await vi.advanceTimersByTimeAsync(20_000);
		expect(states.at(-1)?.phase).toBe("broken");
		expect(phases().filter((p) => p === "connecting")).toHaveLength(1);
	});

	it("that is refused says why, and is asked for rarely", async () => {
		feed.current.refuse(problem(403));
		await open();
		expect(broken().problem).toMatchObject({ status: 403, title: "No", detail: "it may not", hint: "ask", requestId: "R7" });
		expect(broken().retryAt - Date.now()).toBe(10_000);
	});

	it("that the server is only too busy for is asked for soon", async () => {
		for (const status of [408, 429, 500, 503]) {
			close();
			feed.current.refuse(problem(status));
			await open();
			expect(broken().retryAt - Date.now(), String(status)).toBe(500);
		}
	});

	it("that is answered by something else says so", async () => {
		feed.current.refuse(new Response("<html>proxy</html>", { status: 502, headers: { "X-Request-Id": "R8" } }));
		await open();
		expect(broken().problem).toMatchObject({ status: 502, title: "the server did not answer as agreed", requestId: "R8" });
	});

	it("tells a problem that comes in the middle, with its request", async () => {
		await open();
		feed.current.send({ n: 1 }, "c1");
		feed.current.text(
			`event: problem\ndata: ${JSON.stringify({ title: "Gone", detail: "the store closed", hint: "", request_id: "R9" })}\n\n`,
		);
		await settle();
		expect(items).toEqual([1]);
		expect(broken().problem).toMatchObject({ title: "Gone", detail: "the store closed", requestId: "R9" });
	});

	it("backs off from items that it cannot read, and does not pass them over", async () => {
		await open();
		feed.current.send({ n: 1 }, "c1");
		await settle();
		const pauses: number[] = [];
		for (const data of ['{"n":"two"}', "not json", '{"n":"two"}']) {
			feed.current.text(`id: c2\ndata: ${data}\n\n`);
			await settle();
			pauses.push(broken().retryAt - Date.now());
			await vi.advanceTimersByTimeAsync(broken().retryAt - Date.now());
		}
		expect(pauses).toEqual([500, 1_000, 2_000]);
		expect(feed.current.connections.at(-1)?.headers.get("Last-Event-ID")).toBe("c1");
	});

	it("is taken for dead when not even a comment comes", async () => {
		await open();
		for (let i = 0; i < 4; i++) {
			await vi.advanceTimersByTimeAsync(15_000);
			feed.current.text(": alive\n\n");
			await settle();
		}
		expect(phases()).toEqual(["connecting", "live"]);
		await vi.advanceTimersByTimeAsync(40_000);
		expect(states.at(-1)?.phase).toBe("broken");
		await vi.advanceTimersByTimeAsync(500);
		expect(states.at(-1)?.phase).toBe("live");
		expect(feed.current.open).toBe(2);
	});

	it("that was closed is silent from then on", async () => {
		await open();
		close();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(phases()).toEqual(["connecting", "live"]);
		expect(feed.current.open).toBe(1);
	});

	it("that was closed while it waited is not opened again", async () => {
		feed.current.refuse(new Error("connection refused"));
		await open();
		close();
		feed.current.accept();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(feed.current.open).toBe(0);
	});
});

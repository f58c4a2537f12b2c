import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eventAt } from "../../mock/events";
import { graph, job, orderTotals } from "../../mock/jobs";
import { Feed } from "../../test/feed";
import { decode } from "../base/decode";
import type { Event } from "./event";
import { job as decoder } from "./job";
import { hasEnded, isRestarting, type LiveEvents, type LiveJob, useLiveEvents, useLiveJob } from "./live";
import type { EventsFilter } from "./questions";

const now = Date.now() * 1000;
const snapshot = (state = "running") => ({ job: { ...job(orderTotals, now), state }, graph: graph(orderTotals, now) });

let seen: LiveJob | undefined;
const each: number[] = [];
function Watcher({ id, on = true, attempt = 0 }: { readonly id: string; readonly on?: boolean; readonly attempt?: number }) {
	seen = useLiveJob(id, on, (_, at) => each.push(at), attempt);
	return null;
}

const got: (readonly Event[])[] = [];
let followed: LiveEvents | undefined;
function Follower({ filter = {}, on = true, behind }: { readonly filter?: EventsFilter; readonly on?: boolean; readonly behind?: string }) {
	followed = useLiveEvents(orderTotals, filter, on, behind, (items) => got.push(items));
	return null;
}

let feed = new Feed();
beforeEach(() => {
	vi.useFakeTimers();
	feed = new Feed();
	vi.stubGlobal("fetch", feed.answer);
});
afterEach(() => vi.useRealTimers());
/** Lets so many milliseconds go by, with all that is due in them. */
const pass = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms));

it("knows the states that nothing follows", () => {
	expect((["finished", "failed", "canceled"] as const).every(hasEnded)).toBe(true);
	expect((["running", "last-seen"] as const).some(hasEnded)).toBe(false);
});

it("knows a run between two attempts by Flink's own word", () => {
	const run = (state: "running" | "failed", flink_state: string) =>
		isRestarting(decode(decoder, { ...job(orderTotals, now), state, flink_state }));
	expect([run("running", "restarting"), run("running", "failing"), run("running", "running"), run("running", "")]).toEqual([
		true,
		true,
		false,
		false,
	]);
	expect(run("failed", "failing")).toBe(false);
});

describe("a job that is watched", () => {
	it("is what came last, and when", async () => {
		render(<Watcher id="a/b" />);
		await pass();
		expect(feed.connections[0]?.url).toBe("/api/v1/jobs/a%2Fb/live");
		expect(seen?.latest).toBeUndefined();
		feed.send(snapshot());
		await pass();
		expect(seen).toMatchObject({ state: { phase: "live" }, at: Date.now() });
		expect(seen?.latest?.job.name).toBe("order-totals");
		expect(each.at(-1)).toBe(Date.now());
	});

	it("keeps what came last, with its age, when the stream breaks", async () => {
		render(<Watcher id="a" />);
		await pass();
		feed.send(snapshot());
		await pass();
		const came = Date.now();
		feed.refuse("silent");
		feed.cut();
		await pass(30_000);
		expect(seen?.state.phase).toBe("broken");
		expect(seen?.at).toBe(came);
		expect(seen?.latest?.job.name).toBe("order-totals");
	});

	it("is asked for at once when the reader says so, and stays broken until something comes", async () => {
		const { rerender } = render(<Watcher id="a" />);
		await pass();
		feed.send(snapshot());
		await pass();
		feed.refuse("silent");
		feed.cut();
		await pass();
		expect(seen?.state.phase).toBe("broken");
		rerender(<Watcher id="a" attempt={1} />);
		await pass();
		expect(seen?.state).toMatchObject({ phase: "broken", retryAt: Date.now() });
		feed.accept();
		rerender(<Watcher id="a" attempt={2} />);
		await pass();
		expect(seen?.state.phase).toBe("live");
	});

	it("is let go when it has ended", async () => {
		render(<Watcher id="a" />);
		await pass();
		feed.send(snapshot("finished"));
		await pass();
		expect(seen?.state.phase).toBe("ended");
		await pass(120_000);
		expect(feed.open).toBe(1);
	});

	it("is not asked for when it is not to be watched", async () => {
		render(<Watcher id="a" on={false} />);
		await pass(60_000);
		expect(feed.open).toBe(0);
	});

	it("has nothing of another job", async () => {
		const { rerender } = render(<Watcher id="a" />);
		await pass();
		feed.send(snapshot());
		await pass();
		rerender(<Watcher id="b" />);
		await pass();
		expect(seen?.latest).toBeUndefined();
		expect(seen?.at).toBeUndefined();
		expect(feed.connections.at(-1)?.url).toBe("/api/v1/jobs/b/live");
	});
});

describe("events that are followed", () => {
	beforeEach(() => got.splice(0));

	it("are asked for with the filter", async () => {
		render(<Follower filter={{ op: "a b", kind: ["record", "gap"], subtask: 0, text: "x&y" }} />);
		await pass();
		const url = new URL(feed.connections[0]?.url ?? "", "http://sightglass.test");
		expect(url.pathname).toBe(`/api/v1/recordings/${orderTotals}/events/live`);
		expect([...url.searchParams]).toEqual([
			["op", "a b"],
			["kind", "record"],
			["kind", "gap"],
			["subtask", "0"],
			["text", "x&y"],
		]);
	});

	it("are handed over together, a few times a second", async () => {
		render(<Follower />);
		await pass();
		for (let i = 0; i < 5; i++) feed.send(eventAt(orderTotals, i, true), `e${i}`);
		await pass(150);
		expect(got).toEqual([]);
		await pass(100);
		expect(got.map((items) => items.map((e) => e.cursor))).toEqual([["e0", "e1", "e2", "e3", "e4"]]);
		await pass(1000);
		expect(got).toHaveLength(1);
		expect(followed?.state?.phase).toBe("live");
	});

	it("are handed over when one stops following, and none after", async () => {
		const { rerender } = render(<Follower />);
		await pass();
		feed.send(eventAt(orderTotals, 1, true), "e1");
		await pass();
		rerender(<Follower on={false} />);
		await pass(1000);
		expect(got.flat().map((e) => e.cursor)).toEqual(["e1"]);
		expect(followed).toEqual({ state: undefined, at: undefined });
		expect(feed.open).toBe(1);
	});

	it("begin behind what is there already, and go on behind what came", async () => {
		const { rerender } = render(<Follower behind="e40" />);
		await pass();
		feed.send(eventAt(orderTotals, 41, true), "e41");
		await pass(200);
		rerender(<Follower behind="e41" />);
		await pass();
		expect(feed.open).toBe(1);
		feed.cut();
		await pass(500);
		expect(feed.connections.map((c) => c.headers.get("Last-Event-ID"))).toEqual(["e40", "e41"]);
	});

	it("have the age of the last moment at which the stream stood open", async () => {
		render(<Follower />);
		await pass();
		await pass(7_000);
		feed.refuse(new Error("connection refused"));
		feed.cut();
		await pass();
		const broke = Date.now();
		await pass(5_000);
		expect(followed?.state?.phase).toBe("broken");
		expect(followed?.at).toBe(broke);
	});
});

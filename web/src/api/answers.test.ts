import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { answer } from "../../mock/answers";
import { drops } from "../../mock/drops";
import { eventAt } from "../../mock/events";
import { channels, detail, gaps, graph, job, merchantAlerts, orderTotals, processes } from "../../mock/jobs";
import { lineage as mockLineage, moment as mockMoment } from "../../mock/lineage";
import { decode, MismatchError } from "../base/decode";
import { event, eventPage, moment } from "./event";
import { channelReport, dropReport, jobDetail, live } from "./job";
import { lineage } from "./lineage";
import {
	agentsQuestion,
	channelsQuestion,
	doctorQuestion,
	dropsQuestion,
	effectivePolicyQuestion,
	exceptionsQuestion,
	fetchEvents,
	gapsQuestion,
	jobQuestion,
	jobsQuestion,
	lineageQuestion,
	momentQuestion,
	policyQuestion,
	principalQuestion,
	recordingQuestion,
	recordingsQuestion,
	statusQuestion,
	timelineQuestion,
} from "./questions";
import { view } from "./view";

const now = Date.now() * 1000;

/** A server that answers every question as the made-up one does. */
function serve() {
	const asked: URL[] = [];
	vi.stubGlobal("fetch", (request: Request) => {
		const url = new URL(request.url);
		asked.push(url);
		const { status, body } = answer(url.pathname.replace("/api/v1", ""), url.searchParams, "");
		return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
	});
	return asked;
}

describe("every question", () => {
	it("is asked at its place, and its answer is read", async () => {
		const asked = serve();
		const client = new QueryClient();
		const r = orderTotals;
		await client.fetchQuery(statusQuestion);
		await client.fetchQuery(principalQuestion);
		await client.fetchQuery(doctorQuestion);
		await client.fetchQuery(agentsQuestion);
		expect((await client.fetchQuery(policyQuestion)).version).toBe(3n);
		expect((await client.fetchQuery(effectivePolicyQuestion(r))).job).toBe("order-totals");
		expect((await client.fetchQuery(jobsQuestion())).map((j) => j.name)).toEqual(["order-totals", "merchant-alerts"]);
		await client.fetchQuery(jobsQuestion(true));
		expect((await client.fetchQuery(jobQuestion(r))).graph.vertices).toHaveLength(5);
		await client.fetchQuery(channelsQuestion(r));
		expect((await client.fetchQuery(dropsQuestion(r))).kept).toBe(4n);
		await client.fetchQuery(recordingsQuestion);
		expect((await client.fetchQuery(recordingQuestion(r))).id).toBe(r);
		expect((await client.fetchQuery(gapsQuestion(r)))[0]?.events).toBe(5812n);
		await client.fetchQuery(exceptionsQuestion(r));
		await client.fetchQuery(timelineQuestion(r, { op: "a" }, 50, false));
		expect((await client.fetchQuery(momentQuestion(r, "drop-duplicates.1.0.7"))).position).toBe("drop-duplicates.1.0.7");
		await client.fetchQuery(lineageQuestion(r, "orders/2@88121", "up"));
		const page = await fetchEvents(r, { kind: ["record"] }, { order: "desc", limit: 7 }, new AbortController().signal);
		expect(page.items).toHaveLength(7);
		const at = `/api/v1/recordings/${r}`;
		expect(asked.map((u) => decodeURIComponent(u.pathname + u.search))).toEqual([
			"/api/v1/status",
			"/api/v1/principal",
			"/api/v1/doctor",
			"/api/v1/agents",
			"/api/v1/recording-policy",
			`/api/v1/recording-policy/effective?job=${r}`,
			"/api/v1/jobs",
			"/api/v1/jobs?all=true",
			`/api/v1/jobs/${r}`,
			`/api/v1/jobs/${r}/channels`,
			`/api/v1/jobs/${r}/drops`,
			"/api/v1/recordings",
			at,
			`${at}/gaps`,
			`${at}/exceptions`,
			`${at}/timeline?op=a&buckets=50`,
			`${at}/at/drop-duplicates.1.0.7`,
			`${at}/lineage?record=orders/2@88121&dir=up`,
			`${at}/events?kind=record&order=desc&limit=7`,
		]);
	});

	it("has a place of its own in what is kept", () => {
		const keys = [
			jobsQuestion(),
			jobsQuestion(true),
			jobQuestion("a"),
			jobQuestion("b"),
			policyQuestion,
			effectivePolicyQuestion("a"),
			effectivePolicyQuestion("b"),
			channelsQuestion("a"),
			dropsQuestion("a"),
			recordingQuestion("a"),
			gapsQuestion("a"),
			momentQuestion("a", "x"),
			momentQuestion("a", "y"),
			lineageQuestion("a", "x", "up"),
			lineageQuestion("a", "x", "both"),
			timelineQuestion("a", {}, 50, false),
			timelineQuestion("a", { op: "b" }, 50, false),
		].map((q) => JSON.stringify(q.queryKey));
		expect(new Set(keys).size).toBe(keys.length);
	});
});

describe("an answer", () => {
	it("of any kind of event is read, with its payload or without", () => {
		for (const rec of [orderTotals, merchantAlerts]) for (let i = 0; i < 4_000; i++) decode(event, eventAt(rec, i, i % 2 === 0));
	});

	it("keeps numbers of 64 bits and microseconds", () => {
		const e = decode(event, { ...eventAt(orderTotals, 7, true), invocation: "9223372036854775807", time: "2026-11-23T14:02:11.482913Z" });
		expect(e.invocation).toBe(9_223_372_036_854_775_807n);
		expect(e.time % 1_000_000n).toBe(482_913n);
	});

	it("is refused at its first field that is not as agreed", () => {
		const cases: readonly (readonly [{ readonly read: (input: unknown, path: string) => unknown }, unknown, string])[] = [
			[event, { ...eventAt(orderTotals, 7, true), time: "yesterday" }, "time"],
			[event, { ...eventAt(orderTotals, 7, true), key: { format: "xml" } }, "key.format"],
			[
				eventPage,
				{ items: [eventAt(orderTotals, 7, true), { ...eventAt(orderTotals, 8, true), lane: 3 }], complete: true },
				"items[1].lane",
			],
			[eventPage, { items: [] }, "complete"],
			[
				jobDetail,
				{ ...detail(orderTotals, now), graph: { ...graph(orderTotals, now), topics: [{ topic: "a", role: "eaten" }] } },
				"graph.topics[0].role",
			],
			[jobDetail, { ...detail(orderTotals, now), processes: processes(now).map((p) => ({ ...p, pid: "1" })) }, "processes[0].pid"],
			[live, { job: job(orderTotals, now) }, "graph"],
			[channelReport, { ...channels(orderTotals, now), compared: 12 }, "compared"],
			[dropReport, { ...drops(orderTotals, now), told: "yes" }, "told"],
			[lineage, { ...mockLineage(orderTotals, "orders/2@88121", "both"), edges: [{ from: "a", to: "b", kind: "like" }] }, "edges[0].kind"],
			[moment, { ...mockMoment(orderTotals, "drop-duplicates.1.0.7", now), path: undefined }, "path"],
		];
		for (const [decoder, input, path] of cases) {
			try {
				decoder.read(input, "");
				throw new Error(`${path} was taken`);
			} catch (e) {
				if (!(e instanceof MismatchError)) throw e;
				expect(e.path).toBe(path);
			}
		}
	});

	it("may have lists that are null and fields of a later version", () => {
		const [first] = gaps(orderTotals);
		const page = decode(eventPage, { items: null, gaps: [{ ...first, weight: 7 }], complete: true, later: [] });
		expect(page.items).toEqual([]);
		expect(page.gaps).toHaveLength(1);
	});

	it("shows a payload as its reader may see it: decoded, masked, hidden", () => {
		const shown = decode(view, {
			format: "json",
			type: "Order",
			size: 40,
			text: "{…}",
			node: {
				kind: "object",
				off: 0,
				len: 40,
				items: [{ name: "email", kind: "string", value: "pii_contact_7q2f", mask: "pii.contact", off: 9, len: 12 }],
			},
			bytes: "e30=",
			bytes_cut: true,
			hidden: [{ off: 9, len: 12 }],
			masked: [{ path: "email", class: "pii.contact", action: "token" }],
		});
		expect(shown.node?.items?.[0]).toEqual({
			name: "email",
			kind: "string",
			value: "pii_contact_7q2f",
			mask: "pii.contact",
			off: 9,
			len: 12,
		});
		expect(shown.hidden).toEqual([{ off: 9, len: 12 }]);
		expect(shown.masked[0]?.class).toBe("pii.contact");
	});
});

import { describe, expect, it } from "vitest";
import { forSeeds, type Random } from "../../test/random";
import { parseWall, type WallTime, wallFromMillis } from "../base/time";
import {
	type Address,
	anyRecording,
	clusterOf,
	formatAddress,
	formatPath,
	formatState,
	link,
	type Page,
	parseAddress,
	parsePath,
	parseState,
	partsOfEntity,
	recordingOf,
	streamId,
	type ViewState,
} from "./address";

const rec = "8c1e4f0a9b7d4d3fa1c25e60f7a93b12";

/** Opens a link as a browser does: what its address bar makes of the text is what comes back. */
function reopened(href: string): Address {
	const url = new URL(href, "http://sightglass.test");
	return parseAddress(url.pathname, url.hash);
}

function anyTime(r: Random): WallTime {
	return (wallFromMillis(r.int(0, 4e12)) + BigInt(r.pick([0, 0, 1, 500_000, 999_999]))) as WallTime;
}

function anyPage(r: Random): Page {
	const name = () => r.pick([rec, "order-totals", "any", "Umsätze & mehr", "a/b", "100%", "a+b", "q?x#y", "r", "j", ":@"]);
	const record = () => r.pick(["orders/2@88121", "9f3a61c2d07b4e15:3:48211", "drop-duplicates.3.0.7", "a_b.c-d/0@1"]);
	return r.pick<() => Page>([
		() => ({ screen: "fleet" }),
		() => ({ screen: "recordings" }),
		() => ({ screen: "agents" }),
		() => ({ screen: "policy" }),
		() => ({ screen: "tokens" }),
		() => ({ screen: "grants" }),
		() => ({ screen: "notifications" }),
		() => ({ screen: "contracts" }),
		() => ({ screen: "contract", contract: name() }),
		() => ({ screen: "violation", contract: name(), violation: name() }),
		() => ({ screen: "subjects" }),
		() => ({ screen: "subject", subject: r.pick([name(), ":.billing:orders-value"]) }),
		() => ({ screen: "impacts" }),
		() => ({ screen: "impact", id: name() }),
		() => ({ screen: "audit" }),
		() => ({ screen: "graph", job: name() }),
		() => ({ screen: "events", rec: name() }),
		() => ({ screen: "timeline", rec: name() }),
		() => ({ screen: "gaps", rec: name() }),
		() => ({ screen: "step", rec: name(), position: r.pick(["drop-duplicates.3.0.7", "22c00e395ec4510d#17"]) }),
		() => ({ screen: "clusters" }),
		() => ({ screen: "topics", cluster: name() }),
		() => ({ screen: "topic", cluster: name(), topic: r.pick(["orders", "-", "a.b_c-d"]) }),
		() => ({ screen: "groups", cluster: name() }),
		() => ({ screen: "group", cluster: name(), group: r.pick([name(), "a/b/c"]) }),
		() => ({ screen: "brokers", cluster: name() }),
		() => ({ screen: "catalog" }),
		() => ({
			screen: "entity",
			id: r.pick([
				"stream:demo/orders",
				"stream:kafka://broker:9092/orders",
				"job:a/b c",
				"group:prod/",
				"schema:../x/7",
				"person:oidc:x#ann",
				"team:Umsätze",
			]),
		}),
		() => ({ screen: "journey", rec: name() }),
		() => ({ screen: "journey", rec: name(), record: record() }),
	])();
}

function anyState(r: Random): ViewState {
	const out: { -readonly [K in keyof ViewState]: ViewState[K] } = {};
	const put = <K extends keyof ViewState>(key: K, value: ViewState[K]) => {
		if (value !== undefined) out[key] = value;
	};
	put("at", r.maybe(r.text));
	put("filter", r.maybe(r.text));
	put("sel", r.maybe(r.text));
	put("tab", r.maybe(r.text));
	put("field", r.maybe(r.text));
	put("sort", r.maybe(r.text));
	put("kinds", r.maybe(r.text));
	put(
		"depth",
		r.maybe(() => r.int(1, 20)),
	);
	put("from", r.maybe(r.text));
	put("partitions", r.maybe(r.text));
	put("decoder", r.maybe(r.text));
	put("part", r.maybe(r.text));
	put(
		"order",
		r.maybe(() => r.pick(["asc", "desc"] as const)),
	);
	put(
		"internal",
		r.maybe(() => "all"),
	);
	put("breaks", r.maybe(r.text));
	put("watch", r.maybe(r.text));
	put(
		"step",
		r.maybe(() => r.int(0, 1e6)),
	);
	put(
		"view",
		r.maybe(() => r.pick(["tree", "table"] as const)),
	);
	put(
		"dir",
		r.maybe(() => r.pick(["up", "down"] as const)),
	);
	put(
		"steps",
		r.maybe(() => "all"),
	);
	put(
		"runs",
		r.maybe(() => "all"),
	);
	put(
		"follow",
		r.maybe(() => true),
	);
	put(
		"win",
		r.maybe(() => r.pick([{ from: anyTime(r) }, { to: anyTime(r) }, { from: anyTime(r), to: anyTime(r) }])),
	);
	const other = r.list(0, 3, () => [`x-${r.text()}`, r.maybe(r.text) ?? ""] as const);
	if (other.length > 0) out.other = other;
	return out;
}

describe("an address", () => {
	it("is read back as it was written, for any state of any screen", () => {
		forSeeds(1000, (r) => {
			const address = { page: anyPage(r), state: anyState(r) };
			expect(reopened(formatAddress(address))).toEqual(address);
		});
	});

	it("is the same text again after it was read", () => {
		forSeeds(300, (r) => {
			const href = formatAddress({ page: anyPage(r), state: anyState(r) });
			const { page, state } = reopened(href);
			expect(link(page, state)).toBe(href);
		});
	});

	it("never fails on a text that is none, and gives a view that can be linked to", () => {
		forSeeds(1000, (r) => {
			const path = `/${r.list(0, 4, () => r.pick(["r", "j", "agents", "events", "journey", "%", "%zz", "%C3", "", "..", "a", r.text()])).join("/")}`;
			const fragment = r
				.list(0, 6, () => r.pick(["&", "=", "#", "%", "%zz", "at", "win=..", "f=", "view=", "follow=0", "+", r.text()]))
				.join("");
			const read = parseAddress(path, fragment);
			expect(parseAddress(formatPath(read.page), formatState(read.state)).page).toEqual(read.page);
			expect(parseState(formatState(read.state))).toEqual(read.state);
		});
	});

	it("can be written of any text, halves of characters included", () => {
		expect(reopened(link({ screen: "events", rec }, { filter: "a\ud83d" })).state.filter).toBe("a\ufffd");
		expect(reopened(link({ screen: "graph", job: "\udc00b" })).page).toEqual({ screen: "graph", job: "\ufffdb" });
	});
});

describe("the path", () => {
	it("says what is shown", () => {
		expect(formatPath({ screen: "fleet" })).toBe("/");
		expect(formatPath({ screen: "graph", job: rec })).toBe(`/j/${rec}`);
		expect(formatPath({ screen: "events", rec })).toBe(`/r/${rec}/events`);
		expect(formatPath({ screen: "journey", rec: anyRecording, record: "orders/2@88121" })).toBe("/r/any/journey/orders/2@88121");
	});

	it("tells the topics of a cluster from its other pages, also one that is called as they begin", () => {
		expect(formatPath({ screen: "topic", cluster: "demo", topic: "orders" })).toBe("/t/demo/orders");
		expect(parsePath("/t")).toEqual({ screen: "clusters" });
		expect(parsePath("/t/demo/-")).toEqual({ screen: "topic", cluster: "demo", topic: "-" });
		expect(parsePath("/t/demo/-/groups")).toEqual({ screen: "groups", cluster: "demo" });
		expect(parsePath("/t/demo/-/groups/a%2Fb")).toEqual({ screen: "group", cluster: "demo", group: "a/b" });
		expect(parsePath("/t/demo/-/brokers")).toEqual({ screen: "brokers", cluster: "demo" });
		for (const path of ["/t//orders", "/t/demo//groups", "/t/demo/orders/groups", "/t/demo/-/brokers/1", "/t/demo/-/groups/a/b"])
			expect(parsePath(path), path).toEqual({ screen: "lost", path });
	});

	it("tells a contract from its violations, and keeps the context of a subject", () => {
		expect(formatPath({ screen: "violation", contract: "orders", violation: "v-1" })).toBe("/contracts/orders/violations/v-1");
		expect(parsePath("/contracts/orders")).toEqual({ screen: "contract", contract: "orders" });
		expect(parsePath("/subjects/:.billing:orders-value")).toEqual({ screen: "subject", subject: ":.billing:orders-value" });
		for (const path of ["/contracts//violations/1", "/contracts/a/checks", "/contracts/a/violations/1/2", "/subjects/a/b", "/impact/a/b"])
			expect(parsePath(path), path).toEqual({ screen: "lost", path });
	});

	it("may end with a slash", () => {
		expect(parsePath("/agents/")).toEqual({ screen: "agents" });
		expect(parsePath(`/r/${rec}/gaps/`)).toEqual({ screen: "gaps", rec });
		expect(parsePath("")).toEqual({ screen: "fleet" });
	});

	it("that no screen has is kept, to be shown", () => {
		for (const path of [
			"/nowhere",
			"/j",
			"/j/a/b",
			"/r/x",
			"/r/x/events/more",
			"/r//events",
			"/agents/x",
			"/policy/x",
			"/admin",
			"/admin/audit/x",
			"/r/%zz/events",
		])
			expect(parsePath(path), path).toEqual({ screen: "lost", path });
	});
});

describe("the state", () => {
	it("stands behind the #, where no server sees a typed value", () => {
		const href = link({ screen: "events", rec }, { filter: 'key == "ada@example.org"' });
		expect(new URL(href, "http://sightglass.test").pathname).toBe(`/r/${rec}/events`);
		expect(new URL(href, "http://sightglass.test").search).toBe("");
	});

	it("is readable", () => {
		const from = parseWall("2026-11-23T14:02:11Z");
		const to = parseWall("2026-11-23T14:02:11.480000Z");
		if (from === undefined || to === undefined) throw new Error("no times");
		expect(formatState({ at: "window-agg.3.0.118204", win: { from, to }, filter: 'op == "a" && kind in ["record"]' })).toBe(
			'at=window-agg.3.0.118204&win=2026-11-23T14:02:11Z..2026-11-23T14:02:11.48Z&f=op+%3D%3D+"a"+%26%26+kind+in+["record"]',
		);
	});

	it("leaves out what is as always", () => {
		expect(formatState({})).toBe("");
		expect(formatState({ filter: "", follow: false })).toBe("");
		expect(link({ screen: "recordings" })).toBe("/r");
	});

	it("keeps what it does not know, in order, and known names with values of another version", () => {
		const fragment = "#pin=a,b&at=x.1.0.2&view=grid&later&dir=sideways&pin=c";
		const state = parseState(fragment);
		expect(state.at).toBe("x.1.0.2");
		expect(state.other).toEqual([
			["pin", "a,b"],
			["view", "grid"],
			["later", ""],
			["dir", "sideways"],
			["pin", "c"],
		]);
		expect(formatState({ ...state, view: "tree" })).toBe("at=x.1.0.2&view=tree&pin=a,b&view=grid&later=&dir=sideways&pin=c");
	});

	it("takes a stretch of time only whole", () => {
		expect(parseState("win=2026-11-23T14:02:11Z..").win).toEqual({ from: parseWall("2026-11-23T14:02:11Z") });
		expect(parseState("win=..2026-11-23T14:02:11Z").win).toEqual({ to: parseWall("2026-11-23T14:02:11Z") });
		for (const win of ["..", "", "now..", "2026-11-23T14:02:11Z", "2026-11-23T14:02:11Z..then", "a..b..c", "2026-99-99T99:99:99Z.."]) {
			expect(parseState(`win=${win}`).win, win).toBeUndefined();
			expect(parseState(`win=${win}`).other, win).toEqual([["win", win]]);
		}
	});
});

it("tells which recording a screen is of", () => {
	expect(recordingOf({ screen: "events", rec })).toBe(rec);
	expect(recordingOf({ screen: "journey", rec: anyRecording, record: "a/0@1" })).toBeUndefined();
	expect(recordingOf({ screen: "graph", job: rec })).toBeUndefined();
});

it("tells which cluster a screen is of", () => {
	expect(clusterOf({ screen: "group", cluster: "demo", group: "g" })).toBe("demo");
	expect(clusterOf({ screen: "clusters" })).toBeUndefined();
});

describe("an entity of the catalog", () => {
	it("has its id in the path, readable where a path can have it", () => {
		expect(formatPath({ screen: "entity", id: streamId("demo", "orders") })).toBe("/c/stream:demo/orders");
		expect(formatPath({ screen: "entity", id: "stream:kafka://broker:9092/orders" })).toBe("/c/stream:kafka:%2F%2Fbroker:9092%2Forders");
		expect(parsePath("/c/stream:demo/orders/")).toEqual({ screen: "entity", id: "stream:demo/orders" });
		expect(parsePath("/c/")).toEqual({ screen: "catalog" });
		expect(clusterOf({ screen: "entity", id: "stream:demo/orders" })).toBeUndefined();
	});

	it("says its cluster and name by its id", () => {
		expect(partsOfEntity("stream:demo/orders")).toEqual({ kind: "stream", cluster: "demo", name: "orders" });
		expect(partsOfEntity("stream:kafka://broker:9092/orders")).toEqual({ kind: "stream", cluster: "kafka://broker:9092", name: "orders" });
		expect(partsOfEntity("group:prod/a/b")).toEqual({ kind: "group", cluster: "prod", name: "a/b" });
		expect(partsOfEntity("job:a/b")).toEqual({ kind: "job", name: "a/b" });
		expect(partsOfEntity("odd")).toEqual({ kind: "", name: "odd" });
	});
});

import { describe, expect, it } from "vitest";
import { graph as mockGraph, job as mockJob, orderTotals } from "../../../mock/jobs";
import { forSeeds } from "../../../test/random";
import { type Edge, type Graph, live } from "../../api/job";
import { decode } from "../../base/decode";
import {
	edgeArrow,
	flowOrder,
	formatSelected,
	holders,
	operatorAbout,
	parseSelected,
	type Selected,
	shownOperators,
	topologyKey,
	topologyOf,
	vertexHeight,
	vertexTitle,
} from "./topology";

const at = (second: number): Graph => {
	const now = 1_795_442_400_000_000 + second * 1e6;
	return decode(live, { job: mockJob(orderTotals, now), graph: mockGraph(orderTotals, now) }).graph;
};
const real = at(0);
const [first] = real.vertices;
const [anEdge] = real.edges;
if (first === undefined || anEdge === undefined) throw new Error("the made-up graph is empty");

/** A graph of vertices by name, with edges "a>b". */
function drawn(names: string, ...edges: readonly string[]): Graph {
	return {
		...real,
		topics: [],
		vertices: [...names].map((id) => ({ ...first, id, name: id })) as Graph["vertices"],
		edges: edges.map((e): Edge => ({ ...(anEdge as Edge), id: e, from: e[0] ?? "", to: e[2] ?? "" })),
	};
}

describe("what is selected", () => {
	it("is read back from a link as it was written", () => {
		const all: readonly Selected[] = [
			{ kind: "vertex", id: "cbc357ccb763df2852fee8c4fc7d55f2" },
			{ kind: "operator", vertex: "cbc357ccb763df2852fee8c4fc7d55f2", index: 12 },
			{ kind: "edge", id: "9f3a", to: "cbc3" },
			{ kind: "topic", topic: "orders.v2_x-y" },
		];
		for (const s of all) expect(parseSelected(formatSelected(s))).toEqual(s);
	});

	it("is nothing where the link names nothing", () => {
		for (const text of [undefined, "", "v:", "x:a", "o:a", "o:a:b", "o:a:12345", "e:a", "v", "e:a:b:c"])
			expect(parseSelected(text), text).toBeUndefined();
	});
});

describe("the shape of a graph", () => {
	it("has a box for every chain and every topic, and an arrow for every edge and use", () => {
		const t = topologyOf(real);
		expect(t.boxes.map((b) => b.id)).toEqual([...real.vertices.map((v) => `v:${v.id}`), "t:orders", "t:fx-rates", "t:merchant-totals"]);
		expect(t.arrows).toHaveLength(real.edges.length + real.topics.length);
		const ids = new Set(t.boxes.map((b) => b.id));
		expect(t.arrows.every((a) => ids.has(a.from) && ids.has(a.to))).toBe(true);
	});

	it("leads from a topic that is read and to one that is written", () => {
		const arrows = topologyOf(real).arrows;
		expect(arrows.find((a) => a.from === "t:orders")?.to).toBe(`v:${real.topics[0]?.vertex}`);
		expect(arrows.find((a) => a.to === "t:merchant-totals")?.from).toBe(`v:${real.topics[2]?.vertex}`);
	});

	it("has no arrow to what is not there", () => {
		const t = topologyOf({ ...drawn("ab", "a>b", "a>z", "z>b"), topics: [{ ...real.topics[0], vertex: "z" } as Graph["topics"][number]] });
		expect(t.arrows.map((a) => a.id)).toEqual(["e:a>b:b"]);
	});

	it("stays the same while only numbers change, so that nothing moves", () => {
		expect(topologyKey(topologyOf(at(7)))).toBe(topologyKey(topologyOf(real)));
		expect(topologyKey(topologyOf({ ...real, edges: real.edges.slice(1) }))).not.toBe(topologyKey(topologyOf(real)));
	});

	it("gives long chains a bounded height", () => {
		const operators = (n: number) => ({ ...first, operators: Array.from({ length: n }, () => first.operators[0]) }) as typeof first;
		expect(vertexHeight(operators(1))).toBeLessThan(vertexHeight(operators(2)));
		expect(vertexHeight(operators(500))).toBe(vertexHeight(operators(shownOperators + 1)));
	});
});

describe("the order of the flow", () => {
	const order = (g: Graph) =>
		flowOrder(g)
			.map((o) => `${o.vertex.id}${o.depth}`)
			.join(" ");

	it("puts every vertex behind the longest way to it", () => {
		expect(order(drawn("dcba", "a>b", "b>c", "a>c", "c>d"))).toBe("a0 b1 c2 d3");
		expect(order(drawn("ab"))).toBe("a0 b0");
	});

	it("ends although a job iterates", () => {
		const found = flowOrder(drawn("abc", "a>b", "b>c", "c>b"));
		expect(found.map((f) => f.vertex.id).toSorted()).toEqual(["a", "b", "c"]);
		expect(found[0]?.vertex.id).toBe("a");
		expect(order(drawn("a", "a>a"))).toBe("a0");
	});

	it("holds every vertex once, inputs first, for any graph without loops", () => {
		forSeeds(200, (r) => {
			const n = r.int(1, 12);
			const names = [..."abcdefghijkl"].slice(0, n);
			const edges = r
				.list(0, 24, () => [r.int(0, n - 1), r.int(0, n - 1)] as const)
				.filter(([a, b]) => a < b)
				.map(([a, b]) => `${names[a]}>${names[b]}`);
			const found = flowOrder(drawn(names.toReversed().join(""), ...edges));
			expect(found.map((f) => f.vertex.id).toSorted()).toEqual(names);
			const place = new Map(found.map((f, i) => [f.vertex.id, i]));
			for (const e of edges) expect(place.get(e[0] ?? "")).toBeLessThan(place.get(e[2] ?? "") ?? -1);
		});
	});
});

describe("the input that holds the watermark back", () => {
	const withLags = (...lags: readonly (bigint | undefined)[]): Graph => {
		const g = drawn("abcz", ...["a>z", "b>z", "c>z"].slice(0, lags.length));
		return {
			...g,
			edges: g.edges.map(({ watermark_lag_ms: _, ...e }, i) => ({ ...e, ...(lags[i] === undefined ? {} : { watermark_lag_ms: lags[i] }) })),
		};
	};
	const held = (...lags: readonly (bigint | undefined)[]) => [...holders(withLags(...lags))];

	it("is the one behind the others by more than a second", () => {
		expect(held(8_400n, 1_100n, 900n)).toEqual(["e:a>z:z"]);
		expect(held(8_400n, 8_400n, 900n)).toEqual(["e:a>z:z", "e:b>z:z"]);
	});

	it("is none where all are alike, where there is one, or where nothing is known", () => {
		expect(held(1_900n, 900n)).toEqual([]);
		expect(held(8_400n)).toEqual([]);
		expect(held(8_400n, undefined)).toEqual([]);
	});

	it("is found in a job", () => {
		const edge = real.edges.find((e) => e.ship === "FORWARD");
		expect([...holders(real)]).toEqual([edgeArrow(edge as Edge)]);
	});
});

it("a chain is called by its first operator, and an operator by what it is about", () => {
	const chain = real.vertices.at(-1);
	expect(chain === undefined ? "" : vertexTitle(chain)).toBe("totals per merchant");
	expect(vertexTitle({ ...first, operators: [], name: "nothing known" })).toBe("nothing known");
	expect(real.vertices.map((v) => (v.operators[0] === undefined ? "" : operatorAbout(v.operators[0])))).toEqual([
		"Kafka orders",
		"Kafka fx-rates",
		"DropDuplicates, line 41",
		"ConvertToEuro, line 33",
		"AddUp, line 19",
	]);
});

import { describe, expect, it } from "vitest";
import { largeMap, ordersMap } from "../../../../mock/catalog";
import { forSeeds } from "../../../../test/random";
import type { LineageMap } from "../../../api/catalog";
import { boxHeight, boxWidth, layOutMap } from "./layout";
import { tableOrder } from "./MapTable";
import { isStale, nodeAt } from "./painter";
import { fitted, matching, nodeKey, reach, zoomedAt } from "./view";

const room = { width: 1300, height: 640 };

function read(map: typeof ordersMap): LineageMap {
	const edges = map.edges.map(({ seen, ...e }) => ({ ...e, ...(seen === undefined ? {} : { seen: BigInt(Date.parse(seen)) * 1000n }) }));
	return { ...map, edges } as unknown as LineageMap;
}

const orders = read(ordersMap);
const shapeOf = (m: LineageMap) => ({ levels: m.nodes.map((n) => n.level), edges: m.edges });

describe("a layout", () => {
	it("has a column for each step, upstream left", () => {
		const { x } = layOutMap(shapeOf(orders), room);
		for (const e of orders.edges) expect(x[e.to] ?? 0).toBeGreaterThan(x[e.from] ?? 0);
		expect(x[1]).toBe(x[2]);
	});

	it("puts no box over another, and all of them into its size", () => {
		forSeeds(60, (r) => {
			const n = r.int(1, 90);
			const levels = Array.from({ length: n }, (_, i) => (i === 0 ? 0 : r.int(-4, 4)));
			const edges = r.list(0, 160, () => ({ from: r.int(0, n - 1), to: r.int(0, n - 1) }));
			const { x, y, width, height } = layOutMap({ levels, edges }, room);
			for (let i = 0; i < n; i++) {
				expect(x[i] ?? -1).toBeGreaterThanOrEqual(0);
				expect(y[i] ?? -1).toBeGreaterThanOrEqual(-0.001);
				expect((x[i] ?? 0) + boxWidth).toBeLessThanOrEqual(width + 0.001);
				expect((y[i] ?? 0) + boxHeight).toBeLessThanOrEqual(height + 0.001);
				for (let j = 0; j < i; j++) {
					const apart = Math.abs((x[i] ?? 0) - (x[j] ?? 0)) >= boxWidth || Math.abs((y[i] ?? 0) - (y[j] ?? 0)) >= boxHeight;
					expect(apart, `${i} and ${j}`).toBe(true);
				}
			}
		});
	});

	it("breaks the columns of a large estate, so that all of it fills its place", () => {
		const map = read(largeMap(2_000));
		expect(map.nodes).toHaveLength(4_000);
		const { width, height } = layOutMap(shapeOf(map), room);
		const ratio = width / height;
		expect(ratio).toBeGreaterThan(0.5);
		expect(ratio).toBeLessThan(8);
	});

	it("of nothing is nothing", () => {
		expect(layOutMap({ levels: [], edges: [] }, room)).toMatchObject({ width: 0, height: 0 });
	});
});

describe("a view", () => {
	it("shows all of a map, and zooms around the pointer", () => {
		const v = fitted({ width: 4_000, height: 1_000 }, room);
		expect(v.x).toBeGreaterThan(0);
		expect(v.x + 4_000 * v.scale).toBeLessThan(room.width);
		const at = { x: 400, y: 300 };
		const z = zoomedAt(v, 2, at);
		expect((at.x - z.x) / z.scale).toBeCloseTo((at.x - v.x) / v.scale, 6);
		expect(zoomedAt(v, 1e9, at).scale).toBeLessThanOrEqual(2);
	});

	it("hits the box under the pointer, and none beside it", () => {
		const layout = layOutMap(shapeOf(orders), room);
		const v = { x: 10, y: 20, scale: 0.8 };
		const middle = { x: ((layout.x[3] ?? 0) + boxWidth / 2) * v.scale + v.x, y: ((layout.y[3] ?? 0) + boxHeight / 2) * v.scale + v.y };
		expect(nodeAt(layout, v, middle)).toBe(3);
		expect(nodeAt(layout, v, { x: -50, y: -50 })).toBeUndefined();
	});

	it("knows what is before and behind a node, also in a circle", () => {
		const { up, down } = reach(orders, 3);
		expect([...up].sort()).toEqual([0, 1, 2]);
		expect([...down].sort()).toEqual([6, 8, 9]);
		const circle = reach({ ...orders, edges: [...orders.edges, { ...orders.edges[0], from: 9, to: 3 }] as LineageMap["edges"] }, 3);
		expect(circle.down.has(3)).toBe(false);
		expect(circle.up.has(9)).toBe(true);
	});

	it("finds nodes by all words of a search", () => {
		expect(matching(orders, " ")).toBeUndefined();
		expect(matching(orders, "CRM team:crm")).toEqual([5]);
		expect(matching(orders, "merchant stream")).toEqual([6]);
		expect(matching(orders, "zzz")).toEqual([]);
	});

	it("names fields by their path, and puts rows upstream first", () => {
		expect(nodeKey({ id: "stream:demo/orders", path: "a.b" })).toBe("stream:demo/orders#a.b");
		expect(nodeKey({ id: "job:x", path: "" })).toBe("job:x");
		const levels = tableOrder(orders, undefined).map((i) => orders.nodes[i]?.level ?? 0);
		expect(levels).toEqual([...levels].sort((a, b) => a - b));
		expect(tableOrder(orders, [9, 0])).toEqual([0, 9]);
	});

	it("tells edges that nothing was seen of for 30 days", () => {
		expect(orders.edges.map((e) => isStale(e, Date.now())).indexOf(true)).toBe(4);
		expect(isStale({ ...orders.edges[0], seen: undefined } as unknown as LineageMap["edges"][number], Date.now())).toBe(false);
	});
});

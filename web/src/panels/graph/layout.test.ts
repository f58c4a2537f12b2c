import { beforeEach, describe, expect, it, vi } from "vitest";
import { forSeeds } from "../../../test/random";
import { columns, type Layout, labelPlace } from "./layout";
import { arrowWidth, routePath } from "./Picture";
import type { Topology } from "./topology";

const box = (id: string) => ({ id, width: 190, height: 104 });
const topology = (boxes: string, ...arrows: readonly string[]): Topology => ({
	boxes: [...boxes].map(box),
	arrows: arrows.map((a) => ({ id: a, from: a[0] ?? "", to: a[2] ?? "" })),
});

function overlapping(t: Topology, l: Layout): readonly string[] {
	const placed = t.boxes.map((b) => ({ ...b, ...(l.boxes.get(b.id) ?? { x: Number.NaN, y: Number.NaN }) }));
	return placed.flatMap((a, i) =>
		placed
			.slice(i + 1)
			.filter((b) => !(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y))
			.map((b) => `${a.id} ${b.id}`),
	);
}

describe("columns", () => {
	it("place every box and arrow of any graph, no box on another, each arrow to the right where no loop is closed", () => {
		forSeeds(150, (r) => {
			const n = r.int(1, 14);
			const names = [..."abcdefghijklmn"].slice(0, n).join("");
			const name = () => r.pick([...names]);
			const t = topology(names, ...new Set(r.list(0, 24, () => `${name()}>${name()}`)));
			const l = columns(t);
			expect([...l.boxes.keys()].sort()).toEqual([...names]);
			expect([...l.arrows.keys()].sort()).toEqual(t.arrows.map((a) => a.id).sort());
			expect(overlapping(t, l)).toEqual([]);
			for (const p of l.boxes.values()) {
				expect(p.x).toBeLessThanOrEqual(l.width);
				expect(p.y).toBeLessThanOrEqual(l.height);
			}
		});
		const l = columns(topology("abc", "a>b", "b>c", "a>c"));
		expect(["a", "b", "c"].map((id) => l.boxes.get(id)?.x)).toEqual([0, 290, 580]);
	});

	it("of nothing are nothing", () => {
		expect(columns({ boxes: [], arrows: [] })).toMatchObject({ width: 0, height: 0 });
	});
});

describe("the engine", () => {
	type Asked = {
		readonly id: number;
		readonly cmd: string;
		readonly graph?: {
			readonly children: { id: string; x?: number; y?: number }[];
			readonly edges: { id: string; sections?: unknown }[];
			readonly layoutOptions: Record<string, string>;
			width?: number;
			height?: number;
		};
	};
	const asked: Asked[] = [];

	/** A worker that puts boxes in a row and bends every arrow once. */
	class Engine {
		onmessage: (e: { readonly data: unknown }) => void = () => undefined;
		postMessage(m: Asked) {
			asked.push(m);
			const { graph: g } = m;
			if (g !== undefined) {
				for (const [i, c] of g.children.entries()) Object.assign(c, { x: i * 300, y: 10 });
				for (const e of g.edges) e.sections = [{ startPoint: { x: 0, y: 0 }, bendPoints: [{ x: 100, y: 0 }], endPoint: { x: 100, y: 50 } }];
				Object.assign(g, { width: 900, height: 120 });
			}
			queueMicrotask(() => this.onmessage({ data: { id: m.id, data: g } }));
		}
		terminate() {
			return undefined;
		}
	}
	const fresh = async () => {
		vi.resetModules();
		return (await import("./layout")).layOut;
	};
	beforeEach(() => asked.splice(0));

	it("runs in a worker, and its answer is where things go", async () => {
		vi.stubGlobal("Worker", Engine);
		const layOut = await fresh();
		const l = await layOut(topology("abc", "a>b", "b>c"), 1.5);
		expect([...l.boxes]).toEqual([
			["a", { x: 0, y: 10 }],
			["b", { x: 300, y: 10 }],
			["c", { x: 600, y: 10 }],
		]);
		expect(l.arrows.get("a>b")).toEqual({
			points: [
				{ x: 0, y: 0 },
				{ x: 100, y: 0 },
				{ x: 100, y: 50 },
			],
			label: { x: 50, y: 0 },
		});
		expect([l.width, l.height]).toEqual([900, 120]);
		expect(asked.at(-1)?.graph?.layoutOptions["elk.aspectRatio"]).toBe("1.50");
	});

	it("breaks only long chains into rows", async () => {
		vi.stubGlobal("Worker", Engine);
		const layOut = await fresh();
		const wraps = async (boxes: string) => {
			await layOut(topology(boxes), 2);
			return "elk.layered.wrapping.strategy" in (asked.at(-1)?.graph?.layoutOptions ?? {});
		};
		expect([await wraps("abcde"), await wraps("abcdef")]).toEqual([false, true]);
	});

	it("that cannot be had leaves columns", async () => {
		vi.stubGlobal("Worker", undefined);
		const layOut = await fresh();
		const t = topology("ab", "a>b");
		expect(await layOut(t, 1)).toEqual(columns(t));
	});
});

describe("an arrow", () => {
	it("has its numbers on its first level stretch that is long enough, or on its longest", () => {
		const points = (...xy: readonly number[]) =>
			Array.from({ length: xy.length / 2 }, (_, i) => ({ x: xy[i * 2] ?? 0, y: xy[i * 2 + 1] ?? 0 }));
		expect(labelPlace(points(0, 0, 20, 0, 20, 50, 80, 50, 80, 90, 380, 90))).toEqual({ x: 50, y: 50 });
		expect(labelPlace(points(0, 0, 20, 0, 20, 50, 60, 50))).toEqual({ x: 40, y: 50 });
		expect(labelPlace(points(5, 5, 5, 90))).toEqual({ x: 5, y: 5 });
		expect(labelPlace([])).toEqual({ x: 0, y: 0 });
	});

	it("begins and ends at its points, with its corners rounded", () => {
		expect(
			routePath([
				{ x: 0, y: 0 },
				{ x: 100, y: 0 },
				{ x: 100, y: 50 },
			]),
		).toBe("M0 0L94 0Q100 0 100 6L100 50");
		expect(
			routePath([
				{ x: 0, y: 0 },
				{ x: 0, y: 0 },
				{ x: 0, y: 0 },
			]),
		).not.toContain("NaN");
	});

	it("is thicker for more records, within bounds", () => {
		const widths = [0, 0.5, 10, 1_000, 1e6, 1e12].map(arrowWidth);
		expect(widths).toEqual(widths.toSorted((a, b) => a - b));
		expect([widths[0], widths.at(-1)]).toEqual([1, 4]);
		expect(arrowWidth(-1)).toBe(1);
	});
});

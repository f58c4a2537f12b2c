import { describe, expect, it } from "vitest";
import { journeyGraph } from "./graph";
import { gridOf } from "./grid";
import { columns, detour } from "./layout";
import { fanIn, lineageOf, straight, throughState } from "./lineages";
import { sceneKey, sceneOf, type Unfolding } from "./scene";

const folded: Unfolding = { steps: new Set(), shown: new Map() };
const scene = (l: Parameters<typeof journeyGraph>[0], unfolding = folded) => sceneOf(journeyGraph(l), unfolding);

describe("lanes", () => {
	it("follow the record from topic to job to topic", () => {
		expect(scene(straight).lanes.map((l) => `${l.kind} ${l.name}`)).toEqual([
			"topic orders",
			"job order-totals",
			"topic totals",
			"job merchant-alerts",
			"topic alerts",
		]);
	});

	it("end although a job reads what it wrote", () => {
		const circle = lineageOf(
			"a/0@1",
			[
				{ id: "r", kind: "source", op: "reader", depth: 0, ms: 1, record: "a/0@1" },
				{ id: "w", kind: "written", op: "writer", depth: 1, ms: 2, record: "b/0@1" },
				{ id: "r2", kind: "source", op: "reader", depth: 2, ms: 3, record: "b/0@1", recording: "b".repeat(32), job: "other" },
				{ id: "w2", kind: "written", op: "writer", depth: 3, ms: 4, record: "a/0@1", recording: "b".repeat(32), job: "other" },
			],
			[
				["r", "w"],
				["w", "r2", "same"],
				["r2", "w2"],
				["w2", "r", "same"],
			],
		);
		const s = scene(circle);
		expect(s.lanes).toHaveLength(4);
		expect(columns(s).places.size).toBe(s.items.length);
	});
});

describe("steps that only pass a record on", () => {
	it("are one pill, with the time of all of them", () => {
		const s = scene(straight);
		const pill = s.items.find((i) => i.kind === "pill");
		expect(pill).toMatchObject({ kind: "pill", label: "orders #0 +1" });
		expect(s.links.find((l) => l.from === pill?.id)?.latency).toBe(10);
		expect(s.itemsOf.get("e1")).toEqual([pill?.id]);
	});

	it("are cards when they are unfolded, one by one or all", () => {
		const pill = scene(straight).items.find((i) => i.kind === "pill");
		for (const steps of ["all", new Set([pill?.id ?? ""])] as const) {
			const s = scene(straight, { steps, shown: new Map() });
			expect(s.items.some((i) => i.kind === "pill")).toBe(false);
			expect(s.items.filter((i) => i.kind === "step").map((i) => i.id)).toEqual(["n:s", "n:e1", "n:e2", "n:r"]);
		}
	});

	it("stay a card where the lane would hold nothing else", () => {
		expect(scene(straight).items.find((i) => i.id === "n:r")?.kind).toBe("step");
	});

	it("are none where state, a note or a branch has something to say", () => {
		const pills = scene(throughState).items.filter((i) => i.kind === "pill");
		expect(pills.flatMap((i) => i.nodes.map((n) => n.id))).toEqual(["s"]);
		const noted = {
			...throughState,
			notes: [...throughState.notes, { kind: "transaction" as const, text: "noted", node: "s", operator: undefined, hint: "" }],
		};
		expect(scene(noted).items.some((i) => i.kind === "pill")).toBe(false);
	});
});

describe("Kafka", () => {
	it("holds a record once, however often it is written and read", () => {
		const s = scene(straight);
		expect(s.items.filter((i) => i.kind === "kafka").map((i) => i.id)).toEqual(["k:orders/0@1", "k:totals/0@5", "k:alerts/0@9"]);
		expect(s.asked).toBe("k:orders/0@1");
	});

	it("tells how long a record waited in it", () => {
		expect(scene(straight).links.find((l) => l.from === "k:totals/0@5")?.latency).toBe(1000);
	});
});

describe("many of a kind", () => {
	it("are folded but for the first few, with what hangs on them", () => {
		const s = scene(fanIn(214));
		const fold = s.items.find((i) => i.kind === "fold");
		expect(fold).toMatchObject({ count: 211, about: "of convert, with 422 that hang on them" });
		expect(s.items.length).toBeLessThan(20);
		expect(s.itemsOf.get("e200")).toEqual([fold?.id]);
		expect(s.itemsOf.get("s200")).toContain(fold?.id);
	});

	it("are shown step by step", () => {
		const key = scene(fanIn(214)).items.flatMap((i) => (i.kind === "fold" ? i.key : []))[0] ?? "";
		const s = scene(fanIn(214), { steps: new Set(), shown: new Map([[key, 23]]) });
		expect(s.items.find((i) => i.kind === "fold")).toMatchObject({ count: 191 });
	});

	it("are not folded when they are few", () => {
		expect(scene(fanIn(6)).items.some((i) => i.kind === "fold")).toBe(false);
	});

	it("leave a picture that can be read of the largest answer", () => {
		expect(scene(fanIn(5000)).items.length).toBeLessThan(20);
	});
});

describe("ends of proof", () => {
	const gap = { kind: "gap", text: "the agent's buffer was full", node: "e", hint: "" } as const;
	const lost = lineageOf(
		"orders/0@1",
		[
			{ id: "s", kind: "source", op: "orders", depth: 0, ms: 0, record: "orders/0@1" },
			{ id: "e", kind: "element", op: "orders", depth: 1, ms: 1 },
		],
		[["s", "e"]],
		[gap],
	);

	it("are drawn after what was asked when something is missing there", () => {
		const s = scene(lost);
		expect(s.items.find((i) => i.kind === "end")).toMatchObject({ word: "in a gap", texts: [gap.text], node: "e" });
		expect(s.links.find((l) => l.kind === "end")).toMatchObject({ from: "n:e", to: "e:n:e" });
	});

	it("are drawn before an ancestor", () => {
		const up = lineageOf(
			"totals/0@5",
			[
				{ id: "w", kind: "written", op: "writer", depth: 0, ms: 1, record: "totals/0@5" },
				{ id: "e", kind: "element", op: "convert", depth: -1, ms: 0 },
			],
			[["e", "w"]],
			[gap],
		);
		expect(scene(up).links.find((l) => l.kind === "end")).toMatchObject({ from: "e:n:e", to: "n:e" });
	});

	it("show in the card itself where state ends the proof", () => {
		const s = scene(
			lineageOf(
				"orders/0@1",
				[
					{ id: "s", kind: "source", op: "orders", depth: 0, ms: 0, record: "orders/0@1" },
					{ id: "i", kind: "invocation", op: "dedup", depth: 1, ms: 1, state_note: "dropped there, or kept" },
				],
				[["s", "i"]],
			),
		);
		expect(s.items.find((i) => i.id === "n:i")).toMatchObject({ kind: "step", state: "dropped there, or kept", leaf: true });
	});
});

describe("contributions", () => {
	const contributed = (more: object) =>
		scene(
			lineageOf(
				"totals/0@5",
				[
					{ id: "a", kind: "element", op: "parse", depth: -1, ms: 0 },
					{ id: "b", kind: "element", op: "window", depth: 0, ms: 60_000, record: "totals/0@5" },
				],
				[["a", "b", "state", { operator: "window", through: "state window-contents", ...more }]],
			),
		).links.find((l) => l.kind === "state")?.contribution;

	it("say what they went through where the recording proves them", () => {
		expect(contributed({ proof: "exact" })).toEqual({
			words: "through state window-contents",
			exact: true,
			title: "through state window-contents: exact",
		});
	});

	it("say why they may be none", () => {
		expect(contributed({ proof: "over-approximated", reason: "5 entries were read together" })).toEqual({
			words: "perhaps through state window-contents",
			exact: false,
			title: "perhaps through state window-contents: 5 entries were read together",
		});
	});
});

describe("columns", () => {
	it("put state that was written and read by one operator over each other", () => {
		const s = scene(throughState);
		const grid = gridOf(s);
		expect(s.links.find((l) => l.kind === "state")?.loose).toBe(true);
		expect(grid.column.get("n:fires")).toBe(grid.column.get("n:in"));
	});

	it("never put a card left of a lane before its own", () => {
		for (const l of [straight, throughState, fanIn(20)]) {
			const s = scene(l);
			const { column } = gridOf(s);
			let last = -1;
			for (const lane of s.lanes) {
				const own = s.items.filter((i) => i.lane === lane.id).map((i) => column.get(i.id) ?? -1);
				expect(Math.min(...own)).toBeGreaterThan(last);
				last = Math.max(...own);
			}
		}
	});

	it("place every card and every arrow without the engine, and no card on another", () => {
		const s = scene(fanIn(20));
		const layout = columns(s);
		for (const l of s.links) expect(layout.routes.get(l.id)?.points.length, l.id).toBeGreaterThan(1);
		for (const a of s.items) {
			for (const b of s.items) {
				const [p, q] = [layout.places.get(a.id), layout.places.get(b.id)];
				if (a === b || p === undefined || q === undefined) continue;
				const apart = p.x + a.width <= q.x || q.x + b.width <= p.x || p.y + a.height <= q.y || q.y + b.height <= p.y;
				expect(apart, `${a.id} and ${b.id}`).toBe(true);
			}
		}
	});

	it("lead straight down where boxes stand over each other", () => {
		const box = { width: 100, height: 50 };
		const { points } = detour({ x: 0, y: 0, ...box }, { x: 0, y: 100, ...box });
		expect(points).toEqual([
			{ x: 48, y: 50 },
			{ x: 48, y: 100 },
		]);
	});
});

it("needs no new layout for the same picture", () => {
	expect(sceneKey(scene(straight))).toBe(sceneKey(scene(straight)));
	expect(sceneKey(scene(straight))).not.toBe(sceneKey(scene(straight, { steps: "all", shown: new Map() })));
});

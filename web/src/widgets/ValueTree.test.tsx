import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { forSeeds, type Random } from "../../test/random";
import { childPath, nodeAt, pathAtByte, type TreeNode, ValueTree } from "./ValueTree";

/** {"id":"O-1","customer":{"email":"…","tags":["a","b"]}} with made-up places. */
const order: TreeNode = {
	kind: "object",
	off: 0,
	len: 40,
	items: [
		{ name: "id", kind: "string", value: "O-1", off: 5, len: 5 },
		{
			name: "customer",
			kind: "object",
			off: 12,
			len: 26,
			items: [
				{ name: "email", kind: "string", value: "pii_contact_7q2f", mask: "pii.contact", off: 14, len: 8 },
				{
					name: "tags",
					kind: "list",
					off: 24,
					len: 12,
					items: [
						{ kind: "string", value: "a", off: 25, len: 3 },
						{ kind: "string", value: "b", off: 29, len: 3 },
					],
				},
			],
		},
	],
};

function anyTree(r: Random, off = 0, len = 60): TreeNode {
	const many = len > 6 ? r.int(0, 4) : 0;
	if (many === 0) return { kind: "string", value: "x", off, len };
	const each = Math.floor((len - 2) / many);
	return { kind: "object", off, len, items: Array.from({ length: many }, (_, i) => anyTree(r, off + 1 + i * each, r.int(0, each))) };
}

describe("a field's path", () => {
	it("leads to the field and back", () => {
		expect(nodeAt(order, "1.1.0")?.value).toBe("a");
		expect(nodeAt(order, "")).toBe(order);
		for (const path of ["7", "1.9", "1.1.0.0", "x", "1..0"]) expect(nodeAt(order, path), path).toBeUndefined();
		expect(childPath(childPath("", 1), 0)).toBe("1.0");
	});

	it("is found for a byte: the deepest field that holds it", () => {
		expect([0, 5, 9, 10, 14, 24, 25, 30, 36, 39].map((at) => pathAtByte(order, at))).toEqual([
			"",
			"0",
			"0",
			"",
			"1.0",
			"1.1",
			"1.1.0",
			"1.1.1",
			"1",
			"",
		]);
		expect(pathAtByte(order, 40)).toBeUndefined();
		expect(pathAtByte({ kind: "object", items: [], off: 0, len: 0 }, 0)).toBeUndefined();
	});

	it("names for every byte a field that holds it, and none of whose parts does", () => {
		forSeeds(200, (r) => {
			const tree = anyTree(r);
			for (let at = 0; at < tree.len; at++) {
				const node = nodeAt(tree, pathAtByte(tree, at) ?? "none");
				if (node === undefined) throw new Error(`byte ${at} has no field`);
				const holds = (n: TreeNode) => n.len > 0 && at >= n.off && at < n.off + n.len;
				expect(holds(node)).toBe(true);
				expect(node.items?.some(holds) ?? false).toBe(false);
			}
		});
	});
});

function Chooser({ root = order, from }: { readonly root?: TreeNode; readonly from?: string }) {
	const [selected, setSelected] = useState(from);
	return (
		<>
			<ValueTree root={root} label="Value" selected={selected} onSelect={setSelected} />
			<button type="button" onClick={() => setSelected("1.1.1")}>
				byte 30
			</button>
			<output>{selected ?? "none"}</output>
		</>
	);
}
const open = (props: { readonly root?: TreeNode; readonly from?: string } = {}) => {
	render(<Chooser {...props} />);
	return screen.getByRole("tree", { name: "Value" });
};
const lines = () => screen.getAllByRole("treeitem").map((l) => l.textContent);
const line = (i: number) => screen.getAllByRole("treeitem")[i] as HTMLElement;
const selected = () => screen.getByRole("status").textContent;

describe("the tree of a value", () => {
	it("shows names, values and what is masked", () => {
		open();
		expect(lines()).toEqual(["value", 'id"O-1"', "customer", "emailpii_contact_7q2fpii.contact", "tags2 items", '[0]"a"', '[1]"b"']);
		expect(line(3).querySelector(".mask")).not.toBeNull();
		expect(screen.getAllByRole("treeitem").map((l) => l.getAttribute("aria-level"))).toEqual(["1", "2", "2", "3", "3", "4", "4"]);
	});

	it("never shows a stand-in as if it were the value", () => {
		const leaf = (name: string, kind: string, value: string): TreeNode => ({ name, kind, value, mask: "pii.financial", off: 0, len: 4 });
		open({
			root: {
				kind: "object",
				off: 0,
				len: 9,
				items: [leaf("amount", "int", "0"), leaf("card", "string", "***"), leaf("vip", "bool", "false")],
			},
		});
		expect(lines().slice(1)).toEqual(["amount0pii.financial", "card***pii.financial", "vipfalsepii.financial"]);
		for (const l of screen.getAllByRole("treeitem").slice(1)) expect(l.querySelector(".mask svg")).not.toBeNull();
	});

	it("says why a part is not decoded, and what is null", () => {
		open({
			root: {
				kind: "object",
				off: 0,
				len: 9,
				items: [
					{ name: "a", kind: "opaque", type: "KryoSerializer", off: 0, len: 4, reason: "Kryo is not decoded" },
					{ name: "b", kind: "null", off: 4, len: 1 },
					{ name: "c", kind: "cut", off: 5, len: 4 },
					{ name: "d", kind: "map", off: 5, len: 4, items: [{ name: "k", kind: "int", value: "7", type: "long", off: 5, len: 4 }] },
				],
			},
		});
		expect(lines()).toEqual(["value", "a<KryoSerializer>Kryo is not decoded", "bnull", "c…", "d1 entry", "k7long"]);
	});

	it("opens what is small, and folds long lists until they are asked for", () => {
		const long = Array.from({ length: 25 }, (_, i): TreeNode => ({ kind: "int", value: String(i), off: i, len: 1 }));
		const tree = open({ root: { kind: "object", off: 0, len: 25, items: [{ name: "list", kind: "list", items: long, off: 0, len: 25 }] } });
		expect(lines()).toEqual(["value", "list25 items"]);
		fireEvent.click(line(1));
		fireEvent.keyDown(tree, { key: "ArrowRight" });
		expect(lines()).toHaveLength(27);
	});

	it("opens the way to a field that a link names", () => {
		const deep = (n: number): TreeNode =>
			n === 0 ? { kind: "int", value: "7", off: 0, len: 1 } : { kind: "object", off: 0, len: 1, items: [deep(n - 1)] };
		open({ root: deep(7), from: "0.0.0.0.0.0.0" });
		expect(lines()).toHaveLength(8);
		expect(line(7).getAttribute("aria-selected")).toBe("true");
	});

	it("shows a field that is selected elsewhere, although its branch was folded", () => {
		const tree = open({ from: "1" });
		fireEvent.keyDown(tree, { key: "ArrowLeft" });
		expect(lines()).toHaveLength(3);
		fireEvent.click(screen.getByText("byte 30"));
		expect(screen.getAllByRole("treeitem").find((l) => l.getAttribute("aria-selected") === "true")?.textContent).toBe('[1]"b"');
	});
});

describe("with keys", () => {
	it("goes up and down over what is shown, and stops at the ends", () => {
		const tree = open();
		const go = (...keys: readonly string[]) => {
			for (const key of keys) fireEvent.keyDown(tree, { key });
			return selected();
		};
		expect(go("ArrowDown")).toBe("");
		expect(go("ArrowDown", "ArrowDown")).toBe("1");
		expect(go("End")).toBe("1.1.1");
		expect(go("ArrowDown")).toBe("1.1.1");
		expect(go("Home", "ArrowUp")).toBe("");
	});

	it("right opens and goes in, left closes and goes out", () => {
		const tree = open({ from: "1.1" });
		const go = (key: string) => {
			fireEvent.keyDown(tree, { key });
			return [selected(), lines().length];
		};
		expect(go("ArrowLeft")).toEqual(["1.1", 5]);
		expect(go("ArrowLeft")).toEqual(["1", 5]);
		expect(go("ArrowLeft")).toEqual(["1", 3]);
		expect(go("ArrowRight")).toEqual(["1", 5]);
		expect(go("ArrowRight")).toEqual(["1.0", 5]);
		expect(go("ArrowRight")).toEqual(["1.0", 5]);
	});

	it("leaves other keys alone", () => {
		const tree = open();
		expect(fireEvent.keyDown(tree, { key: "j" })).toBe(true);
		expect(fireEvent.keyDown(tree, { key: "ArrowDown" })).toBe(false);
	});
});

it("begins another value with its own folds", () => {
	const { rerender } = render(<ValueTree root={order} label="Value" selected="1" onSelect={() => undefined} />);
	fireEvent.keyDown(screen.getByRole("tree"), { key: "ArrowLeft" });
	expect(lines()).toHaveLength(3);
	rerender(<ValueTree root={{ ...order }} label="Value" selected={undefined} onSelect={() => undefined} />);
	expect(lines()).toHaveLength(7);
});

it("says what the job's own classes decoded", () => {
	const tree: TreeNode = {
		kind: "object",
		off: 0,
		len: 9,
		items: [
			{ name: "id", kind: "int", value: "1", off: 0, len: 4 },
			{ name: "bits", kind: "string", value: "{0}", off: 4, len: 5, by: "job" },
		],
	};
	render(<ValueTree root={tree} label="Value" selected={undefined} onSelect={() => undefined} />);
	expect(lines().map((l) => l?.includes("by the job's classes"))).toEqual([false, false, true]);
});

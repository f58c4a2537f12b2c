/** What an access changed: two decoded values laid over each other. */
import type { ValueNode } from "../api/view";

/** Trees of more nodes are shown one after the other. */
const most = 400;

export type Change = { readonly path: string; readonly before: string; readonly after: string };

function nodes(n: ValueNode): number {
	return (n.items ?? []).reduce((sum, item) => sum + nodes(item), 1);
}

/** Both have the same members, so that each can be compared with its like. */
function alike(a: ValueNode, b: ValueNode): boolean {
	const left = a.items ?? [];
	const right = b.items ?? [];
	return left.length > 0 && left.length === right.length && left.every((item, i) => item.name === right[i]?.name);
}

function same(a: ValueNode, b: ValueNode): boolean {
	const left = a.items ?? [];
	const right = b.items ?? [];
	return (
		a.kind === b.kind &&
		a.value === b.value &&
		a.mask === b.mask &&
		left.length === right.length &&
		left.every((item, i) => {
			const other = right[i];
			return other !== undefined && item.name === other.name && same(item, other);
		})
	);
}

/** A value in one word. */
function word(n: ValueNode): string {
	if (n.kind === "null") return "null";
	if ((n.items?.length ?? 0) > 0) return n.kind === "list" ? "[…]" : "{…}";
	return n.value ?? n.kind;
}

/** The leaves that differ, each with the names that lead to it; undefined when the two are not of one form or too large. */
export function changesOf(before: ValueNode, after: ValueNode): readonly Change[] | undefined {
	if (!alike(before, after) || nodes(before) > most || nodes(after) > most) return undefined;
	const out: Change[] = [];
	const walk = (a: ValueNode, b: ValueNode, path: string) => {
		if (same(a, b)) return;
		if (!alike(a, b)) {
			out.push({ path, before: word(a), after: word(b) });
			return;
		}
		for (const [i, item] of (a.items ?? []).entries()) {
			const other = b.items?.[i];
			const name = item.name ?? String(i);
			if (other !== undefined) walk(item, other, path === "" ? name : `${path}.${name}`);
		}
	};
	walk(before, after, "");
	return out;
}

/** One tree of both: where they differ a leaf says what it was and what it is. It has no bytes of its own. */
export function changeTree(before: ValueNode, after: ValueNode): ValueNode | undefined {
	if (nodes(before) > most || nodes(after) > most) return undefined;
	const { value: _value, items: _items, off: _off, len: _len, ...rest } = after;
	const plain = { ...rest, off: 0, len: 0 };
	if (alike(before, after)) {
		const items = (after.items ?? []).map((item, i) => {
			const was = before.items?.[i];
			return was === undefined ? item : (changeTree(was, item) ?? item);
		});
		return { ...plain, items };
	}
	if (same(before, after)) return { ...plain, ...(after.value === undefined ? {} : { value: after.value }), ...placed(after) };
	if ((before.items?.length ?? 0) === 0 && (after.items?.length ?? 0) === 0) {
		return { ...plain, kind: "changed", value: `${word(before)} → ${word(after)}` };
	}
	return { ...plain, kind: "object", items: [named(before, "before"), named(after, "after")] };
}

function placed(n: ValueNode): { readonly items?: readonly ValueNode[] } {
	return n.items === undefined ? {} : { items: n.items.map(unplaced) };
}

function unplaced(n: ValueNode): ValueNode {
	return { ...n, off: 0, len: 0, ...placed(n) };
}

function named(n: ValueNode, name: string): ValueNode {
	return { ...unplaced(n), name };
}

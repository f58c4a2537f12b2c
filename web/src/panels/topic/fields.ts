/** Which fields of values are worth a column: those that most of the first records have, that are no lists, and that the key does not say. */
import type { TopicRecord } from "../../api/topic";
import type { ValueNode, View } from "../../api/view";

/** So many of the first records are looked at, and so many fields get a column. */
const looked = 30;
const most = 4;

/** The value at a path of names: customer.email. */
export function fieldOf(view: View, path: string): ValueNode | undefined {
	let node: ValueNode | undefined = view.node;
	for (const name of path.split(".")) node = node?.kind === "object" ? node.items?.find((n) => n.name === name) : undefined;
	return node;
}

/** Paths to single values, down to one object inside another. */
function leaves(node: ValueNode, prefix: string, depth: number): readonly string[] {
	return (node.items ?? []).flatMap((n) => {
		if (n.name === undefined || n.name.includes(".")) return [];
		const path = prefix === "" ? n.name : `${prefix}.${n.name}`;
		if (n.kind === "object") return depth > 0 ? leaves(n, path, depth - 1) : [];
		return n.items === undefined && n.kind !== "opaque" && n.kind !== "cut" ? [path] : [];
	});
}

/** What a record's key says already, when it is a text. */
function isKey(r: TopicRecord, path: string): boolean {
	const key = r.key?.node;
	const value = fieldOf(r.value, path);
	return key !== undefined && key.items === undefined && value?.value === key.value;
}

/** Fields that at least half of the records have, in the order of the values. A field with a mask is there as well: equal tokens mean equal values. */
export function fieldsOf(rows: readonly TopicRecord[]): readonly string[] {
	const counts = new Map<string, number>();
	const some = rows.slice(0, looked);
	for (const r of some) {
		const root = r.value.node;
		if (root?.kind !== "object") continue;
		for (const path of new Set(leaves(root, "", 1))) counts.set(path, (counts.get(path) ?? 0) + 1);
	}
	return [...counts]
		.filter(([path, n]) => n * 2 >= some.length && !some.every((r) => isKey(r, path)))
		.map(([path]) => path)
		.slice(0, most);
}

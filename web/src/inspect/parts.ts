/** The values that something holds, each with its name, as the panes of decoded values and bytes show them. */
import type { Header } from "../api/event";
import type { ValueNode, View } from "../api/view";

export type Part = {
	readonly id: string;
	readonly word: string;
	readonly view?: View;
	readonly tree?: ValueNode;
	/** The record that the value is of, when it is not the event's own. */
	readonly name?: string;
};

/** One part, or none where there is no value. */
export function partOf(id: string, word: string, view: View | undefined, name?: string): readonly Part[] {
	if (view === undefined) return [];
	return [{ id, word, view, ...(view.node === undefined ? {} : { tree: view.node }), ...(name === undefined ? {} : { name }) }];
}

export function headersPart(headers: readonly Header[] | undefined): readonly Part[] {
	const list = headers ?? [];
	if (list.length === 0) return [];
	const items = list.map((h): ValueNode => {
		const node = h.value?.node;
		// Bytes of headers lie apart from those of the value: no range is claimed.
		if (node === undefined)
			return { name: h.name, kind: h.value === undefined ? "null" : "string", value: h.value?.text ?? "", off: 0, len: 0 };
		return { ...withoutPlaces(node), name: h.name };
	});
	return [{ id: "headers", word: `headers ${list.length}`, tree: { kind: "object", items, off: 0, len: 0 } }];
}

function withoutPlaces(n: ValueNode): ValueNode {
	return { ...n, off: 0, len: 0, ...(n.items === undefined ? {} : { items: n.items.map(withoutPlaces) }) };
}

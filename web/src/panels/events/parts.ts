/** The values that an event holds, each with its name: value, key, headers, what came in. */
import type { Event, Moment } from "../../api/event";
import type { ValueNode, View } from "../../api/view";
import { isRecord } from "../../base/decode";
import { changeTree } from "../../timeline/valueChanges";
import { changedTree, isUpdate } from "./updates";

export type Part = {
	readonly id: string;
	readonly word: string;
	readonly view?: View;
	readonly tree?: ValueNode;
	/** The record that the value is of, when it is not the event's own. */
	readonly name?: string;
};

function partOf(id: string, word: string, view: View | undefined, name?: string): readonly Part[] {
	if (view === undefined) return [];
	return [{ id, word, view, ...(view.node === undefined ? {} : { tree: view.node }), ...(name === undefined ? {} : { name }) }];
}

/** The values of an event. One that has none of its own shows what came in at its position. */
export function partsOf(e: Event, m: Moment | undefined): readonly Part[] {
	const own = [
		...updateOf(e),
		...partOf("value", "value", e.view),
		...stateOf(e),
		...partOf("key", "key", e.key),
		...headers(e),
		...bodyOf(e),
	];
	if (e.view !== undefined || e.state !== undefined || m === undefined) return own;
	const input = m.input;
	const came = input === undefined || input.cursor === e.cursor ? [] : partOf("input", "came in", input.view, input.kafka ?? input.element);
	const went = m.outputs
		.slice(0, 1)
		.flatMap((o) => (o.cursor === e.cursor ? [] : partOf("output", "went out", o.view, o.kafka ?? o.element)));
	return [...own, ...came, ...went];
}

/** Of an access to state: what it changed, what was there and is, and where. */
function stateOf(e: Event): readonly Part[] {
	const s = e.state;
	if (s === undefined) return [];
	const before = s.before?.node;
	const after = s.after?.node;
	const tree = before === undefined || after === undefined ? undefined : changeTree(before, after);
	const name = s.name === "" ? undefined : s.name;
	return [
		...(tree === undefined ? [] : [{ id: "change", word: "change", tree, ...(name === undefined ? {} : { name }) }]),
		...partOf("after", s.before === undefined ? "value" : "after", s.after, name),
		...partOf("before", "before", s.before, name),
		...partOf("mapkey", "map key", s.map_key, name),
		...(s.namespace?.node?.kind === "null" ? [] : partOf("namespace", "window", s.namespace, name)),
	];
}

function updateOf(e: Event): readonly Part[] {
	const fields = isUpdate(e) ? (e.change?.fields ?? []) : [];
	return fields.length === 0 ? [] : [{ id: "change", word: "what changed", tree: changedTree(fields) }];
}

function headers(e: Event): readonly Part[] {
	const list = e.headers ?? [];
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

function bodyOf(e: Event): readonly Part[] {
	if (e.body === undefined) return [];
	return [{ id: "body", word: "body", tree: jsonTree(e.body) }];
}

/** A JSON value as a tree without bytes. */
export function jsonTree(value: unknown, name?: string): ValueNode {
	const base = { ...(name === undefined ? {} : { name }), off: 0, len: 0 };
	if (value === null || value === undefined) return { ...base, kind: "null" };
	if (Array.isArray(value)) return { ...base, kind: "list", items: value.map((v) => jsonTree(v)) };
	if (isRecord(value)) return { ...base, kind: "object", items: Object.entries(value).map(([k, v]) => jsonTree(v, k)) };
	if (typeof value === "string") return { ...base, kind: "string", value };
	return { ...base, kind: typeof value === "boolean" ? "bool" : Number.isInteger(value) ? "int" : "float", value: String(value) };
}

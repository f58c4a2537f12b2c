/** The values that an event holds, each with its name: value, key, headers, what came in. */
import type { Event, Moment } from "../../api/event";
import type { ValueNode } from "../../api/view";
import { isRecord } from "../../base/decode";
import { headersPart, type Part, partOf } from "../../inspect/parts";
import { changeTree } from "../../timeline/valueChanges";
import { changedTree, isUpdate } from "./updates";

/** The values of an event. One that has none of its own shows what came in at its position. */
export function partsOf(e: Event, m: Moment | undefined): readonly Part[] {
	const own = [
		...updateOf(e),
		...partOf("value", "value", e.view),
		...stateOf(e),
		...partOf("key", "key", e.key),
		...headersPart(e.headers),
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

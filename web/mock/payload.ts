/** Views of made-up payload, with the place of every field in the bytes. */
import type { Node, View } from "../src/api/schema";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const encoder = new TextEncoder();

/** Writes JSON and notes where each value stands. */
function encode(value: Json): { readonly text: string; readonly node: Node } {
	let text = "";
	let at = 0;
	const put = (s: string) => {
		text += s;
		at += encoder.encode(s).length;
	};
	const walk = (v: Json, name: string | undefined): Node => {
		const off = at;
		const named = name === undefined ? {} : { name };
		const leaf = (kind: string, written: string, shown: string): Node => {
			put(written);
			return { ...named, kind, value: shown, off, len: at - off };
		};
		if (v === null) {
			put("null");
			return { ...named, kind: "null", off, len: 4 };
		}
		if (typeof v === "string") return leaf("string", JSON.stringify(v), v);
		if (typeof v === "boolean") return leaf("bool", String(v), String(v));
		if (typeof v === "number") return leaf(Number.isInteger(v) ? "int" : "float", String(v), String(v));
		const items: Node[] = [];
		if (Array.isArray(v)) {
			put("[");
			v.forEach((item: Json, i) => {
				if (i > 0) put(",");
				items.push(walk(item, undefined));
			});
			put("]");
			return { ...named, kind: "list", items, off, len: at - off };
		}
		put("{");
		Object.entries(v as { readonly [key: string]: Json }).forEach(([key, item], i) => {
			if (i > 0) put(",");
			put(`${JSON.stringify(key)}:`);
			items.push(walk(item, key));
		});
		put("}");
		return { ...named, kind: "object", items, off, len: at - off };
	};
	return { node: walk(value, undefined), text };
}

function base64(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes));
}

function oneLine(v: Json): string {
	if (Array.isArray(v)) return `[${v.map((x: Json) => oneLine(x)).join(", ")}]`;
	if (typeof v === "object" && v !== null) {
		return `{${Object.entries(v)
			.map(([k, x]) => `${k}: ${oneLine(x as Json)}`)
			.join(", ")}}`;
	}
	return JSON.stringify(v);
}

export function jsonView(value: Json): View {
	const { text, node } = encode(value);
	const bytes = encoder.encode(text);
	const line = oneLine(value);
	return {
		format: "json",
		type: "",
		size: bytes.length,
		text: line.length > 160 ? `${line.slice(0, 159)}…` : line,
		node,
		bytes: base64(bytes),
		masked: [],
	};
}

/** A value as Flink's serializers write it; the bytes are made up, the places in them are right. */
export function flinkView(type: string, value: { readonly [key: string]: string | number | boolean | null }): View {
	const parts: Uint8Array[] = [new Uint8Array([0])];
	let off = 1;
	const items: Node[] = Object.entries(value).map(([name, v]) => {
		let bytes: Uint8Array;
		let node: Node;
		if (typeof v === "string") {
			const raw = encoder.encode(v);
			bytes = new Uint8Array([0, raw.length + 1, ...raw]);
			node = { name, kind: "string", type: "java.lang.String", value: v, off, len: bytes.length };
		} else if (typeof v === "number") {
			bytes = new Uint8Array(9);
			new DataView(bytes.buffer).setBigInt64(1, BigInt(Math.trunc(v)));
			node = { name, kind: "int", type: "long", value: String(v), off, len: 9 };
		} else {
			bytes = new Uint8Array([v === null ? 1 : 0]);
			node = { name, kind: v === null ? "null" : "bool", off, len: 1, ...(v === null ? {} : { value: String(v) }) };
		}
		parts.push(bytes);
		off += bytes.length;
		return node;
	});
	const all = new Uint8Array(parts.flatMap((p) => [...p]));
	return {
		format: "flink",
		type,
		size: all.length,
		text: `{${Object.entries(value)
			.map(([k, v]) => `${k}: ${typeof v === "string" ? JSON.stringify(v) : String(v)}`)
			.join(", ")}}`,
		node: { kind: "object", type, items, off: 0, len: all.length },
		bytes: base64(all),
		masked: [],
	};
}

export function textView(text: string): View {
	const bytes = encoder.encode(text);
	return {
		format: "text",
		type: "",
		size: bytes.length,
		text: JSON.stringify(text),
		node: { kind: "string", value: text, off: 0, len: bytes.length },
		bytes: base64(bytes),
		masked: [],
	};
}

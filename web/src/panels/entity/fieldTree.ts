/** Fields of a stream as a tree whose rows stand one under the other. */
import type { Field } from "../../api/catalog";

export type FieldRow = {
	readonly field: Field;
	/** As evidence spells it: paths of keys begin with "key:". */
	readonly spelled: string;
	/** How many of its parents are in the list. */
	readonly depth: number;
	/** The path behind that of its nearest parent. */
	readonly name: string;
};

export function spelledPath(f: Field): string {
	return f.part === "key" ? `key:${f.path}` : f.path;
}

/** Rows in the order of the list, in which parents stand before their children. */
export function fieldRows(fields: readonly Field[]): readonly FieldRow[] {
	const around: FieldRow[] = [];
	return fields.map((field) => {
		const inside = (p: FieldRow) =>
			p.field.part === field.part && /^[.[{]/.test(field.path.slice(p.field.path.length)) && field.path.startsWith(p.field.path);
		while (around.length > 0 && !inside(around[around.length - 1] as FieldRow)) around.pop();
		const parent = around.at(-1);
		const name = parent === undefined ? field.path : field.path.slice(parent.field.path.length).replace(/^\./, "");
		const row = { field, spelled: spelledPath(field), depth: around.length, name };
		around.push(row);
		return row;
	});
}

/** Rows that have a word in path, type, class, tags, rule or doc; with them their parents, so that the tree holds together. */
export function filterRows(rows: readonly FieldRow[], filter: string): readonly FieldRow[] {
	const words = filter
		.toLowerCase()
		.split(/\s+/)
		.filter((w) => w !== "");
	if (words.length === 0) return rows;
	const fits = ({ field: f, spelled }: FieldRow) => {
		const text = [spelled, f.type, f.class, f.mask, f.rule, f.doc, ...f.tags].join(" ").toLowerCase();
		return words.every((w) => text.includes(w));
	};
	const keep = new Set<FieldRow>();
	const around: FieldRow[] = [];
	for (const row of rows) {
		around.length = row.depth;
		around.push(row);
		if (fits(row)) for (const one of around) keep.add(one);
	}
	return rows.filter((r) => keep.has(r));
}

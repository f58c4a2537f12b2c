/** The two halves of an update, which the server names to each other, as one row. */
import type { ChangedField, Event } from "../../api/event";
import type { ValueNode } from "../../api/view";

/** Leaves a half out whose other half stands beside it and comes after it in time: that one shows what changed. */
export function foldUpdates(items: readonly Event[]): readonly Event[] {
	return items.filter((e, i) => {
		if (e.change?.kind !== "-U" || e.change.other === undefined) return true;
		const { other } = e.change;
		return items[i + 1]?.element !== other && items[i - 1]?.element !== other;
	});
}

/** Whether the event shows an update with both of its halves. */
export function isUpdate(e: Event): boolean {
	return e.change?.kind === "+U" && e.change.other !== undefined;
}

function side(name: string, n: ValueNode): ValueNode {
	return { ...withoutPlace(n), name };
}

function withoutPlace(n: ValueNode): ValueNode {
	return { ...n, off: 0, len: 0, ...(n.items === undefined ? {} : { items: n.items.map(withoutPlace) }) };
}

/** What an update changed, as a tree: each field with its value before and after. */
export function changedTree(fields: readonly ChangedField[]): ValueNode {
	return {
		kind: "object",
		off: 0,
		len: 0,
		items: fields.map((f) => ({
			name: f.name,
			kind: "object",
			off: 0,
			len: 0,
			...(f.masked === true ? { reason: "hidden: it may have changed or not" } : {}),
			items: [side("before", f.before), side("after", f.after)],
		})),
	};
}

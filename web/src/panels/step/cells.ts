/** What one invocation found of the state of its key, has of it at a line, and leaves. */
import type { Event } from "../../api/event";
import type { View } from "../../api/view";
import type { EventTime } from "../../base/time";

/** A value of a state; without a view the words say what is there. */
export type CellValue = { readonly view?: View; readonly words: string; readonly until?: EventTime };

export type Cell = {
	readonly id: string;
	readonly op: string;
	readonly name: string;
	readonly mapKey: View | undefined;
	readonly ttl: bigint;
	/** Before the invocation, at the line, behind the invocation. */
	readonly before: CellValue;
	readonly now: CellValue;
	readonly after: CellValue;
	/** Something was done with it before the line. */
	readonly touched: boolean;
};

const unknown: CellValue = { words: "not known: nothing read it" };
const nothing: CellValue = { words: "nothing is there" };

function isAccess(e: Event): boolean {
	return e.state !== undefined && e.lane === "state";
}

function keyOf(e: Event): string | undefined {
	return (e.state?.key ?? e.key)?.text;
}

/** The key that the invocation worked under: that of what it read or wrote. What was found expired may be of any key. */
export function currentKey(steps: readonly Event[]): View | undefined {
	const own = steps.find((e) => isAccess(e) && e.kind !== "state-expired") ?? steps.find((e) => e.key !== undefined && !isAccess(e));
	return own?.state?.key ?? own?.key;
}

/** A value, and how long it may be seen. */
function shown(view: View | undefined, until?: EventTime): CellValue | undefined {
	return view === undefined ? undefined : { view, words: view.text, ...(until === undefined ? {} : { until }) };
}

/** What was there when the access began; undefined: it does not say. */
function found(e: Event): CellValue | undefined {
	if (e.kind === "state-read") return left(e);
	return shown(e.state?.before, e.kind === "state-expired" ? e.state?.expires : undefined);
}

/** What is there behind the access. */
function left(e: Event): CellValue | undefined {
	switch (e.kind) {
		case "state-cleared":
		case "state-expired":
			return nothing;
		case "state-read":
			// Of what has no value the event's own words say what the job saw.
			return shown(e.state?.after, e.state?.expires) ?? { words: e.text.replace(/^read [^:]*: /, "") };
		default:
			return shown(e.state?.after, e.state?.expires);
	}
}

/** The states of the invocation's key, as its steps tell; so many of them are over. */
export function cellsOf(steps: readonly Event[], done: number): readonly Cell[] {
	const key = currentKey(steps)?.text;
	const cells = new Map<string, Cell>();
	for (const [i, e] of steps.entries()) {
		const s = e.state;
		if (s === undefined || !isAccess(e) || (keyOf(e) ?? key) !== key) continue;
		const id = `${e.op} ${s.name} ${s.map_key?.text ?? ""}`;
		const then = left(e) ?? { words: e.text };
		const begun = found(e);
		const cell = cells.get(id) ?? {
			id,
			op: e.op_name,
			name: s.name,
			mapKey: s.map_key,
			ttl: s.ttl_ms,
			before: begun ?? unknown,
			now: begun ?? unknown,
			after: then,
			touched: false,
		};
		cells.set(id, i < done ? { ...cell, now: then, after: then, touched: true } : { ...cell, after: then });
	}
	return [...cells.values()];
}

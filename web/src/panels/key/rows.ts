/** What happened under a key as one list: each invocation gives what came in, what it did and what went out. Pure. */
import type { Event } from "../../api/event";
import type { KeyVisit } from "../../api/key";
import type { WallTime } from "../../base/time";
import { lookOf } from "../../timeline/kinds";

export type RowKind = "record" | "state" | "timer" | "drop";

export const rowKinds: readonly { readonly kind: RowKind; readonly word: string }[] = [
	{ kind: "record", word: "Records" },
	{ kind: "state", word: "State" },
	{ kind: "timer", word: "Timers and windows" },
	{ kind: "drop", word: "Drops" },
];

export type Row = {
	/** Unique in the list: the invocation, what it has to do with it, the event's own cursor. */
	readonly id: string;
	readonly kind: RowKind;
	readonly part: "in" | "did" | "out";
	readonly time: WallTime;
	readonly visit: KeyVisit;
	readonly event: Event;
	/** The first row of its invocation. */
	readonly first: boolean;
};

export function kindOf(e: Event): RowKind {
	if (e.kind === "dropped") return "drop";
	if (e.lane === "state") return "state";
	if (/^(timer|window)-/.test(e.kind) || e.kind === "event-timer" || e.kind === "processing-timer") return "timer";
	return "record";
}

/** The rows of the wanted kinds, in order; no kind: all. */
export function rowsOf(visits: readonly KeyVisit[], wanted: readonly RowKind[]): readonly Row[] {
	const out: Row[] = [];
	for (const visit of visits) {
		let first = true;
		const put = (part: Row["part"], event: Event) => {
			const kind = kindOf(event);
			if (wanted.length > 0 && !wanted.includes(kind)) return;
			out.push({ id: `${visit.position}:${part}:${event.cursor}`, kind, part, time: visit.time, visit, event, first });
			first = false;
		};
		// What a timer or a callback is stands in its own row; of a record, the record itself.
		if (visit.input !== undefined) put("in", visit.input);
		else if (visit.invocation !== undefined) put("in", visit.invocation);
		for (const e of visit.steps) put("did", e);
		for (const e of [...visit.outputs, ...visit.writes]) put("out", e);
	}
	return out;
}

export function wordOf(row: Row): string {
	if (row.event.kind === "record" && row.part === "in") return "record in";
	return lookOf(row.event.kind).word;
}

/** Kinds as they stand in an address: "state,drop". Unknown ones are left out. */
export function readKinds(text: string | undefined): readonly RowKind[] {
	const known = rowKinds.map((k) => k.kind as string);
	return (text ?? "").split(",").filter((k): k is RowKind => known.includes(k));
}

export function writeKinds(kinds: readonly RowKind[]): string | undefined {
	return kinds.length === 0 ? undefined : rowKinds.flatMap((k) => (kinds.includes(k.kind) ? [k.kind] : [])).join(",");
}

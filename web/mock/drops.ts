/** Records that operators of the made-up jobs threw away. */
import type { DropCount, DropReport } from "../src/api/schema";
import { graph } from "./jobs.ts";

/** Of the operators' sums: each is of subtask 0. */
export function drops(id: string, now: number): DropReport {
	const items = graph(id, now).vertices.flatMap((v) =>
		v.operators.flatMap((o) =>
			o.drops.map((d): DropCount => ({ op: o.slug, op_name: o.name, vertex: v.id, task: v.name, subtask: 0, ...d })),
		),
	);
	const sum = (kept: boolean) => String(items.filter((d) => d.kept === kept).reduce((n, d) => n + BigInt(d.count), 0n));
	return { kind: "Drop", version: 1, items, told: true, lost: sum(false), kept: sum(true) };
}

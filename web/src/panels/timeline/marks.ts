/** Moments that concern the whole job: checkpoints, restarts, exceptions. */
import type { JobDetail } from "../../api/job";
import { count, duration, written } from "../../base/quantity";
import { millisOf, type WallTime } from "../../base/time";

export type Mark = {
	readonly kind: "checkpoint" | "restart" | "exception";
	readonly bad: boolean;
	readonly at: WallTime;
	readonly word: string;
	/** Where to look: a position, when there is one. */
	readonly position?: string;
	/** Of which checkpoint it is. */
	readonly checkpoint?: string;
};

export function marksOf(job: JobDetail): readonly Mark[] {
	const marks: Mark[] = [];
	for (const c of job.checkpoints) {
		const at = c.completed ?? c.triggered;
		if (at === undefined) continue;
		const how = c.state === "completed" ? `took ${written(duration(Number(c.duration_ms)))}` : c.state;
		marks.push({ kind: "checkpoint", bad: c.state === "failed", at, word: `checkpoint ${count(c.id)} ${how}`, checkpoint: String(c.id) });
	}
	// All subtasks of a restart begin within a moment: one mark for each beginning.
	let last: number | undefined;
	const begun = job.attempts.filter((a) => a.attempt > 0 && a.started !== undefined).map((a) => a.started as WallTime);
	for (const at of begun.sort((a, b) => (a < b ? -1 : 1))) {
		if (last === undefined || millisOf(at) - last > 2_000) marks.push({ kind: "restart", bad: true, at, word: "tasks restarted" });
		last = millisOf(at);
	}
	for (const e of job.exceptions) {
		const position = e.position === undefined ? {} : { position: e.position };
		marks.push({ kind: "exception", bad: true, at: e.time, word: `${e.class} in ${e.op_name || e.task} ${e.subtask}`, ...position });
	}
	return marks.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** At most one mark for every three pixels; a bad one is never left out for a good one. */
export function apart<T extends Mark>(marks: readonly T[], x: (m: T) => number): readonly T[] {
	const out: T[] = [];
	for (const m of marks) {
		const before = out.at(-1);
		if (before === undefined || x(m) - x(before) >= 3) out.push(m);
		else if (m.bad && !before.bad) out[out.length - 1] = m;
	}
	return out;
}

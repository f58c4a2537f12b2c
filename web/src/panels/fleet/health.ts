/** Which jobs need a look, and why: the worst first. */

import type { Job } from "../../api/job";
import { hasEnded, isRestarting } from "../../api/live";
import { duration, plural, written } from "../../base/quantity";
import { link } from "../../model/address";
import { writeFilter } from "../../model/filter";
import type { IconName } from "../../widgets/Icon";

export type Health = "failed" | "look" | "running" | "ended";

export type Reason = {
	readonly job: Job;
	readonly tone: "drop" | "late";
	readonly icon: IconName;
	readonly title: string;
	readonly about: string;
	/** The screen that says more. */
	readonly href: string;
};

/** The records that a job's operators threw away. */
export function droppedLink(rec: string): string {
	return link({ screen: "events", rec }, { filter: writeFilter({ kinds: ["dropped"] }) });
}

/** A watermark that is further behind than this needs a look. */
const lateAfterMs = 60_000n;

export function reasons(job: Job): readonly Reason[] {
	const out: Reason[] = [];
	const graph = (tab?: string) => link({ screen: "graph", job: job.id }, tab === undefined ? {} : { tab });
	const add = (tone: Reason["tone"], icon: IconName, title: string, about: string, href: string) =>
		out.push({ job, tone, icon, title, about, href });
	if (job.state === "failed") add("drop", "failed", "Failed", "the job has ended with an exception", graph("exceptions"));
	if (isRestarting(job)) add("drop", "restart", "Restarting", `now ${job.flink_state}`, graph("exceptions"));
	if (job.drops !== undefined && job.drops > 0n)
		add("drop", "dropped", `${plural(job.drops, "record")} dropped`, "late, duplicate or not readable", droppedLink(job.id));
	if (job.gaps > 0) {
		const lost = job.cost.lost === 0n ? "length not known" : `${plural(job.cost.lost, "event")} not recorded`;
		add("late", "gap", plural(job.gaps, "gap"), lost, link({ screen: "gaps", rec: job.id }));
	}
	if (!hasEnded(job.state)) {
		if (job.attempts_restarted > 0) {
			add("late", "restart", `${plural(job.attempts_restarted, "attempt")} restarted`, "subtasks that began again", graph("exceptions"));
		}
		if (job.watermark_lag_ms !== undefined && job.watermark_lag_ms > lateAfterMs) {
			const behind = written(duration(Number(job.watermark_lag_ms)));
			add("late", "watermark", "Watermark is behind", `${behind} behind the wall clock`, graph());
		}
		if (job.agents === 0)
			add("late", "agent", "No agent connected", "what happens now is not recorded, or comes later", link({ screen: "agents" }));
	}
	for (const problem of job.problems) add("late", "warning", "Recording has a problem", problem, graph());
	return out;
}

export function healthOf(job: Job): Health {
	if (job.state === "failed" || isRestarting(job)) return "failed";
	if (reasons(job).length > 0) return "look";
	return hasEnded(job.state) || job.state === "last-seen" ? "ended" : "running";
}

const rank: Readonly<Record<Health, number>> = { failed: 0, look: 1, running: 2, ended: 3 };

/** Worst first, then the busiest. */
export function worstFirst(jobs: readonly Job[]): readonly Job[] {
	return [...jobs].sort((a, b) => rank[healthOf(a)] - rank[healthOf(b)] || b.in_per_s - a.in_per_s || a.name.localeCompare(b.name));
}

export const healthLook: Readonly<Record<Health, { readonly icon: IconName; readonly tone: string; readonly word: string }>> = {
	failed: { icon: "failed", tone: "c-drop", word: "failed or restarting" },
	look: { icon: "warning", tone: "c-late", word: "needs a look" },
	running: { icon: "running", tone: "c-ok", word: "running" },
	ended: { icon: "wait", tone: "dim", word: "ended" },
};

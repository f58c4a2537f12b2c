/** What states of processes and hooks are called and how they look. */
import type { Hook, Process } from "../../api/process";
import type { IconName } from "../../widgets/Icon";

export type Look = { readonly icon: IconName; readonly tone: string; readonly word: string; readonly about: string };

const hookLooks: Readonly<Record<string, Look>> = {
	fired: { icon: "ok", tone: "c-ok", word: "fired", about: "in place, and it has seen something" },
	installed: { icon: "minus", tone: "mid", word: "installed", about: "in place; nothing has come through it yet" },
	waiting: { icon: "wait", tone: "dim", word: "waiting", about: "its class was not loaded in this process yet" },
	missing: { icon: "warning", tone: "c-drop", word: "missing", about: "its class has another shape here: what it records is absent" },
	failed: { icon: "failed", tone: "c-drop", word: "failed", about: "it threw, and is off: the job goes on, what it records is absent" },
};

export function hookLook(state: string): Look {
	return hookLooks[state] ?? { icon: "unknown", tone: "dim", word: state, about: "a state that this page does not know" };
}

const hookOrder = ["failed", "missing", "waiting", "installed", "fired"];

/** Whether what a hook records is absent: it did not fit, or it failed. */
function isAbsent(h: Hook): boolean {
	return h.state === "missing" || h.state === "failed";
}

/** What needs a look first; within a state by name. */
export function worstHooksFirst(hooks: readonly Hook[]): readonly Hook[] {
	const rank = (h: Hook) => (isAbsent(h) ? 0 : 1);
	return [...hooks].sort((a, b) => rank(a) - rank(b));
}

export function hookRank(h: Hook): number {
	return hookOrder.indexOf(h.state);
}

export function missingHooks(p: Process): number {
	return p.hooks.filter(isAbsent).length;
}

export function processLook(p: Process): Look {
	if (p.off) return { icon: "failed", tone: "c-drop", word: "switched off", about: "it records nothing" };
	if (!p.connected) return { icon: "wait", tone: "dim", word: "not connected", about: "it ended, or cannot reach the server" };
	if (p.counters.lost_events > 0n || p.counters.errors > 0n || missingHooks(p) > 0) {
		return { icon: "warning", tone: "c-late", word: "records, not all", about: "something is missing from what it records" };
	}
	return { icon: "running", tone: "c-ok", word: "records", about: "every hook that is needed is in place and nothing was lost" };
}

const rank: Readonly<Record<string, number>> = { "switched off": 0, "records, not all": 1, records: 2, "not connected": 3 };

/** What needs a look first; ended ones last. */
export function worstProcessesFirst(list: readonly Process[]): readonly Process[] {
	return [...list].sort(
		(a, b) =>
			(rank[processLook(a).word] ?? 0) - (rank[processLook(b).word] ?? 0) ||
			a.role.localeCompare(b.role) ||
			a.host.localeCompare(b.host) ||
			a.pid - b.pid,
	);
}

const roles: Readonly<Record<string, string>> = { taskmanager: "TaskManager", jobmanager: "JobManager" };

export function roleName(role: string): string {
	return roles[role] ?? role;
}

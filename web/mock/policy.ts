/** The recording policy of the made-up server. It is never changed: what is put in force is forgotten. */
import type { EffectivePolicy, LevelChange, PolicyReport, RecordingPolicy } from "../src/api/schema.ts";
import { rfc3339 } from "./draw.ts";
import { began, graph, job, orderTotals, processes } from "./jobs.ts";

const text = `level: flight
rules:
  - {job: order-*, operator: drop-duplicates, level: trace, sample: {take: 1, of: 50}}
  - {topic: customers, payload: hashed}
triggers:
  - {on: drop, operator: drop-duplicates, for: 5m}
budgets: {cpu: 5%, bytes: 4MiB/s}
`;

export function levelChange(now: number): LevelChange {
	return {
		id: "7",
		recording: orderTotals,
		job: "order-totals",
		at: rfc3339(now - 60e6),
		until: rfc3339(now + 240e6),
		trigger: "drop",
		on: "drop",
		cause: "dropped duplicate at drop-duplicates",
		position: "drop-duplicates.1.0.3001",
		operators: [{ operator: "convert to euro", from: "flight", to: "trace" }],
		lookback: true,
		again: "12",
	};
}

export function recordingPolicy(now: number): RecordingPolicy {
	return {
		version: "3",
		at: rfc3339(began),
		who: "local:ann",
		why: "less at night",
		text,
		file: "data/policy.yaml",
		told: "3.1",
		mistakes: [],
		changes: [levelChange(now)],
		triggers: [{ name: "drop", on: "drop", line: 6, operator: "drop-duplicates", level: "trace", for_s: "300", unclear: "0" }],
	};
}

export function policyReport(done: boolean): PolicyReport {
	return {
		mistakes: [],
		rules: 2,
		triggers: 1,
		moves: [{ job: "order-totals", operator: "convert to euro", from: "flight", to: "positions" }],
		warnings: [],
		...(done ? { version: "4" } : {}),
	};
}

export function effectivePolicy(id: string, now: number): EffectivePolicy {
	const change = levelChange(now);
	const raised = id === orderTotals;
	return {
		recording: id,
		job: job(id, now).name,
		told: "3.1",
		operators: graph(id, now).vertices.flatMap((v) =>
			v.operators.map((o): EffectivePolicy["operators"][number] => {
				const changed = raised && change.operators.some((c) => c.operator === o.name);
				const word = changed ? "trace" : "flight";
				return {
					vertex: v.id,
					op: o.slug,
					name: o.name,
					kind: o.kind,
					level: word,
					word,
					rule: changed ? "trigger drop" : "the default",
					...(changed ? { change } : {}),
					payload: "full",
					sample: "every key",
					lookback: false,
					logs: "info",
					applied: [{ word, level: word, version: "3.1", subtasks: v.subtasks.map((s) => s.subtask), since: rfc3339(now - 60e6) }],
					pending: false,
				};
			}),
		),
		agents: processes(now).map((p, i) => ({
			process: p.process,
			host: p.host,
			pid: p.pid,
			version: "3.1",
			state: "follows",
			...(i === 1 ? { reason: "cpu: trace lowered to flight" } : {}),
			tasks: p.policy.tasks,
			behind: 0,
		})),
	};
}

/** Made-up reports of who breaks. */
import type { ImpactRun } from "../src/api/schema";
import { rfc3339 } from "./draw.ts";

const minutes = 60_000_000;
const counts = { broken: 1, maybe: 1, unknown: 1, safe: 1 };

export function impactRun(now: number): ImpactRun {
	const evidence = (kind: string, source: string, detail: string) => ({ kind, source, detail, at: rfc3339(now - 3 * minutes) });
	const system = { kind: "service", role: "consumer" as const, fields_known: true, path: [], seen: rfc3339(now - minutes), evidence: [] };
	return {
		id: "imp-1",
		kind: "schema",
		title: "schema of orders-value",
		cluster: "prod",
		topic: "orders",
		state: "done",
		step: 0,
		steps: 0,
		by: "lea",
		began: rfc3339(now - 120 * minutes),
		ended: rfc3339(now - 119 * minutes),
		counts,
		proposal: { cluster: "prod", topic: "orders", subject: "orders-value", schema: '{"type":"record"}' },
		acks: [{ team: "team:data", decision: "agree", by: "tom", at: rfc3339(now - 60 * minutes) }],
		report: {
			owners: ["team:checkout"],
			profile: "confluent-8.3",
			registry: {
				subject: "orders-value",
				level: "BACKWARD",
				compatible: false,
				messages: ["READER_FIELD_MISSING_DEFAULT_VALUE at /fields/2"],
				version: 7,
			},
			changes: [
				{ kind: "removed", path: "customer.email", text: "customer.email is removed", advice: "give readers a default first" },
				{ kind: "changed", path: "amount", from: "decimal(10,2)", to: "decimal(12,2)", text: "amount is wider" },
			],
			data: {
				records: 1000,
				keyed: 1000,
				largest: "2048",
				fields: [
					{
						path: "customer.email",
						present: 1,
						not_null: 0.93,
						last_partition: 2,
						last_offset: "88140",
						last_time: rfc3339(now - minutes),
					},
				],
			},
			systems: [
				{
					...system,
					id: "service:crm-sync",
					name: "crm-sync",
					owners: ["team:crm"],
					verdict: "broken",
					why: "reads customer.email; its schema has no default",
					changes: [0],
					fields: ["customer.id", "customer.email"],
					evidence: [evidence("fields", "contract crm-sync", "declares 2 fields")],
					records: {
						of: 1000,
						converted: 0,
						failed: 1000,
						not_simulated: 0,
						first: [{ partition: 2, offset: "88000", path: "customer.email", reason: "no value and no default" }],
						reasons: [{ path: "customer.email", reason: "no value and no default", failed: true, records: 1000 }],
					},
					link: "/c/service%3Acrm-sync",
				},
				{
					...system,
					id: "job:order-totals",
					name: "order-totals",
					kind: "job",
					owners: ["team:data"],
					verdict: "maybe",
					why: "uses amount; decoding passes",
					changes: [1],
					fields: ["amount"],
				},
				{
					...system,
					id: "principal:stock",
					name: "stock-legacy",
					kind: "principal",
					owners: [],
					verdict: "unknown",
					why: "ACL only: field use not known",
					changes: [0, 1],
					fields_known: false,
					fields: [],
				},
				{
					...system,
					id: "job:returns",
					name: "returns-router",
					kind: "job",
					owners: ["team:checkout"],
					verdict: "safe",
					why: "uses none of the changed fields",
					changes: [],
					fields: ["id"],
				},
			],
			hidden: 0,
			plan: [{ who: "team:crm", text: "give customer.email a default in crm-sync" }],
			notes: ["1 reader has no schema that is known"],
		},
	};
}

export function runningImpact(now: number): ImpactRun {
	const { report: _, ended: __, ...rest } = impactRun(now);
	return {
		...rest,
		id: "imp-2",
		state: "running",
		phase: "trying records",
		step: 420,
		steps: 1000,
		counts: { broken: 0, maybe: 0, unknown: 0, safe: 0 },
		acks: [],
	};
}

/** Grants of made-up people. */
import type { Grant, GrantRule } from "../src/api/schema";

export const grantRules: readonly GrantRule[] = [
	{
		name: "orders-incident",
		clear: ["pii.contact", "pii.financial"],
		resources: ["cluster/prod/topic/orders"],
		seconds: "7200",
		usual: "3600",
		approve: true,
	},
	{
		name: "fraud-cover",
		clear: [],
		role: "fraud",
		resources: ["cluster/prod/topic/payments.*"],
		seconds: "3600",
		usual: "3600",
		approve: false,
	},
];

const common = { rule: "orders-incident", clear: ["pii.contact"], resources: ["cluster/prod/topic/orders"], seconds: "3600" };

export const grants: readonly Grant[] = [
	{
		...common,
		id: "5b0c9f41d2b75e10",
		principal: "oidc:x#bob",
		name: "Bob",
		reason: "INC-4712: mails bounce",
		asked: "2026-11-23T14:00:00.000000Z",
		state: "pending",
		yours: false,
		decide: true,
		end: true,
	},
	{
		...common,
		id: "3f0a9c41d2b75e10",
		principal: "local:ann",
		name: "ann",
		reason: "INC-4711: refunds fail",
		asked: "2026-11-23T13:50:00.000000Z",
		state: "in-force",
		began: "2026-11-23T13:55:00.000000Z",
		until: "2100-01-01T00:00:00.000000Z",
		approver: "local:lea",
		yours: true,
		decide: false,
		end: true,
	},
	{
		...common,
		id: "77e1b03c9a2f4d58",
		principal: "local:ann",
		name: "ann",
		reason: "INC-4000",
		asked: "2026-11-01T13:50:00.000000Z",
		state: "refused",
		over: "2026-11-01T13:55:00.000000Z",
		by: "local:lea",
		why: "ask for less",
		yours: true,
		decide: false,
		end: false,
	},
];

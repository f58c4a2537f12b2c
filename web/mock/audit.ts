/** What the made-up server has written down: reads, a refusal, a change, and one that was cut short. */
import type { AuditEntry, AuditEntryList, AuditStatus } from "../src/api/schema";
import { orderTotals } from "./jobs.ts";

const hash = (n: number) => n.toString(16).padStart(64, "0");

function entry(seq: number, of: Partial<AuditEntry>): AuditEntry {
	return {
		seq: String(seq),
		time: `2026-11-23T14:${String(Math.floor(seq / 60)).padStart(2, "0")}:${String(seq % 60).padStart(2, "0")}.120000Z`,
		phase: "intent",
		principal: "local:ann",
		roles: ["owner"],
		client: "127.0.0.1:50112",
		action: "job:read",
		resource: `recording/${orderTotals}`,
		ranges: [],
		outcome: "ok",
		records: "0",
		classes: [],
		policy: "clear",
		hash: hash(seq),
		prev_hash: hash(seq - 1),
		...of,
	};
}

export const auditEntries: readonly AuditEntry[] = [
	entry(140, { action: "audit:read", resource: "audit/log", ranges: ["page of at most 100"], outcome: "open" }),
	entry(131, {
		principal: "local:bob",
		roles: ["reader"],
		ranges: ["2026-11-23T14:01:00Z to 2026-11-23T14:02:00Z"],
		filter: "value.amount > int && key == string",
		records: "57",
		classes: ["pii_contact", "pii_id"],
		ended: "2026-11-23T14:02:11.480000Z",
		result: "132",
	}),
	entry(120, {
		principal: "local:eve",
		phase: "event",
		roles: ["guest"],
		action: "recording:export",
		ranges: ["route export-parquet"],
		outcome: "denied",
		reason: "no role of local:eve allows recording:export on this recording",
	}),
	entry(101, {
		action: "recording:pin",
		ranges: ["pin for incident, from -15m to the end"],
		reason: "ticket 4711",
		ended: "2026-11-23T14:01:41.300000Z",
		result: "102",
	}),
	entry(90, {
		action: "audit:read",
		resource: "audit/log",
		ranges: ["page of at most 100", "who bob"],
		records: "3",
		ended: "2026-11-23T14:01:30.140000Z",
		result: "91",
	}),
	entry(1, {
		phase: "file",
		principal: "local:server",
		roles: [],
		client: "local",
		action: "audit:file",
		resource: "audit/log",
		ranges: ["file 1"],
	}),
];

export function auditPage(q: URLSearchParams, empty = false): AuditEntryList {
	const has = (text: string, name: string) => text.includes(q.get(name) ?? "");
	const items = auditEntries.filter(
		(e) => has(e.principal, "who") && has(e.resource, "resource") && has(e.action, "action") && has(e.outcome, "outcome"),
	);
	return { kind: "audit-entry", version: 1, items: empty ? [] : items };
}

export const auditStatus: AuditStatus = {
	kind: "audit-status",
	version: 1,
	chain: "whole",
	checked: "2026-11-23T13:58:00.000000Z",
	checked_to: "96",
	end: "140",
	end_hash: hash(140),
	head: { seq: "130", hash: hash(130), time: "2026-11-23T14:02:05.000000Z", signature: "00" },
	key: hash(7),
	fingerprint: "5f1c0a9be2d44c7b9a4f1e0d2c3b4a59",
	files: 1,
	bytes: "51200",
	errors: "0",
	sinks: [{ name: "file:/mnt/worm/heads.jsonl", takes: "heads", state: "ok", to: "130", last: "2026-11-23T14:02:05.000000Z" }],
};

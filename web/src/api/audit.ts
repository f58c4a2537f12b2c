/** The audit log: who read and changed what, and whether the log of it is whole. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Decoded, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { toRfc3339, type WallTime } from "../base/time";
import { GET, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** How something ended that is written down; open: it goes on, or was cut short. */
export const auditOutcomes = ["ok", "denied", "failed", "open"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

const entry = shape<wire.AuditEntry>()({
	seq: integer64,
	time: wallTime,
	phase: oneOf("file", "intent", "result", "event"),
	principal: text,
	roles: list(text),
	client: text,
	action: text,
	resource: text,
	ranges: list(text),
	filter: optional(text),
	decoder: optional(text),
	policy: optional(text),
	grant: optional(text),
	reason: optional(text),
	outcome: oneOf(...auditOutcomes),
	records: integer64,
	classes: list(text),
	ended: optional(wallTime),
	result: optional(integer64),
	hash: text,
	prev_hash: text,
});
export type AuditEntry = Decoded<typeof entry>;

const page = shape<Pick<wire.AuditEntryList, "items" | "next">>()({ items: list(entry), next: optional(text) });
export type AuditPage = Decoded<typeof page>;

const status = shape<Omit<wire.AuditStatus, "kind" | "version">>()({
	chain: oneOf("checking", "whole", "broken", "unknown"),
	detail: optional(text),
	bad_seq: optional(integer64),
	checked: optional(wallTime),
	checked_to: integer64,
	end: integer64,
	end_hash: text,
	removed: optional(integer64),
	head: optional(shape<wire.AuditHead>()({ seq: integer64, hash: text, time: wallTime, signature: text })),
	key: text,
	fingerprint: text,
	files: number,
	bytes: integer64,
	errors: integer64,
	sinks: list(
		shape<wire.AuditSink>()({
			name: text,
			takes: oneOf("heads", "entries"),
			state: oneOf("ok", "waiting", "failing"),
			to: integer64,
			last: optional(wallTime),
			error: optional(text),
		}),
	),
});
export type AuditStatus = Decoded<typeof status>;

/** What is looked for; absent: anything. */
export type AuditFilter = {
	readonly who?: string;
	readonly action?: string;
	readonly resource?: string;
	readonly outcome?: AuditOutcome;
	readonly from?: WallTime;
	readonly to?: WallTime;
};

export const auditPageSize = 100;

/**
 * Pages, newest first. Each look is an entry of the log itself, so nothing is asked again by itself: neither after a time nor when the
 * window comes to the front.
 */
export function auditQuestion(f: AuditFilter) {
	const query = {
		...(f.who === undefined ? {} : { who: f.who }),
		...(f.action === undefined ? {} : { action: f.action }),
		...(f.resource === undefined ? {} : { resource: f.resource }),
		...(f.outcome === undefined ? {} : { outcome: f.outcome }),
		...(f.from === undefined ? {} : { from: toRfc3339(f.from) }),
		...(f.to === undefined ? {} : { to: toRfc3339(f.to) }),
		limit: auditPageSize,
	};
	return infiniteQueryOptions({
		queryKey: ["audit", query],
		initialPageParam: "",
		queryFn: ({ pageParam, signal }) =>
			read(GET("/api/v1/audit", { params: { query: pageParam === "" ? query : { ...query, cursor: pageParam } }, signal }), page, signal),
		getNextPageParam: (last) => last.next,
		staleTime: Number.POSITIVE_INFINITY,
		refetchOnWindowFocus: false,
	});
}

export const auditStatusQuestion = queryOptions({
	queryKey: ["audit-status"],
	queryFn: ({ signal }) => read(GET("/api/v1/audit/status", { signal }), status, signal),
	refetchInterval: 10_000,
});

/** The action that a person needs to read the log. */
export const auditAction = "audit:read";

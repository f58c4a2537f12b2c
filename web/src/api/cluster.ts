/** Consumer groups, brokers, rights and quotas of Kafka clusters. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, optional, shape, text } from "../base/decode";
import { GET, POST, read } from "./door";
import type * as wire from "./schema";

export const groupResetAction = "group:reset";

const summary = {
	name: text,
	type: text,
	state: text,
	protocol: optional(text),
	members: number,
	lag: integer64,
	error: optional(text),
};
const groupSummary = shape<wire.GroupSummary>()(summary);
export type GroupSummary = Decoded<typeof groupSummary>;

const groups = shape<Pick<wire.Groups, "items" | "unknown">>()({ items: list(groupSummary), unknown: optional(list(text)) });
export type Groups = Decoded<typeof groups>;

const assigned = shape<wire.AssignedTopic>()({ topic: text, partitions: list(number) });
const member = shape<wire.GroupMember>()({
	id: text,
	instance: optional(text),
	client: text,
	host: text,
	assigned: list(assigned),
	opaque: optional(flag),
});
export type GroupMember = Decoded<typeof member>;

const groupPartition = shape<wire.GroupPartition>()({
	topic: text,
	partition: number,
	member: optional(text),
	committed: integer64,
	end: integer64,
	lag: integer64,
	error: optional(text),
});
export type GroupPartition = Decoded<typeof groupPartition>;

const group = shape<wire.KafkaGroup>()({
	...summary,
	assignor: optional(text),
	roster: list(member),
	partitions: list(groupPartition),
});
export type KafkaGroup = Decoded<typeof group>;

const resetRow = shape<wire.ResetRow>()({
	topic: text,
	partition: number,
	before: integer64,
	after: integer64,
	first: integer64,
	end: integer64,
	note: optional(text),
	error: optional(text),
});
export type ResetRow = Decoded<typeof resetRow>;
const resetPlan = shape<Pick<wire.ResetPlan, "group" | "state" | "applied" | "items">>()({
	group: text,
	state: text,
	applied: flag,
	items: list(resetRow),
});
export type ResetPlan = Decoded<typeof resetPlan>;

const broker = shape<wire.Broker>()({
	id: number,
	address: text,
	rack: optional(text),
	controller: flag,
	version: optional(text),
	error: optional(text),
});
export type Broker = Decoded<typeof broker>;

const acl = shape<wire.Acl>()({
	principal: text,
	host: text,
	resource: text,
	name: text,
	pattern: text,
	operation: text,
	permission: text,
});
export type ACL = Decoded<typeof acl>;

const quota = shape<wire.Quota>()({
	entity: list(shape<wire.QuotaEntity>()({ type: text, name: text, rest: flag })),
	limits: list(shape<wire.QuotaLimit>()({ name: text, value: number })),
});
export type Quota = Decoded<typeof quota>;

const brokers = shape<Pick<wire.BrokerList, "items">>()({ items: list(broker) });
const acls = shape<Pick<wire.AclList, "items">>()({ items: list(acl) });
const quotas = shape<Pick<wire.QuotaList, "items">>()({ items: list(quota) });

export function groupsQuestion(cluster: string) {
	return queryOptions({
		queryKey: ["groups", cluster],
		queryFn: ({ signal }) => read(GET("/api/v1/clusters/{cluster}/groups", { params: { path: { cluster } }, signal }), groups, signal),
		refetchInterval: 5_000,
	});
}

export function groupQuestion(cluster: string, name: string) {
	return queryOptions({
		queryKey: ["group", cluster, name],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/clusters/{cluster}/groups/{group}", { params: { path: { cluster, group: name } }, signal }), group, signal),
		refetchInterval: 5_000,
	});
}

/** Sets from where a group reads on; dry: says only what would be set. */
export function resetGroup(cluster: string, name: string, body: wire.GroupReset) {
	const path = { cluster, group: name };
	return read(POST("/api/v1/clusters/{cluster}/groups/{group}/offsets", { params: { path }, body }), resetPlan, undefined);
}

export function brokersQuestion(cluster: string) {
	return queryOptions({
		queryKey: ["brokers", cluster],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/clusters/{cluster}/brokers", { params: { path: { cluster } }, signal }), brokers, signal)).items,
		refetchInterval: 10_000,
	});
}

export function aclsQuestion(cluster: string) {
	return queryOptions({
		queryKey: ["acls", cluster],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/clusters/{cluster}/acls", { params: { path: { cluster } }, signal }), acls, signal)).items,
		staleTime: 30_000,
	});
}

export function quotasQuestion(cluster: string) {
	return queryOptions({
		queryKey: ["quotas", cluster],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/clusters/{cluster}/quotas", { params: { path: { cluster } }, signal }), quotas, signal)).items,
		staleTime: 30_000,
	});
}

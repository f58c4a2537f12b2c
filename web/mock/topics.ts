/** A made-up Kafka cluster: its topics, records, groups and brokers, as the server tells of them. */
import type {
	BrokerList,
	GroupSummary,
	KafkaGroup,
	KafkaTopic,
	ResetPlan,
	TopicPage,
	TopicRecord,
	TopicSummary,
} from "../src/api/schema.ts";
import { rfc3339 } from "./draw.ts";
import { orderTotals } from "./jobs.ts";
import { jsonView } from "./payload.ts";

export const cluster = "demo";

export function topicSummary(name: string, change: Partial<TopicSummary> = {}): TopicSummary {
	return {
		name,
		internal: false,
		partitions: 4,
		replicas: 1,
		under_replicated: 0,
		bytes: "127000000",
		records: "12410",
		cleanup: "delete",
		retention_ms: "604800000",
		retention_bytes: "-1",
		...change,
	};
}

export const topics = [
	topicSummary("__consumer_offsets", { internal: true, partitions: 50, cleanup: "compact" }),
	topicSummary("alerts", { partitions: 1, records: "42" }),
	topicSummary("merchant-totals", { partitions: 2, under_replicated: 1, replicas: 3 }),
	topicSummary("orders"),
];

export const orders: KafkaTopic = {
	...topicSummary("orders"),
	parts: [0, 1, 2, 3].map((partition) => ({
		partition,
		leader: 1,
		epoch: 0,
		replicas: [1],
		in_sync: [1],
		offline: [],
		first: "0",
		end: String(3100 + partition),
		bytes: "31750000",
	})),
	settings: [
		{ name: "cleanup.policy", value: "delete", source: "DEFAULT_CONFIG", default: true, sensitive: false, read_only: false },
		{ name: "retention.ms", value: "604800000", source: "DYNAMIC_TOPIC_CONFIG", default: false, sensitive: false, read_only: false },
	],
	jobs: [{ job: "order-totals", recording: orderTotals, op: "orders", reads: true, writes: false }],
};

const began = 1_795_000_000_000_000;

/** The record at a place of orders; what it says follows from its place. */
export function recordAt(partition: number, offset: number, change: Partial<TopicRecord> = {}): TopicRecord {
	const value = {
		id: `o-${partition}-${offset}`,
		merchant: `m-${offset % 7}`,
		amount: offset * 3,
		status: offset % 5 === 0 ? "test" : "placed",
	};
	return {
		topic: "orders",
		decoder: "json",
		partition,
		offset: String(offset),
		place: `orders/${partition}@${offset}`,
		time: rfc3339(began + offset * 1000 + partition),
		time_type: "created",
		epoch: 0,
		size: 96,
		packed: "lz4",
		key: jsonView(`m-${offset % 7}`),
		value: jsonView(value),
		headers: [{ name: "trace", value: jsonView(`t-${offset}`) }],
		text: JSON.stringify(value),
		...change,
	};
}

/** A page of orders: the newest of two partitions, in the order that is asked for. */
export function page(change: Partial<TopicPage> = {}): TopicPage {
	const items = [9, 8, 7, 6].flatMap((offset) => [recordAt(1, offset), recordAt(0, offset)]);
	return {
		kind: "topic-record",
		version: 1,
		items,
		scanned: [0, 1].map((partition) => ({ partition, from: "6", to: "10", done: false })),
		bytes: "3100000",
		asked: 12410,
		ended: "limit",
		more: false,
		...change,
	};
}

export function groupSummary(name: string, change: Partial<GroupSummary> = {}): GroupSummary {
	return { name, type: "classic", state: "Stable", members: 1, lag: "241", ...change };
}

export const groups = [groupSummary("order-totals"), groupSummary("crm-sync", { state: "Empty", members: 0, lag: "-1" })];

export const crmSync: KafkaGroup = {
	...groupSummary("crm-sync", { state: "Empty", members: 0, lag: "120" }),
	roster: [],
	partitions: [0, 1].map((partition) => ({ topic: "orders", partition, committed: "3000", end: "3060", lag: "60" })),
};

export const orderTotalsGroup: KafkaGroup = {
	...groupSummary("order-totals"),
	assignor: "range",
	roster: [{ id: "order-totals-0-4711", client: "order-totals-0", host: "/10.0.0.7", assigned: [{ topic: "orders", partitions: [0, 1] }] }],
	partitions: [0, 1].map((partition) => ({
		topic: "orders",
		partition,
		member: "order-totals-0-4711",
		committed: "2860",
		end: "3101",
		lag: partition === 0 ? "241" : "0",
	})),
};

export function resetPlan(applied: boolean): ResetPlan {
	return {
		kind: "reset-plan",
		version: 1,
		group: "crm-sync",
		state: "Empty",
		applied,
		items: [0, 1].map((partition) => ({ topic: "orders", partition, before: "3000", after: "0", first: "0", end: "3060" })),
	};
}

export const brokers: BrokerList = {
	kind: "broker",
	version: 1,
	items: [
		{ id: 1, address: "127.0.0.1:9092", controller: true, version: "4.2" },
		{ id: 2, address: "127.0.0.1:9093", controller: false, error: "it does not answer" },
	],
};

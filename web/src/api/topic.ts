/** Topics of Kafka clusters and their records. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { GET, POST, read } from "./door";
import { header } from "./event";
import { wallTime } from "./instants";
import type * as wire from "./schema";
import { view } from "./view";

/** What a person needs to see names of topics, their records, and to write some. */
export const topicListAction = "topic:list";
export const produceAction = "topic:produce";

const clusterName = shape<wire.ClusterName>()({ name: text });
const clusters = shape<Pick<wire.ClusterNameList, "items">>()({ items: list(clusterName) });

/** The clusters of which the reader may see something. */
export const clustersQuestion = queryOptions({
	queryKey: ["clusters"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/clusters", { signal }), clusters, signal)).items.map((c) => c.name),
	staleTime: 60_000,
});

const summary = {
	name: text,
	internal: flag,
	partitions: number,
	replicas: number,
	under_replicated: number,
	bytes: integer64,
	records: integer64,
	cleanup: optional(text),
	retention_ms: integer64,
	retention_bytes: integer64,
	error: optional(text),
};
const topicSummary = shape<wire.TopicSummary>()(summary);
export type TopicSummary = Decoded<typeof topicSummary>;

export const topics = shape<Pick<wire.Topics, "items" | "unknown">>()({ items: list(topicSummary), unknown: optional(list(text)) });
export type Topics = Decoded<typeof topics>;

const partition = shape<wire.TopicPartition>()({
	partition: number,
	leader: number,
	epoch: number,
	replicas: list(number),
	in_sync: list(number),
	offline: list(number),
	first: integer64,
	end: integer64,
	bytes: integer64,
	error: optional(text),
});
export type TopicPartition = Decoded<typeof partition>;

const setting = shape<wire.TopicSetting>()({
	name: text,
	value: text,
	source: text,
	default: flag,
	sensitive: flag,
	read_only: flag,
});
export type TopicSetting = Decoded<typeof setting>;

const topicJob = shape<wire.TopicJob>()({ job: text, recording: text, op: text, reads: flag, writes: flag });
export type TopicJob = Decoded<typeof topicJob>;

export const kafkaTopic = shape<wire.KafkaTopic>()({
	...summary,
	parts: list(partition),
	settings: list(setting),
	setting_error: optional(text),
	size_error: optional(text),
	jobs: list(topicJob),
});
export type KafkaTopic = Decoded<typeof kafkaTopic>;

export const topicRecord = shape<wire.TopicRecord>()({
	topic: text,
	partition: number,
	offset: integer64,
	place: text,
	time: wallTime,
	time_type: oneOf("created", "appended", "unknown"),
	epoch: number,
	size: number,
	packed: text,
	key: optional(view),
	value: view,
	headers: optional(list(header)),
	text: text,
	decoder: text,
	note: optional(text),
});
export type TopicRecord = Decoded<typeof topicRecord>;

const scanned = shape<wire.ScannedPartition>()({
	partition: number,
	from: integer64,
	to: integer64,
	done: flag,
	note: optional(text),
	error: optional(text),
});
export type ScannedPartition = Decoded<typeof scanned>;

type TopicPageWire = Pick<wire.TopicPage, "items" | "next" | "scanned" | "bytes" | "asked" | "ended" | "more" | "unclear" | "unclear_why">;

/** A page of records and what was looked at for it. */
export const topicPage = shape<TopicPageWire>()({
	items: list(topicRecord),
	next: optional(text),
	scanned: list(scanned),
	bytes: integer64,
	asked: number,
	ended: text,
	more: flag,
	unclear: optional(number),
	unclear_why: optional(text),
});
export type TopicPage = Decoded<typeof topicPage>;

export const tailItem = shape<wire.TailItem>()({ record: optional(topicRecord), seen: integer64, dropped: integer64 });
export type TailItem = Decoded<typeof tailItem>;

const produced = shape<wire.ProducedRecord>()({ partition: number, offset: integer64, place: optional(text), error: optional(text) });
export type ProducedRecord = Decoded<typeof produced>;
const producedList = shape<Pick<wire.ProducedRecordList, "items">>()({ items: list(produced) });

export function topicsQuestion(cluster: string) {
	return queryOptions({
		queryKey: ["topics", cluster],
		queryFn: ({ signal }) => read(GET("/api/v1/clusters/{cluster}/topics", { params: { path: { cluster } }, signal }), topics, signal),
		refetchInterval: 10_000,
	});
}

export function topicQuestion(cluster: string, topic: string) {
	return queryOptions({
		queryKey: ["topic", cluster, topic],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/clusters/{cluster}/topics/{topic}", { params: { path: { cluster, topic } }, signal }), kafkaTopic, signal),
		refetchInterval: 5_000,
	});
}

/** A record of a topic does not change. */
export function topicRecordQuestion(cluster: string, topic: string, partition: number, offset: bigint, decoder?: string) {
	const path = { cluster, topic, partition, offset: Number(offset) };
	return queryOptions({
		queryKey: ["topic-record", cluster, topic, partition, String(offset), decoder],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/clusters/{cluster}/topics/{topic}/records/{partition}/{offset}", {
					params: { path, query: decoder === undefined ? {} : { decoder } },
					signal,
				}),
				topicRecord,
				signal,
			),
		staleTime: Number.POSITIVE_INFINITY,
	});
}

export type RecordsQuery = NonNullable<wire.paths["/api/v1/clusters/{cluster}/topics/{topic}/records"]["get"]["parameters"]["query"]>;

/** One page of records. Not a query: the list of records keeps pages itself. */
export function fetchTopicRecords(cluster: string, topic: string, query: RecordsQuery, signal: AbortSignal) {
	return read(
		GET("/api/v1/clusters/{cluster}/topics/{topic}/records", { params: { path: { cluster, topic }, query }, signal }),
		topicPage,
		signal,
	);
}

/** Writes records to a topic, or copies one into it. */
export async function produce(cluster: string, topic: string, body: wire.ProduceWish): Promise<readonly ProducedRecord[]> {
	const answer = POST("/api/v1/clusters/{cluster}/topics/{topic}/records", { params: { path: { cluster, topic } }, body });
	return (await read(answer, producedList, undefined)).items;
}

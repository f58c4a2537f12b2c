/** What the server is asked, as TanStack Query takes it: key, function, how long an answer stays good. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Decoder, list, optional, shape, text } from "../base/decode";
import { GET, read } from "./door";
import { event, eventPage, moment } from "./event";
import { channelReport, dropReport, job, jobDetail } from "./job";
import { lineage } from "./lineage";
import { effectivePolicy, recordingPolicy } from "./policy";
import { process } from "./process";
import { gap, recording, timeline } from "./recording";
import type * as wire from "./schema";
import { generatedCode, sql } from "./sql";
import { check, principal, status } from "./status";
import { tracks } from "./tracks";

export { infiniteQueryOptions };

/** Decodes the items of a list answer. */
function items<Out, Wire>(decoder: Decoder<Out, Wire>) {
	return shape<{ readonly items: readonly Wire[]; readonly next?: string }>()({ items: list(decoder), next: optional(text) });
}

const jobs = items<ReturnType<typeof job.read>, wire.Job>(job);
const processes = items<ReturnType<typeof process.read>, wire.Process>(process);
const recordings = items<ReturnType<typeof recording.read>, wire.Recording>(recording);
const gaps = items<ReturnType<typeof gap.read>, wire.Gap>(gap);
const checks = items<ReturnType<typeof check.read>, wire.Check>(check);
const events = items<ReturnType<typeof event.read>, wire.Event>(event);

export const statusQuestion = queryOptions({
	queryKey: ["status"],
	queryFn: ({ signal }) => read(GET("/api/v1/status", { signal }), status, signal),
	refetchInterval: 5_000,
});

export const principalQuestion = queryOptions({
	queryKey: ["principal"],
	queryFn: ({ signal }) => read(GET("/api/v1/principal", { signal }), principal, signal),
	staleTime: 60_000,
	// A grant may come into force by somebody else's hand, and be over by it.
	refetchInterval: 15_000,
});

export const doctorQuestion = queryOptions({
	queryKey: ["doctor"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/doctor", { signal }), checks, signal)).items,
	refetchInterval: 10_000,
});

/** Running jobs and the newest ended run of every other name; with `all`, every run. */
export function jobsQuestion(all = false) {
	return queryOptions({
		queryKey: ["jobs", all],
		queryFn: async ({ signal }) => (await read(GET("/api/v1/jobs", { params: { query: all ? { all } : {} }, signal }), jobs, signal)).items,
		refetchInterval: 2_000,
	});
}

export function jobQuestion(id: string) {
	return queryOptions({
		queryKey: ["job", id],
		queryFn: ({ signal }) => read(GET("/api/v1/jobs/{job}", { params: { path: { job: id } }, signal }), jobDetail, signal),
		refetchInterval: 5_000,
	});
}

export function channelsQuestion(id: string) {
	return queryOptions({
		queryKey: ["channels", id],
		queryFn: ({ signal }) => read(GET("/api/v1/jobs/{job}/channels", { params: { path: { job: id } }, signal }), channelReport, signal),
		refetchInterval: 5_000,
	});
}

/** The records that operators of a job threw away. */
export function dropsQuestion(id: string) {
	return queryOptions({
		queryKey: ["drops", id],
		queryFn: ({ signal }) => read(GET("/api/v1/jobs/{job}/drops", { params: { path: { job: id } }, signal }), dropReport, signal),
		refetchInterval: 5_000,
	});
}

export const agentsQuestion = queryOptions({
	queryKey: ["agents"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/agents", { signal }), processes, signal)).items,
	refetchInterval: 3_000,
});

export const policyQuestion = queryOptions({
	queryKey: ["policy"],
	queryFn: ({ signal }) => read(GET("/api/v1/recording-policy", { signal }), recordingPolicy, signal),
	refetchInterval: 3_000,
});

/** What the policy comes to in a job. Its key begins with that of the policy: who changes one asks for both anew. */
export function effectivePolicyQuestion(job: string) {
	return queryOptions({
		queryKey: ["policy", "effective", job],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/recording-policy/effective", { params: { query: { job } }, signal }), effectivePolicy, signal),
		refetchInterval: 2_000,
	});
}

export const recordingsQuestion = queryOptions({
	queryKey: ["recordings"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/recordings", { signal }), recordings, signal)).items,
	refetchInterval: 5_000,
});

export function recordingQuestion(rec: string) {
	return queryOptions({
		queryKey: ["recording", rec],
		queryFn: ({ signal }) => read(GET("/api/v1/recordings/{rec}", { params: { path: { rec } }, signal }), recording, signal),
		refetchInterval: 5_000,
	});
}

export function gapsQuestion(rec: string) {
	return queryOptions({
		queryKey: ["gaps", rec],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/recordings/{rec}/gaps", { params: { path: { rec } }, signal }), gaps, signal)).items,
		refetchInterval: 10_000,
	});
}

export function exceptionsQuestion(rec: string) {
	return queryOptions({
		queryKey: ["exceptions", rec],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/recordings/{rec}/exceptions", { params: { path: { rec } }, signal }), events, signal)).items,
		refetchInterval: 10_000,
	});
}

export function sqlQuestion(rec: string) {
	return queryOptions({
		queryKey: ["sql", rec],
		queryFn: ({ signal }) => read(GET("/api/v1/recordings/{rec}/sql", { params: { path: { rec } }, signal }), sql, signal),
		staleTime: 30_000,
	});
}

/** A text that has a hash never changes. */
export function codeQuestion(rec: string, hash: string) {
	return queryOptions({
		queryKey: ["code", rec, hash],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/recordings/{rec}/code/{hash}", { params: { path: { rec, hash } }, signal }), generatedCode, signal),
		staleTime: Number.POSITIVE_INFINITY,
	});
}

type EventsQuery = NonNullable<wire.paths["/api/v1/recordings/{rec}/events"]["get"]["parameters"]["query"]>;
type TimelineQuery = NonNullable<wire.paths["/api/v1/recordings/{rec}/timeline"]["get"]["parameters"]["query"]>;

/** What events are chosen by. */
export type EventsFilter = Pick<
	EventsQuery,
	"op" | "subtask" | "attempt" | "lane" | "kind" | "reason" | "from" | "to" | "key" | "text" | "where" | "invocation"
>;

export type EventsPlace = Pick<EventsQuery, "order" | "limit" | "cursor" | "around">;

/** One page of events. Not a query: the window that shows events keeps pages itself. */
export function fetchEvents(rec: string, filter: EventsFilter, place: EventsPlace, signal: AbortSignal) {
	return read(
		GET("/api/v1/recordings/{rec}/events", { params: { path: { rec }, query: { ...filter, ...place } }, signal }),
		eventPage,
		signal,
	);
}

export function timelineQuestion(rec: string, filter: EventsFilter, buckets: number, refresh: number | false) {
	const query: TimelineQuery = { ...filter, buckets };
	return queryOptions({
		queryKey: ["timeline", rec, query],
		queryFn: ({ signal }) => read(GET("/api/v1/recordings/{rec}/timeline", { params: { path: { rec }, query }, signal }), timeline, signal),
		refetchInterval: refresh,
	});
}

export function tracksQuestion(rec: string, stretch: Pick<TimelineQuery, "from" | "to">, buckets: number, refresh: number | false) {
	const query: TimelineQuery = { ...stretch, buckets };
	return queryOptions({
		queryKey: ["tracks", rec, query],
		queryFn: ({ signal }) => read(GET("/api/v1/recordings/{rec}/tracks", { params: { path: { rec }, query }, signal }), tracks, signal),
		refetchInterval: refresh,
		placeholderData: keepPreviousData,
	});
}

export function momentQuestion(rec: string, position: string) {
	return queryOptions({
		queryKey: ["moment", rec, position],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/recordings/{rec}/at/{position}", { params: { path: { rec, position } }, signal }), moment, signal),
		staleTime: 30_000,
	});
}

export type LineageDirection = "up" | "down" | "both";

export function lineageQuestion(rec: string, record: string, dir: LineageDirection) {
	return queryOptions({
		queryKey: ["lineage", rec, record, dir],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/recordings/{rec}/lineage", { params: { path: { rec }, query: { record, dir } }, signal }), lineage, signal),
		staleTime: 15_000,
	});
}

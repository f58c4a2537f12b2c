/** What people are told: inbox, subscriptions, and what was delivered for them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, PUT, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** What a person needs to be told of anything. */
export const subscribeAction = "notify:subscribe";

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

export const targetKinds = ["inbox", "webhook", "slack", "email", "topic"] as const;
export type TargetKind = (typeof targetKinds)[number];

export const eventTypes = [
	"contract.violated",
	"contract.recovered",
	"drift.detected",
	"schema.registered",
	"schema.deleted",
	"config.changed",
	"impact.requested",
	"impact.acked",
	"consumer.appeared",
] as const;

export const graphRoles = ["owner", "producer", "consumer", "downstream"] as const;

const place = shape<wire.NotificationPlace>()({ partition: number, offset: integer64 });

const facts = shape<wire.NotificationFacts>()({
	check: optional(text),
	version: optional(text),
	producer: optional(text),
	program: optional(text),
	team: optional(text),
	verdict: optional(text),
	first: optional(place),
	last: optional(place),
	records: integer64,
});

const notification = shape<wire.Notification>()({
	id: text,
	type: text,
	severity: oneOf(...severities),
	summary: text,
	link: optional(text),
	subject: text,
	cluster: optional(text),
	topic: optional(text),
	path: optional(text),
	job: optional(text),
	contract: optional(text),
	facts,
	count: integer64,
	since: wallTime,
	latest: wallTime,
	state: oneOf("open", "acked", "recovered", "quiet"),
	closed: optional(wallTime),
	acked: optional(wallTime),
	acked_by: optional(text),
	note: optional(text),
	unread: flag,
	told: optional(wallTime),
});
export type Notification = Decoded<typeof notification>;

const filter = shape<wire.NotificationFilter>()({
	types: optional(list(text)),
	severity: optional(oneOf(...severities)),
	topics: optional(list(text)),
	jobs: optional(list(text)),
	subjects: optional(list(text)),
	contracts: optional(list(text)),
	roles: optional(list(text)),
	as: optional(list(text)),
});
export type NotificationFilter = Decoded<typeof filter>;

const target = shape<wire.NotificationTarget>()({
	kind: oneOf(...targetKinds),
	url: optional(text),
	secret_file: optional(text),
	to: optional(list(text)),
	cluster: optional(text),
	topic: optional(text),
	related: optional(flag),
	rate: optional(number),
});
export type NotificationTarget = Decoded<typeof target>;

const subscription = shape<wire.NotificationSubscription>()({
	id: text,
	name: text,
	owner: text,
	owner_name: text,
	yours: flag,
	filter,
	target,
	has_secret: flag,
	after: integer64,
	remind: integer64,
	paused: flag,
	created: wallTime,
	changed: wallTime,
});
export type Subscription = Decoded<typeof subscription>;

const outcome = shape<wire.NotificationOutcome>()({ ok: flag, status: text, detail: optional(text) });
export type Outcome = Decoded<typeof outcome>;

const delivery = shape<wire.NotificationDelivery>()({
	id: text,
	subscription: text,
	owner: text,
	notification: text,
	event: text,
	type: text,
	subject: text,
	phase: oneOf("opened", "raised", "reminder", "recovered"),
	target: text,
	state: oneOf("pending", "delivered", "failed", "cancelled"),
	attempts: integer64,
	status: optional(text),
	detail: optional(text),
	created: wallTime,
	next: optional(wallTime),
	done: optional(wallTime),
});
export type Delivery = Decoded<typeof delivery>;

const inbox = shape<{ readonly items: readonly wire.Notification[]; readonly next?: string; readonly unread: number }>()({
	items: list(notification),
	next: optional(text),
	unread: number,
});
const subscriptions = shape<{ readonly items: readonly wire.NotificationSubscription[] }>()({ items: list(subscription) });
const deliveries = shape<{ readonly items: readonly wire.NotificationDelivery[]; readonly next?: string }>()({
	items: list(delivery),
	next: optional(text),
});
const unread = shape<wire.UnreadNotifications>()({ unread: number });

export const inboxQuestion = infiniteQueryOptions({
	queryKey: ["notifications"],
	initialPageParam: "",
	queryFn: ({ pageParam, signal }) =>
		read(GET("/api/v1/notifications", { params: { query: pageParam === "" ? {} : { cursor: pageParam } }, signal }), inbox, signal),
	getNextPageParam: (last) => last.next,
	refetchInterval: 10_000,
});

export const unreadQuestion = queryOptions({
	queryKey: ["notifications-unread"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/notifications/unread", { signal }), unread, signal)).unread,
	refetchInterval: 15_000,
});

export const subscriptionsQuestion = queryOptions({
	queryKey: ["subscriptions"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/subscriptions", { signal }), subscriptions, signal)).items,
});

export const deliveriesQuestion = infiniteQueryOptions({
	queryKey: ["notification-deliveries"],
	initialPageParam: "",
	queryFn: ({ pageParam, signal }) =>
		read(
			GET("/api/v1/notifications/deliveries", { params: { query: pageParam === "" ? {} : { cursor: pageParam } }, signal }),
			deliveries,
			signal,
		),
	getNextPageParam: (last) => last.next,
	refetchInterval: 10_000,
});

export function ackNotification(id: string, note: string) {
	return read(POST("/api/v1/notifications/{id}/ack", { params: { path: { id } }, body: { note } }), notification, undefined);
}

export function readNotifications(ids: readonly string[]) {
	return read(POST("/api/v1/notifications/read", { body: { ids: [...ids] } }), unread, undefined);
}

export function addSubscription(body: wire.NotificationWish) {
	return read(POST("/api/v1/subscriptions", { body }), subscription, undefined);
}

/** Pauses a subscription, or lets it go on. What is secret of it stays as it is. */
export function pauseSubscription(s: Subscription, paused: boolean) {
	const body = {
		name: s.name,
		filter: s.filter as wire.NotificationFilter,
		target: s.target as wire.NotificationTarget,
		after: String(s.after),
		remind: String(s.remind),
		paused,
	};
	return read(PUT("/api/v1/subscriptions/{id}", { params: { path: { id: s.id } }, body }), subscription, undefined);
}

export function testSubscription(id: string) {
	return read(POST("/api/v1/subscriptions/{id}/test", { params: { path: { id } } }), outcome, undefined);
}

export function removeSubscription(id: string) {
	return read(DELETE("/api/v1/subscriptions/{id}", { params: { path: { id } } }), subscription, undefined);
}

export function replayDelivery(id: string) {
	return read(POST("/api/v1/notifications/deliveries/{id}/replay", { params: { path: { id } } }), delivery, undefined);
}

/** Where a subscription leads, in words. */
export function targetWords(t: NotificationTarget): string {
	switch (t.kind) {
		case "email":
			return `mail to ${(t.to ?? []).join(", ")}`;
		case "topic":
			return `topic ${t.cluster}/${t.topic}`;
		case "inbox":
			return t.related === true ? "inbox of who has the role" : "inbox";
		case "webhook":
		case "slack":
			return `${t.kind} ${t.url ?? ""}`.trim();
	}
}

/** What a subscription is about, in words. */
export function filterWords(f: NotificationFilter): string {
	const what: string[] = [];
	const put = (word: string, of: readonly string[] | undefined) => {
		if (of !== undefined && of.length > 0) what.push(`${word} ${of.join(", ")}`.trim());
	};
	put("", f.types);
	if (f.severity !== undefined && f.severity !== "info") what.push(`${f.severity} or worse`);
	put("topics", f.topics);
	put("jobs", f.jobs);
	put("subjects", f.subjects);
	put("contracts", f.contracts);
	put("as", [...(f.roles ?? []), ...(f.as ?? [])]);
	return what.length === 0 ? "everything that you may see" : what.join("; ");
}

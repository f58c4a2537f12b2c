/** What made-up people are told of made-up streams. */
import type { Notification, NotificationDelivery, NotificationSubscription } from "../src/api/schema";

export const notifications: readonly Notification[] = [
	{
		id: "0657fcbfb5c604467193a5f465",
		type: "contract.violated",
		severity: "critical",
		summary: "the contract orders is broken on prod/orders#email: rule not-null, records 3, first 2@4711",
		link: "/t/prod/orders",
		subject: "orders#email",
		cluster: "prod",
		topic: "orders",
		path: "email",
		contract: "orders",
		facts: { check: "not-null", records: "3", first: { partition: 2, offset: "4711" } },
		count: "42",
		since: "2026-11-23T14:02:00.000000Z",
		latest: "2026-11-23T14:20:00.000000Z",
		state: "open",
		unread: true,
		told: "2026-11-23T14:02:00.000000Z",
	},
	{
		id: "0657fcbfb5c604467193a5f400",
		type: "schema.registered",
		severity: "info",
		summary: "a schema was registered for carts-value",
		subject: "carts",
		facts: { records: "0" },
		count: "1",
		since: "2026-11-22T14:02:00.000000Z",
		latest: "2026-11-22T14:02:00.000000Z",
		state: "acked",
		acked: "2026-11-22T15:00:00.000000Z",
		acked_by: "lea",
		note: "as planned",
		unread: false,
		told: "2026-11-22T14:02:00.000000Z",
	},
];

const common = { owner: "local:ann", owner_name: "ann", yours: true, after: "0", paused: false };

export const subscriptions: readonly NotificationSubscription[] = [
	{
		...common,
		id: "0657fcbfb5c6aa0001",
		name: "on call",
		filter: { topics: ["orders*"], severity: "warning" },
		target: { kind: "webhook", url: "https://hooks.example.com/streams" },
		has_secret: true,
		remind: "14400",
		created: "2026-11-01T10:00:00.000000Z",
		changed: "2026-11-01T10:00:00.000000Z",
	},
	{
		...common,
		id: "0657fcbfb5c6aa0002",
		name: "",
		filter: {},
		target: { kind: "inbox" },
		has_secret: false,
		remind: "0",
		created: "2026-11-01T10:00:00.000000Z",
		changed: "2026-11-01T10:00:00.000000Z",
	},
];

const delivery = {
	subscription: "0657fcbfb5c6aa0001",
	owner: "local:ann",
	notification: "0657fcbfb5c604467193a5f465",
	event: "0657fcbfb5c6035efdce6e16fd",
	type: "contract.violated",
	subject: "orders#email",
	phase: "opened",
	target: "webhook https://hooks.example.com",
	created: "2026-11-23T14:02:00.000000Z",
} as const;

export const deliveries: readonly NotificationDelivery[] = [
	{ ...delivery, id: "d1", state: "failed", attempts: "35", status: "HTTP 503", detail: "try later", done: "2026-11-24T14:00:00.000000Z" },
	{ ...delivery, id: "d2", state: "pending", attempts: "3", status: "no answer", next: "2026-11-23T14:05:00.000000Z" },
	{ ...delivery, id: "d3", state: "delivered", attempts: "1", status: "HTTP 204", done: "2026-11-23T14:02:01.000000Z" },
];

/** Millions of made-up events: event number i is always the same, so that pages may be cut anywhere. */
import type { Event, EventPage, Timeline } from "../src/api/schema";
import { between, hash, hexId, pick, rfc3339 } from "./draw.ts";
import { began, gapFrom, gaps, merchantAlerts, orderTotals } from "./jobs.ts";
import { flinkView, jsonView, textView } from "./payload.ts";

const stepOf: Readonly<Record<string, number>> = { [orderTotals]: 833, [merchantAlerts]: 11_000 };
const pauseAt = gapFrom;
const pauseLength = 18.4e6;

/** How many events there are at a moment, in microseconds since 1970. */
export function eventsUntil(rec: string, micros: number): number {
	const step = stepOf[rec] ?? 1000;
	const t = micros <= pauseAt ? micros : Math.max(pauseAt, micros - pauseLength);
	return Math.max(0, Math.ceil((t - began) / step));
}

function timeOf(rec: string, i: number): number {
	const t = began + i * (stepOf[rec] ?? 1000);
	return t <= pauseAt ? t : t + pauseLength;
}

const merchants = ["m-atlas", "m-birch", "m-coral", "m-delta", "m-ember", "m-fjord", "m-grove", "m-harbor"] as const;
const currencies = ["EUR", "EUR", "EUR", "USD", "GBP", "SEK", "CHF"] as const;
const goods = [
	["SKU-1001", "Desk lamp, brass"],
	["SKU-1004", "Wool blanket"],
	["SKU-1007", "Headphones, closed"],
	["SKU-1011", "Board game: Harbour"],
] as const;

function orderOf(n: number) {
	return {
		orderId: `O-${String(n % 10_000_000).padStart(7, "0")}`,
		eventTime: Math.floor(began / 1000) + Math.floor(n * 0.8),
		merchantId: pick(merchants, n, 1),
		customer: {
			name: "Ada Lindqvist",
			email: `ada.lindqvist${n % 90}@example.org`,
			phone: `+1-202-555-01${String(n % 100).padStart(2, "0")}`,
			cardNumber: "4242420000000000",
		},
		items: Array.from({ length: 1 + (hash(n, 5) % 3) }, (_, i) => {
			const [sku, title] = pick(goods, n + i, 6);
			return { sku, title, quantity: 1 + ((n + i) % 3), unitCents: 990 + (hash(n, i) % 9000) };
		}),
		currency: pick(currencies, n, 2),
		totalCents: 1000 + (hash(n, 3) % 190_000),
	};
}

type Kind = readonly [kind: string, lane: string, op: string, opName: string, parallelism: number];

const pattern: readonly Kind[] = [
	["source-record", "src", "source-orders", "Source: orders", 4],
	["record", "out", "source-orders", "Source: orders", 4],
	["elements", "det", "drop-duplicates", "drop duplicates", 4],
	["record", "out", "drop-duplicates", "drop duplicates", 4],
	["elements", "det", "convert-to-euro", "convert to euro", 4],
	["record", "out", "convert-to-euro", "convert to euro", 4],
	["elements", "det", "totals-per-merchant", "totals per merchant", 4],
];

const rare: readonly (readonly [every: number, kind: Kind])[] = [
	[90_001, ["exception", "log", "convert-to-euro", "convert to euro", 4]],
	[3_607, ["checkpoint", "det", "drop-duplicates", "drop duplicates", 4]],
	[1_201, ["barrier-in", "det", "totals-per-merchant", "totals per merchant", 4]],
	[211, ["written", "trace", "merchant-totals-writer", "merchant-totals: Writer", 4]],
	[163, ["event-timer", "det", "totals-per-merchant", "totals per merchant", 4]],
	[47, ["watermark-in", "det", "drop-duplicates", "drop duplicates", 4]],
	[31, ["watermark", "out", "source-orders", "Source: orders", 4]],
];

const alertsPattern: readonly Kind[] = [
	["source-record", "src", "source-merchant_totals-1", "Source: merchant_totals[1]", 2],
	["source-record", "src", "source-merchant_totals-1", "Source: merchant_totals[1]", 2],
	["written", "trace", "alerts-3-writer", "alerts[3]: Writer", 2],
];

function kindOf(rec: string, i: number): Kind {
	const found =
		rec === orderTotals
			? (rare.find(([every]) => i % every === every - 1)?.[1] ?? pattern[i % pattern.length])
			: alertsPattern[i % alertsPattern.length];
	if (found === undefined) throw new Error("the pattern is empty");
	return found;
}

/** What a filter looks at, without making the whole event. */
function shallow(rec: string, i: number) {
	const kind = kindOf(rec, i);
	return { kind, subtask: hash(Math.floor(i / 7), 11) % kind[4], order: orderOf(Math.floor(i / 7)) };
}

export function eventAt(rec: string, i: number, payload: boolean): Event {
	const {
		kind: [kind, lane, op, opName, parallelism],
		subtask,
		order,
	} = shallow(rec, i);
	const at = timeOf(rec, i);
	const invocation = String(i + 1);
	const position = `${op}.${subtask}.0.${invocation}`;
	const eventTime = at - Math.floor(between(5_000_000, 9_000_000, i, 21));
	const base: Event = {
		recording: rec,
		lane,
		kind,
		op,
		op_name: opName,
		operator_index: kind === "written" ? 1 : 0,
		task: opName,
		subtask,
		attempt: 0,
		attempt_key: hexId(subtask + parallelism * 10, 16),
		invocation,
		n: 1,
		position,
		time: rfc3339(at),
		text: "",
		cursor: `e${i}`,
	};
	const timed = { event_time: rfc3339(eventTime), lag_ms: String(Math.floor((at - eventTime) / 1000)) };
	const offset = 80_000 + Math.floor(i / 7);
	switch (kind) {
		case "source-record": {
			const totals = rec === merchantAlerts;
			const value = totals ? totalOf(order) : order;
			return {
				...base,
				...timed,
				kafka: totals ? `merchant-totals/${subtask}@${offset}` : `orders/${subtask}@${offset}`,
				key: textView(totals ? order.merchantId : order.orderId),
				...(payload ? { view: jsonView(value) } : {}),
				headers: [{ name: "traceparent", value: textView(`00-${hexId(i, 32)}-${hexId(i + 1, 16)}-01`) }],
				text: jsonView(value).text,
			};
		}
		case "record":
			return {
				...base,
				...timed,
				element: `${hexId(subtask, 16)}:${hash(i, 4) % 4}:${i}`,
				channel: `subpartition ${hash(i, 4) % 4}`,
				...(payload ? { view: flinkView("com.example.shop.Sale", saleOf(order)) } : {}),
				text: `${order.orderId}, ${order.merchantId}, ${(order.totalCents / 100).toFixed(2)} ${order.currency}`,
			};
		case "elements":
			return {
				...base,
				...timed,
				n: 1 + (hash(i, 8) % 4),
				element: `${hexId(subtask, 16)}:${hash(i, 4) % 4}:${i - 1}`,
				channel: `Source: orders #${hash(i, 4) % 4}`,
				path: "0(>0)",
				text: `from channel ${hash(i, 4) % 4}, ${order.orderId}`,
			};
		case "watermark":
		case "watermark-in":
			return { ...base, ...timed, text: `to ${rfc3339(eventTime)}` };
		case "written":
			return {
				...base,
				...timed,
				kafka:
					rec === merchantAlerts ? `alerts/0@${3000 + Math.floor(i / 40)}` : `merchant-totals/${subtask}@${40_000 + Math.floor(i / 211)}`,
				key: textView(order.merchantId),
				...(payload ? { view: jsonView(totalOf(order)) } : {}),
				text: jsonView(totalOf(order)).text,
			};
		case "event-timer":
			return { ...base, ...timed, n: 12, text: "12 windows of 10 s closed" };
		case "exception":
			return {
				...base,
				text: "java.lang.IllegalStateException: no rate for currency ISK",
				element: "9f3a61c2d07b4e15:3:48211",
				body: {
					class: "java.lang.IllegalStateException",
					message: "no rate for currency ISK",
					where: "operator",
					stack: [
						"com.example.shop.ConvertToEuro.processElement(ConvertToEuro.java:41)",
						"org.apache.flink.streaming.api.operators.co.CoBroadcastWithNonKeyedOperator.processElement1(CoBroadcastWithNonKeyedOperator.java:110)",
					],
				},
			};
		default:
			return { ...base, checkpoint: String(8000 + Math.floor(i / 3607)), text: `checkpoint ${8000 + Math.floor(i / 3607)}` };
	}
}

type Order = ReturnType<typeof orderOf>;

function totalOf(o: Order) {
	return {
		merchantId: o.merchantId,
		windowStart: o.eventTime - (o.eventTime % 10_000),
		windowEnd: o.eventTime - (o.eventTime % 10_000) + 10_000,
		orders: 97,
		items: 214,
		totalCents: 1_841_206,
	};
}

function saleOf(o: Order) {
	return { orderId: o.orderId, merchantId: o.merchantId, euroCents: Math.floor(o.totalCents * 0.91), currency: o.currency, late: false };
}

function micros(text: string | null, now: number, otherwise: number): number {
	if (text === null || text === "") return otherwise;
	const ago = /^-(\d+)(s|m|h)$/.exec(text);
	if (ago !== null) return now - Number(ago[1]) * { s: 1e6, m: 60e6, h: 3600e6 }[ago[2] as "s" | "m" | "h"];
	return Date.parse(text.slice(0, 23).replace(/Z?$/, "Z")) * 1000;
}

function matcher(rec: string, q: URLSearchParams): (i: number) => boolean {
	const op = q.get("op");
	const subtask = q.get("subtask");
	const kinds = q.getAll("kind");
	const lanes = q.getAll("lane");
	const key = q.get("key");
	const text = q.get("text");
	const invocation = q.get("invocation");
	return (i) => {
		const s = shallow(rec, i);
		if (op && s.kind[2] !== op && s.kind[3] !== op) return false;
		if (subtask && Number(subtask) >= 0 && s.subtask !== Number(subtask)) return false;
		if (kinds.length > 0 && !kinds.includes(s.kind[0])) return false;
		if (lanes.length > 0 && !lanes.includes(s.kind[1])) return false;
		if (invocation && String(i + 1) !== invocation) return false;
		if (key || text) {
			const e = eventAt(rec, i, false);
			if (key && e.key?.text !== JSON.stringify(key) && e.key?.text !== key) return false;
			if (text && !`${e.key?.text ?? ""} ${e.text}`.includes(text)) return false;
		}
		return true;
	};
}

const scanLimit = 60_000;

export function page(rec: string, q: URLSearchParams, now: number): EventPage {
	const limit = Number(q.get("limit") ?? 100);
	const descending = q.get("order") === "desc";
	const payload = q.get("payload") !== "false";
	const low = eventsUntil(rec, micros(q.get("from"), now, began));
	const high = Math.min(eventsUntil(rec, now), eventsUntil(rec, micros(q.get("to"), now, now)));
	const fits = matcher(rec, q);
	const cursor = q.get("cursor");
	const around = q.get("around");
	let i = descending ? high - 1 : low;
	if (cursor !== null) i = Number(cursor.slice(1)) + (descending ? -1 : 1);
	if (around !== null) i = Number(around.split(".").at(-1)) - 1 - Math.floor(limit / 2);
	i = descending ? Math.min(i, high - 1) : Math.max(i, low);
	const items: Event[] = [];
	let scanned = 0;
	const step = descending ? -1 : 1;
	for (; items.length < limit && scanned < scanLimit && i >= low && i < high; i += step, scanned++) {
		if (fits(i)) items.push(eventAt(rec, i, payload));
	}
	const more = i >= low && i < high;
	return {
		kind: "Event",
		version: 1,
		items,
		...(more ? { next: `e${i - step}` } : {}),
		...(items[0] === undefined ? {} : { previous: items[0].cursor }),
		gaps: gaps(rec).filter(
			(g) =>
				g.from !== undefined &&
				items.some((e) => g.from !== undefined && e.time <= g.from) &&
				items.some((e) => g.to !== undefined && e.time >= g.to),
		),
		...(items.length === 0 ? {} : { scanned_from: items[0]?.time ?? "", scanned_to: items.at(-1)?.time ?? "" }),
		complete: !more || items.length === limit,
	};
}

export function eventByPosition(rec: string, position: string): Event | undefined {
	const i = Number(position.split(".").at(-1)) - 1;
	if (!Number.isInteger(i) || i < 0) return undefined;
	return { ...eventAt(rec, i, true), position };
}

/** Events from one moment on, for the live stream. */
export function since(
	rec: string,
	from: number,
	q: URLSearchParams,
	now: number,
	most: number,
): { readonly items: readonly Event[]; readonly next: number } {
	const fits = matcher(rec, q);
	const high = eventsUntil(rec, now);
	const items: Event[] = [];
	let i = from;
	for (; i < high && items.length < most; i++) if (fits(i)) items.push(eventAt(rec, i, true));
	return { items, next: high };
}

const shares: readonly (readonly [kind: string, op: string, lane: string, share: number])[] = [
	["source-record", "source-orders", "src", 0.14],
	["record", "source-orders", "out", 0.14],
	["elements", "drop-duplicates", "det", 0.14],
	["record", "drop-duplicates", "out", 0.14],
	["elements", "convert-to-euro", "det", 0.14],
	["record", "convert-to-euro", "out", 0.13],
	["elements", "totals-per-merchant", "det", 0.12],
	["watermark", "source-orders", "out", 0.03],
	["watermark-in", "drop-duplicates", "det", 0.02],
	["event-timer", "totals-per-merchant", "det", 0.006],
	["written", "merchant-totals-writer", "trace", 0.005],
	["checkpoint", "drop-duplicates", "det", 0.0003],
];

export function timeline(rec: string, q: URLSearchParams, now: number): Timeline {
	const from = micros(q.get("from"), now, began);
	const to = micros(q.get("to"), now, now);
	const buckets = Number(q.get("buckets") ?? 100);
	const width = Math.max(1, Math.ceil((to - from) / buckets));
	const kinds = q.getAll("kind");
	const lanes = q.getAll("lane");
	const op = q.get("op");
	const inside = (t: number) => eventsUntil(rec, Math.min(now, t + width)) - eventsUntil(rec, Math.max(began, t));
	const series = shares
		.filter(
			([kind, o, lane]) =>
				(kinds.length === 0 || kinds.includes(kind)) && (lanes.length === 0 || lanes.includes(lane)) && (!op || op === o),
		)
		.map(([kind, o, , share], s) => ({
			op: o,
			kind,
			counts: Array.from({ length: buckets }, (_, b) =>
				Math.floor(inside(from + b * width) * share * between(0.8, 1.2, Math.floor((from + b * width) / width), s)),
			),
		}));
	return {
		from: rfc3339(from),
		to: rfc3339(from + width * buckets),
		bucket_us: String(width),
		series,
		total: String(series.reduce((sum, s) => sum + s.counts.reduce((a, b) => a + b, 0), 0)),
		approximate: false,
		gaps: gaps(rec),
	};
}

/** A made-up catalog: the streams of a shop, who writes and reads them, and by which evidence that is known. */
import type {
	CatalogBrief,
	CatalogChange,
	CatalogEntity,
	CatalogEvidence,
	CatalogField,
	CatalogHit,
	CatalogMap,
	CatalogMapEdge,
	CatalogMapNode,
	CatalogProposal,
	CatalogSystem,
} from "../src/api/schema.ts";
import { rfc3339 } from "./draw.ts";
import { orderTotals } from "./jobs.ts";

const second = 1_000_000;

/** So long ago, in seconds. */
function ago(seconds: number): string {
	return rfc3339(Date.now() * 1000 - Math.round(seconds * second));
}

export const ordersId = "stream:demo/orders";

export function brief(id: string, change: Partial<CatalogBrief> = {}): CatalogBrief {
	const [kind = "stream", name = ""] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
	return {
		id,
		kind: kind as CatalogBrief["kind"],
		name: name.split("/").at(-1) ?? name,
		...(kind === "stream" || kind === "group" ? { cluster: "demo" } : {}),
		owners: ["team:checkout"],
		tags: [],
		fields: 0,
		first: ago(90 * 86_400),
		last: ago(3),
		facts: {},
		...change,
	};
}

export function field(path: string, change: Partial<CatalogField> = {}): CatalogField {
	return {
		part: "value",
		path,
		depth: path.split(".").length - 1,
		type: "string",
		optional: false,
		tags: [],
		class: "public",
		origins: ["schema"],
		read_by: [],
		written_by: [],
		...change,
	};
}

const totals = "job:order-totals";
const returns = "job:returns-router";
const crm = "service:crm-sync";

export const orderFields: readonly CatalogField[] = [
	field("id", { rule: "unique, required", read_by: [totals, returns, crm] }),
	field("merchantId", { rule: "required", read_by: [totals, crm] }),
	{ ...field("customer", { type: "record" }), class: undefined } as unknown as CatalogField,
	field("customer.id", { class: "pii.id", mask: "token", tags: ["pii.id"], tag_source: "contract", rule: "required", read_by: [crm] }),
	field("customer.email", {
		class: "pii.contact",
		mask: "token",
		tags: ["pii.contact"],
		tag_source: "contract",
		rule: "format email",
		doc: "Where the receipt goes; *not* verified.",
		read_by: [crm],
	}),
	{ ...field("payment", { type: "record" }), class: undefined } as unknown as CatalogField,
	field("payment.method", { type: "enum", rule: "4 values", read_by: [totals] }),
	field("payment.pan", { class: "pii.financial", mask: "keep-last-4", rule: "required" }),
	{ ...field("items[]", { type: "array", rule: "1 to 200" }), class: undefined } as unknown as CatalogField,
	field("items[].sku", { rule: "required", read_by: [returns] }),
	field("amount", { type: "decimal(10,2)", rule: "> 0", read_by: [totals, crm] }),
	field("currency", { rule: "ISO 4217", read_by: [totals] }),
	field("createdAt", { type: "timestamp-millis", rule: "required", read_by: [totals] }),
	field("note", { optional: true, class: "unknown", mask: "redact", origins: ["type of job:order-totals"] }),
	field("session", { class: "secret", mask: "drop" }),
];

function evidence(kind: CatalogEvidence["kind"], change: Partial<CatalogEvidence> = {}): CatalogEvidence {
	return { kind, known: false, paths: [], first: ago(40 * 86_400), last: ago(2), ...change };
}

export function system(id: string, reads: boolean, change: Partial<CatalogSystem> = {}): CatalogSystem {
	return { ...brief(id), reads, evidence: [evidence("recorded-records")], known: true, paths: [], seen: ago(2), stale: false, ...change };
}

const writers: readonly CatalogSystem[] = [
	system("service:checkout-api", false, {
		evidence: [evidence("registry-request", { detail: "registered or looked up schema id 1055" })],
		known: false,
	}),
	system("service:outbox-relay", false, {
		evidence: [evidence("registry-request", { detail: "registered or looked up schema id 1055" })],
		known: false,
	}),
];

const readers: readonly CatalogSystem[] = [
	system(totals, true, {
		facts: { recording: orderTotals },
		evidence: [
			evidence("recorded-records", { detail: "88,121 records of 4 partitions, by operator orders", known: false }),
			evidence("recorded-type", { detail: "the type Order of operator orders", known: true, paths: ["id", "merchantId", "amount"] }),
			evidence("consumer-group", { detail: "4 partitions, 1 members: order-totals-0", known: false }),
		],
		paths: ["id", "merchantId", "amount", "currency", "createdAt", "payment.method"],
		reader: "com.shop.Order",
	}),
	system(returns, true, {
		evidence: [evidence("recorded-plan", { known: true })],
		paths: ["id", "items[].sku", "status"],
	}),
	system(crm, true, {
		owners: ["team:crm"],
		evidence: [evidence("declared", { detail: "contract crm-orders 1.2.0", known: true }), evidence("consumer-group")],
		paths: ["customer.id", "customer.email"],
	}),
	system("group:demo/bi-export", true, {
		owners: ["team:data"],
		evidence: [evidence("consumer-group", { detail: "offsets of 4 partitions, stable" }), evidence("connector")],
		known: false,
	}),
	{
		...system("principal:demo/stock-legacy", true, {
			owners: [],
			evidence: [{ kind: "acl", known: false, paths: [], detail: "rule Read for orders" }],
			known: false,
			stale: true,
		}),
		seen: ago(41 * 86_400),
	},
];

export function change(id: number, what: Partial<CatalogChange> = {}): CatalogChange {
	return {
		id: String(id),
		entity: ordersId,
		attribute: "owners",
		by: "oidc:x#lea",
		name: "Lea",
		at: ago(id * 3_600),
		reason: "they wrote it",
		before: [],
		after: ["team:checkout"],
		...what,
	};
}

export function proposal(change: Partial<CatalogProposal> = {}): CatalogProposal {
	return {
		id: "p-4711",
		entity: ordersId,
		attribute: "tags",
		before: ["shop"],
		values: ["shop", "critical"],
		by: "oidc:x#bob",
		name: "Bob",
		at: ago(7_200),
		reason: "the shop stops without it",
		state: "pending",
		decide: true,
		yours: false,
		...change,
	};
}

export function entity(id: string, change: Partial<CatalogEntity> = {}): CatalogEntity {
	return {
		...brief(id),
		editable: true,
		owns: false,
		field_list: [],
		masked: 0,
		writers: [],
		readers: [],
		unknown_readers: 0,
		streams: [],
		hidden: 0,
		parts: [],
		health: [],
		changes: [],
		proposals: [],
		...change,
	};
}

export const orders: CatalogEntity = entity(ordersId, {
	tags: ["shop"],
	fields: orderFields.length,
	doc: "Every order of the shop, when it is placed.",
	facts: { partitions: "6", replicas: "3", cleanup: "delete", retention_ms: "604800000" },
	contact: "#checkout-oncall",
	doc_text:
		"Every order of the shop, **when it is placed**.\n\n- one record for each change\n- key is `merchantId`\n\nMore in the [handbook](https://handbook.example.com/orders).",
	owner_source: "contract",
	doc_source: "person",
	field_list: orderFields,
	masked: 5,
	writers,
	readers,
	unknown_readers: 2,
	parts: [
		brief("schema:orders-value/7", {
			name: "orders-value v7",
			facts: { subject: "orders-value", version: "7", language: "avro", part: "value" },
		}),
		brief("contract:orders", { facts: { version: "2.3.0", status: "active" } }),
	],
	health: [
		{
			name: "id unique",
			state: "broken",
			text: "1 violation in 24 h, first at orders/2@88121",
			link: "/t/demo/orders#sel=2%4088121",
			at: ago(300),
		},
		{ name: "conformity", state: "ok", text: "100.00 %" },
		{ name: "volume", state: "learning", text: "for 9 d more" },
	],
	changes: [
		change(1),
		change(2, {
			attribute: "tags",
			path: "customer.email",
			before: [],
			after: ["pii.contact"],
			reason: "contract orders 2.3.0",
			name: "contract",
		}),
	],
	proposals: [proposal()],
});

export const orderTotalsEntity: CatalogEntity = entity(totals, {
	facts: { engine: "flink", version: "2.3.0", state: "running", parallelism: "4", recording: orderTotals },
	streams: [
		system(ordersId, true, { paths: ["id", "merchantId", "amount"] }),
		system("stream:demo/merchant-totals", false, { known: false }),
	],
	parts: [brief("operator:order-totals/drop-duplicates", { name: "drop-duplicates" }), brief("program:4f0a9b7d", { name: "shop.jar" })],
});

export const hits: readonly CatalogHit[] = [
	{
		...brief(ordersId, { fields: 15, tags: ["shop"], doc: "Every order of the shop, when it is placed." }),
		matched: [{ what: "name", text: "orders" }],
	},
	{ ...brief("stream:demo/merchant-totals", { fields: 4 }), matched: [{ what: "field", text: "orders" }] },
	{
		...brief("stream:demo/returns", { owners: [], fields: 6 }),
		matched: [
			{ what: "field", text: "order.id" },
			{ what: "doc", text: "" },
		],
	},
	{ ...brief(totals), matched: [{ what: "name", text: "order-totals" }] },
	{ ...brief(returns), matched: [{ what: "other", text: "" }] },
	{ ...brief("contract:orders"), matched: [{ what: "name", text: "orders" }] },
	{ ...brief("group:demo/bi-export", { owners: ["team:data"] }), matched: [] },
	{ ...brief(crm, { owners: ["team:crm"] }), matched: [] },
	{ ...brief("team:checkout", { owners: [] }), matched: [] },
];

export function search(q: URLSearchParams): readonly CatalogHit[] {
	const words = (q.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
	const kinds = q.getAll("kind");
	return hits.filter((h) => {
		const text = `${h.id} ${h.owners.join(" ")} ${h.tags.join(" ")} ${h.matched.map((m) => m.text).join(" ")}`.toLowerCase();
		return (kinds.length === 0 || kinds.includes(h.kind)) && words.every((w) => text.includes(w.slice(w.indexOf(":") + 1)));
	});
}

function node(id: string, level: number, change: Partial<CatalogMapNode> = {}): CatalogMapNode {
	const { kind, name, cluster, owners } = brief(id);
	return { id, kind, name, ...(cluster === undefined ? {} : { cluster }), owners, level, ...change };
}

function edge(from: number, to: number, change: Partial<CatalogMapEdge> = {}): CatalogMapEdge {
	return { from, to, evidence: "recorded-records", known: true, seen: ago(2), ...change };
}

export const ordersMap: CatalogMap = {
	kind: "lineage-map",
	version: 1,
	nodes: [
		node(ordersId, 0),
		node("service:checkout-api", -1),
		node("service:outbox-relay", -1),
		node(totals, 1),
		node(returns, 1),
		node(crm, 1, { owners: ["team:crm"] }),
		node("stream:demo/merchant-totals", 2),
		node("stream:demo/returns", 2, { owners: [] }),
		node("job:merchant-alerts", 3),
		node("stream:demo/alerts", 4),
	],
	edges: [
		edge(1, 0, { evidence: "registry-request", known: false }),
		edge(2, 0, { evidence: "registry-request", known: false }),
		edge(0, 3),
		edge(0, 4, { evidence: "recorded-plan" }),
		edge(0, 5, { evidence: "declared", seen: ago(41 * 86_400) }),
		edge(3, 6),
		edge(4, 7, { evidence: "recorded-plan" }),
		edge(6, 8),
		edge(8, 9),
	],
	hidden: 1,
	cut: false,
};

export const amountMap: CatalogMap = {
	kind: "lineage-map",
	version: 1,
	nodes: [
		node(ordersId, 0, { path: "amount" }),
		node("stream:demo/merchant-totals", 1, { path: "total" }),
		node("stream:demo/alerts", 2, { path: "limit" }),
		node("service:crm-sync", 1),
	],
	edges: [
		edge(0, 1, { evidence: "recorded-plan", how: "SUM(amount)", via: totals }),
		edge(1, 2, { evidence: "recorded-plan", how: "identity", via: "job:merchant-alerts" }),
		edge(0, 3, { evidence: "consumer-group", known: false }),
	],
	hidden: 0,
	cut: false,
};

/** A large estate: jobs and as many topics in chains that branch and meet, the same every time. */
export function largeMap(jobs: number, levels = 12): CatalogMap {
	const nodes: CatalogMapNode[] = [];
	const edges: CatalogMapEdge[] = [];
	const at: number[][] = [];
	let state = 7;
	const draw = (below: number) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return (state >>> 8) % below;
	};
	const middle = Math.floor(levels / 2);
	const per = Math.ceil((jobs * 2) / levels);
	for (let level = 0; level < levels && nodes.length < jobs * 2; level++) {
		const here: number[] = [];
		for (let i = 0; i < per && nodes.length < jobs * 2; i++) {
			const stream = level % 2 === 0;
			const n = nodes.length;
			here.push(n);
			nodes.push(node(stream ? `stream:demo/topic-${n}` : `job:job-${n}`, level - middle));
			const before = at[level - 1];
			if (before === undefined) continue;
			for (let k = 0; k <= draw(3); k++) {
				const near = Math.min(before.length - 1, Math.max(0, i - 4 + draw(9)));
				const from = before[near];
				if (from !== undefined && !edges.some((e) => e.to === n && e.from === from))
					edges.push(edge(from, n, { evidence: draw(4) === 0 ? "consumer-group" : "recorded-records" }));
			}
		}
		at.push(here);
	}
	return { kind: "lineage-map", version: 1, nodes, edges, hidden: 0, cut: false };
}

/** What the made-up server answers below /catalog; undefined: there is no such entity. */
export function catalogAnswer(rest: readonly string[], q: URLSearchParams, method: string): unknown {
	const list = (kind: string, items: readonly unknown[]) => ({ kind, version: 1, items });
	const [what, id = "", part] = rest;
	if (what === undefined) return list("catalog-hit", search(q));
	if (what === "proposals")
		return id === "" ? list("catalog-proposal", [proposal()]) : proposal({ id, state: part === "refuse" ? "refused" : "approved" });
	const known = new Map([orders, orderTotalsEntity].map((e) => [e.id, e]));
	const hit = hits.find((h) => h.id === id);
	const found = known.get(id) ?? (hit === undefined ? undefined : entity(id, { ...hit }));
	if (found === undefined) return undefined;
	if (part === "history") return list("catalog-change", orders.changes);
	if (part === "lineage") return q.get("field") === null ? (q.get("depth") === "20" ? largeMap(2000) : ordersMap) : amountMap;
	if (part === "changes") return change(9);
	if (part === "proposals") return proposal({ yours: true, decide: false });
	return method === "GET" ? found : undefined;
}

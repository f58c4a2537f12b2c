/** The catalog: what streams hold, who writes and reads them, whose they are. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import {
	type Decoded,
	type Decoder,
	flag,
	integer64,
	isRecord,
	list,
	MismatchError,
	number,
	oneOf,
	optional,
	shape,
	text,
} from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** In the order in which lists have them. */
export const kinds = [
	"stream",
	"job",
	"schema",
	"contract",
	"group",
	"service",
	"principal",
	"team",
	"person",
	"operator",
	"program",
	"incident",
] as const;
export type Kind = (typeof kinds)[number];

const kind = oneOf(...kinds);
const evidenceKind = oneOf(
	"recorded-records",
	"recorded-plan",
	"recorded-type",
	"openlineage",
	"declared",
	"registry-request",
	"consumer-group",
	"connector",
	"acl",
);
export type EvidenceKind = Decoded<typeof evidenceKind>;

/** Words by words. */
const facts: Decoder<Readonly<Record<string, string>>, { readonly [name: string]: string } | null> = {
	read: (input, path) => {
		if (input === null) return {};
		if (!isRecord(input)) throw new MismatchError(path, "an object");
		return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, text.read(value, `${path}.${name}`)]));
	},
};

const briefFields = {
	id: text,
	kind,
	name: text,
	cluster: optional(text),
	parent: optional(text),
	owners: list(text),
	tags: list(text),
	fields: number,
	doc: optional(text),
	first: optional(wallTime),
	last: optional(wallTime),
	facts,
};
const brief = shape<wire.CatalogBrief>()(briefFields);
export type Brief = Decoded<typeof brief>;

const match = shape<wire.CatalogMatch>()({ what: oneOf("name", "field", "owner", "tag", "doc", "other"), text });
export type Match = Decoded<typeof match>;

const hit = shape<wire.CatalogHit>()({ ...briefFields, matched: list(match) });
export type Hit = Decoded<typeof hit>;

const evidence = shape<wire.CatalogEvidence>()({
	kind: evidenceKind,
	detail: optional(text),
	known: flag,
	paths: list(text),
	first: optional(wallTime),
	last: optional(wallTime),
});
export type Evidence = Decoded<typeof evidence>;

const system = shape<wire.CatalogSystem>()({
	...briefFields,
	reads: flag,
	evidence: list(evidence),
	known: flag,
	paths: list(text),
	reader: optional(text),
	seen: optional(wallTime),
	stale: flag,
});
export type System = Decoded<typeof system>;

const field = shape<wire.CatalogField>()({
	part: oneOf("key", "value"),
	path: text,
	depth: number,
	type: optional(text),
	optional: flag,
	doc: optional(text),
	tags: list(text),
	tag_source: optional(text),
	class: optional(text),
	mask: optional(text),
	origins: list(text),
	rule: optional(text),
	read_by: list(text),
	written_by: list(text),
});
export type Field = Decoded<typeof field>;

const health = shape<wire.CatalogHealth>()({
	name: text,
	state: oneOf("ok", "broken", "learning", "unknown"),
	text: optional(text),
	link: optional(text),
	at: optional(wallTime),
});
export type HealthNote = Decoded<typeof health>;

const change = shape<wire.CatalogChange>()({
	id: integer64,
	entity: text,
	path: optional(text),
	attribute: oneOf("owners", "tags", "doc", "contact", "members", "fields"),
	by: text,
	name: text,
	at: wallTime,
	reason: text,
	before: list(text),
	after: list(text),
	proposal: optional(text),
});
export type Change = Decoded<typeof change>;

const attribute = oneOf("owners", "tags", "doc", "contact", "members");
export type Attribute = Decoded<typeof attribute>;

const proposal = shape<wire.CatalogProposal>()({
	id: text,
	entity: text,
	path: optional(text),
	attribute,
	before: list(text),
	values: list(text),
	by: text,
	name: text,
	at: wallTime,
	reason: text,
	state: oneOf("pending", "approved", "refused", "withdrawn"),
	decided_by: optional(text),
	decided: optional(wallTime),
	why: optional(text),
	decide: flag,
	yours: flag,
});
export type Proposal = Decoded<typeof proposal>;

const entity = shape<wire.CatalogEntity>()({
	...briefFields,
	contact: optional(text),
	doc_text: optional(text),
	owner_source: optional(text),
	doc_source: optional(text),
	editable: flag,
	owns: flag,
	field_list: list(field),
	masked: number,
	writers: list(system),
	readers: list(system),
	unknown_readers: number,
	streams: list(system),
	hidden: number,
	parts: list(brief),
	health: list(health),
	changes: list(change),
	proposals: list(proposal),
});
export type Entity = Decoded<typeof entity>;

const mapNode = shape<wire.CatalogMapNode>()({
	id: text,
	kind,
	name: text,
	cluster: optional(text),
	path: optional(text),
	owners: list(text),
	level: number,
});
export type MapNode = Decoded<typeof mapNode>;

const mapEdge = shape<wire.CatalogMapEdge>()({
	from: number,
	to: number,
	evidence: evidenceKind,
	known: flag,
	how: optional(text),
	via: optional(text),
	seen: optional(wallTime),
});
export type MapEdge = Decoded<typeof mapEdge>;

const lineageMap = shape<Pick<wire.CatalogMap, "nodes" | "edges" | "hidden" | "cut">>()({
	nodes: list(mapNode),
	edges: list(mapEdge),
	hidden: number,
	cut: flag,
});
export type LineageMap = Decoded<typeof lineageMap>;

const hits = shape<Pick<wire.CatalogHitList, "items" | "next">>()({ items: list(hit), next: optional(text) });
const changes = shape<Pick<wire.CatalogChangeList, "items" | "next">>()({ items: list(change), next: optional(text) });
const proposals = shape<Pick<wire.CatalogProposalList, "items">>()({ items: list(proposal) });

const pageSize = 100;

/** Entities that a search finds, page by page, the best first. */
export function catalogQuestion(q: string, of: readonly Kind[]) {
	return infiniteQueryOptions({
		queryKey: ["catalog", "search", q, of],
		queryFn: ({ signal, pageParam }) =>
			read(
				GET("/api/v1/catalog", {
					params: {
						query: {
							limit: pageSize,
							...(q === "" ? {} : { q }),
							...(of.length === 0 ? {} : { kind: [...of] }),
							...(pageParam === "" ? {} : { cursor: pageParam }),
						},
					},
					signal,
				}),
				hits,
				signal,
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next,
		placeholderData: keepPreviousData,
		staleTime: 10_000,
	});
}

/** The first few, for what somebody types. */
export function catalogGuessQuestion(q: string) {
	return queryOptions({
		queryKey: ["catalog", "guess", q],
		queryFn: async ({ signal }) => (await read(GET("/api/v1/catalog", { params: { query: { q, limit: 8 } }, signal }), hits, signal)).items,
		placeholderData: keepPreviousData,
		staleTime: 30_000,
	});
}

/** The key of what is known of an entity: who changes it asks for all of that anew. */
export function entityKey(id: string) {
	return ["catalog", "entity", id] as const;
}

export function entityQuestion(id: string) {
	return queryOptions({
		queryKey: entityKey(id),
		queryFn: ({ signal }) => read(GET("/api/v1/catalog/entities/{entity}", { params: { path: { entity: id } }, signal }), entity, signal),
		refetchInterval: 15_000,
	});
}

export function historyQuestion(id: string) {
	return infiniteQueryOptions({
		queryKey: [...entityKey(id), "history"],
		queryFn: ({ signal, pageParam }) =>
			read(
				GET("/api/v1/catalog/entities/{entity}/history", {
					params: { path: { entity: id }, query: pageParam === "" ? {} : { cursor: pageParam } },
					signal,
				}),
				changes,
				signal,
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next,
	});
}

export type MapWish = { readonly field: string | undefined; readonly direction: "up" | "down" | "both"; readonly depth: number };

/** What is up- and downstream of an entity. */
export function mapQuestion(id: string, w: MapWish) {
	return queryOptions({
		queryKey: [...entityKey(id), "lineage", w],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/catalog/entities/{entity}/lineage", {
					params: {
						path: { entity: id },
						query: { direction: w.direction, depth: w.depth, ...(w.field === undefined ? {} : { field: w.field }) },
					},
					signal,
				}),
				lineageMap,
				signal,
			),
		placeholderData: keepPreviousData,
		staleTime: 15_000,
	});
}

/** All proposals that wait, and that the reader may see. */
export const proposalsQuestion = queryOptions({
	queryKey: ["catalog", "proposals"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/catalog/proposals", { signal }), proposals, signal)).items,
	refetchInterval: 30_000,
});

export type Edit = wire.CatalogEdit;

export function changeEntity(id: string, body: Edit) {
	return read(POST("/api/v1/catalog/entities/{entity}/changes", { params: { path: { entity: id } }, body }), change, undefined);
}

export function proposeChange(id: string, body: Edit) {
	return read(POST("/api/v1/catalog/entities/{entity}/proposals", { params: { path: { entity: id } }, body }), proposal, undefined);
}

export function approveProposal(id: string) {
	return read(POST("/api/v1/catalog/proposals/{id}/approve", { params: { path: { id } } }), proposal, undefined);
}

export function refuseProposal(id: string, why: string) {
	return read(
		POST("/api/v1/catalog/proposals/{id}/refuse", { params: { path: { id } }, body: why === "" ? {} : { why } }),
		proposal,
		undefined,
	);
}

export function withdrawProposal(id: string) {
	return read(DELETE("/api/v1/catalog/proposals/{id}", { params: { path: { id } } }), proposal, undefined);
}

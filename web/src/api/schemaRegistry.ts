/** Subjects of the schema registry, their versions, and what differs between two. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, list, number, oneOf, optional, shape, text } from "../base/decode";
import { GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

export const schemaReadAction = "schema:read";

const subject = shape<wire.SchemaSubject>()({ subject: text, version: number, id: number, type: text, at: optional(wallTime) });
export type SchemaSubject = Decoded<typeof subject>;

const version = { version: number, id: number, type: text, at: optional(wallTime), bytes: number };
const versions = shape<wire.SchemaVersions>()({
	subject: text,
	level: text,
	profile: text,
	items: list(shape<wire.SchemaVersion>()(version)),
});
export type SchemaVersions = Decoded<typeof versions>;

const field = shape<wire.SchemaField>()({
	path: text,
	type: text,
	optional: flag,
	default: optional(text),
	doc: optional(text),
	tags: list(text),
	values: list(text),
});
export type SchemaField = Decoded<typeof field>;

const schemaText = shape<wire.SchemaText>()({
	...version,
	subject: text,
	schema: text,
	references: list(shape<wire.SchemaReference>()({ name: text, subject: text, version: number })),
	fields: list(field),
});
export type SchemaText = Decoded<typeof schemaText>;

const change = shape<wire.SchemaChange>()({
	path: text,
	change: oneOf("added", "removed", "changed"),
	breaking: flag,
	before: optional(field),
	after: optional(field),
});
export type SchemaChange = Decoded<typeof change>;

const rule = shape<wire.SchemaRuleBroken>()({
	direction: oneOf("backward", "forward"),
	kind: text,
	pointer: optional(text),
	path: optional(text),
	breaking: flag,
	asked: flag,
	message: text,
	advice: optional(text),
});
export type SchemaRule = Decoded<typeof rule>;

const difference = shape<wire.SchemaDifference>()({
	subject: text,
	from: number,
	to: number,
	level: text,
	profile: text,
	compatible: flag,
	messages: list(text),
	other_type: flag,
	fields: list(change),
	rules: list(rule),
});
export type SchemaDifference = Decoded<typeof difference>;

const subjects = shape<Pick<wire.SchemaSubjectList, "items" | "next">>()({ items: list(subject), next: optional(text) });

export function subjectsQuestion(q: string) {
	return infiniteQueryOptions({
		queryKey: ["subjects", q],
		initialPageParam: "",
		queryFn: ({ pageParam, signal }) =>
			read(
				GET("/api/v1/subjects", {
					params: { query: { ...(q === "" ? {} : { q }), ...(pageParam === "" ? {} : { cursor: pageParam }) } },
					signal,
				}),
				subjects,
				signal,
			),
		getNextPageParam: (last) => last.next,
		refetchInterval: 15_000,
	});
}

export function versionsQuestion(name: string) {
	return queryOptions({
		queryKey: ["subject", name],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/subjects/{subject}/versions", { params: { path: { subject: name } }, signal }), versions, signal),
		refetchInterval: 15_000,
	});
}

/** A version never changes. */
export function schemaTextQuestion(name: string, number: number) {
	return queryOptions({
		queryKey: ["subject", name, number],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/subjects/{subject}/versions/{version}", { params: { path: { subject: name, version: String(number) } }, signal }),
				schemaText,
				signal,
			),
		staleTime: Number.POSITIVE_INFINITY,
	});
}

export function differenceQuestion(name: string, from: number, to: number) {
	return queryOptions({
		queryKey: ["subject", name, "difference", from, to],
		queryFn: ({ signal }) => compareSchemas(name, { from: String(from), to: String(to) }, signal),
	});
}

/** What differs; with a text: what would come of registering it. Nothing is registered. */
export function compareSchemas(name: string, body: wire.SchemaWish, signal?: AbortSignal) {
	const init = { params: { path: { subject: name } }, body, ...(signal === undefined ? {} : { signal }) };
	return read(POST("/api/v1/subjects/{subject}/difference", init), difference, signal);
}

/** A made-up schema registry. */
import type { SchemaDifference, SchemaField, SchemaSubject, SchemaText, SchemaVersions } from "../src/api/schema";
import { rfc3339 } from "./draw.ts";

const days = 24 * 3600 * 1_000_000;

export function subjects(now: number): readonly SchemaSubject[] {
	return [
		{ subject: "orders-value", version: 2, id: 1055, type: "AVRO", at: rfc3339(now - days) },
		{ subject: "pages-value", version: 1, id: 7, type: "JSON" },
	];
}

export function schemaVersions(now: number): SchemaVersions {
	return {
		subject: "orders-value",
		level: "BACKWARD",
		profile: "confluent-8.3",
		items: [
			{ version: 2, id: 1055, type: "AVRO", at: rfc3339(now - days), bytes: 210 },
			{ version: 1, id: 1021, type: "AVRO", at: rfc3339(now - 90 * days), bytes: 140 },
		],
	};
}

const field = (path: string, type: string, change: Partial<SchemaField> = {}): SchemaField => ({
	path,
	type,
	optional: false,
	tags: [],
	values: [],
	...change,
});

const fields = [
	field("id", "string"),
	field("customer", "record"),
	field("customer.email", "string", { tags: ["pii.contact"] }),
	field("amount", "int"),
];

export function schemaText(now: number, version: number): SchemaText {
	return {
		version,
		id: version === 2 ? 1055 : 1021,
		type: "AVRO",
		at: rfc3339(now - days),
		bytes: 210,
		subject: "orders-value",
		schema: '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}',
		references: [],
		fields: version === 2 ? [...fields.slice(0, 3), field("amount", "long"), field("note", "string", { default: '"-"' })] : fields,
	};
}

export const schemaDifference: SchemaDifference = {
	subject: "orders-value",
	from: 1,
	to: 2,
	level: "BACKWARD",
	profile: "confluent-8.3",
	compatible: true,
	messages: [],
	other_type: false,
	fields: [
		{ path: "amount", change: "changed", breaking: false, before: field("amount", "int"), after: field("amount", "long") },
		{ path: "note", change: "added", breaking: false, after: field("note", "string", { default: '"-"' }) },
	],
	rules: [],
};

/** Of a schema that may not be registered. */
export const refusedSchema: SchemaDifference = {
	...schemaDifference,
	from: 2,
	to: 0,
	compatible: false,
	messages: ["{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'}"],
	fields: [
		{ path: "who", change: "added", breaking: true, after: field("who", "string") },
		{ path: "customer.email", change: "removed", breaking: false, before: field("customer.email", "string") },
	],
	rules: [
		{
			direction: "backward",
			kind: "READER_FIELD_MISSING_DEFAULT_VALUE",
			pointer: "/fields/1",
			path: "who",
			breaking: true,
			asked: true,
			message: "the reader has a field who without a default, which the writer does not write",
			advice: "give who a default",
		},
		{
			direction: "forward",
			kind: "READER_FIELD_MISSING_DEFAULT_VALUE",
			path: "customer.email",
			breaking: true,
			asked: false,
			message: "older readers have no default for customer.email",
		},
	],
};

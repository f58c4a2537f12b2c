/** Who breaks if something is changed: reports, and what teams say of them. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, record, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

export const impactRunAction = "impact:run";
export const impactAckAction = "impact:ack";

export const verdicts = ["broken", "maybe", "unknown", "safe"] as const;
export type ImpactVerdict = (typeof verdicts)[number];

const place = shape<wire.ImpactPlace>()({ partition: number, offset: integer64, path: optional(text), reason: text });
const converted = shape<wire.ImpactConverted>()({
	of: number,
	converted: number,
	failed: number,
	not_simulated: number,
	first: list(place),
	reasons: list(shape<wire.ImpactReason>()({ path: optional(text), reason: text, failed: flag, records: number })),
});
export type ImpactConverted = Decoded<typeof converted>;

const change = shape<wire.ImpactChange>()({
	kind: text,
	path: optional(text),
	from: optional(text),
	to: optional(text),
	text,
	advice: optional(text),
	pointer: optional(text),
});
export type ImpactChange = Decoded<typeof change>;

const system = shape<wire.ImpactSystem>()({
	id: text,
	name: text,
	kind: text,
	role: oneOf("consumer", "producer", "program"),
	owners: list(text),
	verdict: oneOf(...verdicts),
	why: text,
	changes: list(number),
	fields_known: flag,
	fields: list(text),
	seen: optional(wallTime),
	evidence: list(shape<wire.ImpactEvidence>()({ kind: text, source: text, at: optional(wallTime), detail: text })),
	records: optional(converted),
	path: list(text),
	link: optional(text),
});
export type ImpactSystem = Decoded<typeof system>;

const field = shape<wire.ImpactField>()({
	path: text,
	suppressed: optional(flag),
	present: number,
	not_null: number,
	hidden: optional(flag),
	last_partition: number,
	last_offset: integer64,
	last_time: optional(wallTime),
});

const report = shape<wire.ImpactReport>()({
	owners: list(text),
	profile: optional(text),
	registry: optional(shape<wire.ImpactRegistry>()({ subject: text, level: text, compatible: flag, messages: list(text), version: number })),
	changes: list(change),
	data: optional(
		shape<wire.ImpactData>()({
			records: number,
			keyed: number,
			largest: integer64,
			note: optional(text),
			valid: optional(converted),
			fields: list(field),
		}),
	),
	systems: list(system),
	hidden: number,
	plan: list(shape<wire.ImpactPlanStep>()({ who: text, text })),
	notes: list(text),
});
export type ImpactReport = Decoded<typeof report>;

const proposal = shape<Pick<wire.ImpactWish, "cluster" | "topic" | "subject" | "schema" | "drop" | "contract" | "config" | "job">>()({
	cluster: optional(text),
	topic: optional(text),
	subject: optional(text),
	schema: optional(text),
	drop: optional(text),
	contract: optional(text),
	config: optional(record),
	job: optional(text),
});

const ack = shape<wire.ImpactAck>()({ team: text, decision: oneOf("agree", "object"), reason: optional(text), by: text, at: wallTime });
export type ImpactAck = Decoded<typeof ack>;

const outcome = shape<wire.ImpactOutcome>()({
	released: wallTime,
	until: wallTime,
	over: flag,
	systems: list(
		shape<wire.ImpactCame>()({
			system: text,
			name: text,
			predicted: optional(text),
			held: flag,
			blind: optional(flag),
			troubles: list(
				shape<wire.ImpactTrouble>()({
					kind: oneOf("violation", "deserialisation", "exception"),
					path: optional(text),
					count: integer64,
					first: optional(wallTime),
				}),
			),
		}),
	),
});

const run = shape<wire.ImpactRun>()({
	id: text,
	kind: oneOf("schema", "drop", "contract", "topic-config", "jar"),
	title: text,
	cluster: text,
	topic: text,
	state: oneOf("running", "done", "failed", "cancelled"),
	error: optional(text),
	phase: optional(text),
	step: number,
	steps: number,
	by: text,
	began: wallTime,
	ended: optional(wallTime),
	counts: shape<wire.ImpactCounts>()({ broken: number, maybe: number, unknown: number, safe: number }),
	proposal,
	report: optional(report),
	acks: list(ack),
	outcome: optional(outcome),
});
export type ImpactRun = Decoded<typeof run>;

const runs = shape<Pick<wire.ImpactRunList, "items" | "next">>()({ items: list(run), next: optional(text) });
const asText = shape<wire.ImpactText>()({ format: text, media_type: text, text });

export type ImpactWish = wire.ImpactWish;

export function impactsQuestion(of: { readonly cluster: string; readonly topic: string } | undefined) {
	return queryOptions({
		queryKey: ["impacts", of],
		queryFn: async ({ signal }) => (await read(GET("/api/v1/impact", { params: { query: of ?? {} }, signal }), runs, signal)).items,
		refetchInterval: 10_000,
	});
}

/** A report; while it is made, how far it is. */
export function impactQuestion(id: string) {
	return queryOptions({
		queryKey: ["impact", id],
		queryFn: ({ signal }) => read(GET("/api/v1/impact/{id}", { params: { path: { id } }, signal }), run, signal),
		refetchInterval: (query) => (query.state.data?.state === "running" ? 1_000 : 15_000),
	});
}

/** Begins a report and does not wait for it: the page shows how far it is. */
export function startImpact(body: ImpactWish) {
	return read(POST("/api/v1/impact", { params: { query: { wait: 0 } }, body }), run, undefined);
}

export function cancelImpact(id: string) {
	return read(DELETE("/api/v1/impact/{id}", { params: { path: { id } } }), run, undefined);
}

export function ackImpact(id: string, body: wire.ImpactAckWish) {
	return read(POST("/api/v1/impact/{id}/ack", { params: { path: { id } }, body }), run, undefined);
}

/** The report as a pull request takes it, with links to these pages. */
export async function impactMarkdown(id: string): Promise<string> {
	const query = { format: "markdown" as const, base: window.location.origin };
	return (await read(GET("/api/v1/impact/{id}/report", { params: { path: { id }, query } }), asText, undefined)).text;
}

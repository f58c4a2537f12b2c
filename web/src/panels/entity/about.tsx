import { Fragment, type ReactNode } from "react";
import type { Brief, Entity } from "../../api/catalog";
import { count, duration, plural, size, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { EntityLink } from "../../catalog/EntityLink";
import { kindLooks } from "../../catalog/words";
import { link } from "../../model/address";

function capital(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}

const languages: Readonly<Record<string, string>> = { avro: "Avro", protobuf: "Protobuf", json: "JSON Schema", jsonschema: "JSON Schema" };

/** A number among facts, which are texts. */
export function factNumber(e: Brief, name: string): number | undefined {
	const n = Number(e.facts[name] ?? "");
	return e.facts[name] === undefined || !Number.isFinite(n) ? undefined : n;
}

/** The newest schema of a stream's values. */
export function latestSchema(e: Entity): Brief | undefined {
	return e.parts
		.filter((p) => p.kind === "schema" && p.facts.part !== "key")
		.reduce<Brief | undefined>((best, p) => {
			if (best === undefined) return p;
			return (factNumber(p, "version") ?? 0) > (factNumber(best, "version") ?? 0) ? p : best;
		}, undefined);
}

/** How long the records of a stream are kept; undefined: nobody told. */
export function keptFor(e: Brief): { readonly value: string; readonly unit: string } | undefined {
	const ms = factNumber(e, "retention_ms");
	if (ms === undefined || ms === 0) return undefined;
	return ms < 0 ? { value: "for ever", unit: "" } : duration(ms);
}

/** What an entity is, in one sentence. */
export function About({ entity: e }: { readonly entity: Entity }) {
	const parts = partsOf(e);
	return (
		<>
			{parts.map((p, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no other identity
				<Fragment key={i}>
					{i > 0 && ", "}
					{p}
				</Fragment>
			))}
		</>
	);
}

function partsOf(e: Entity): readonly ReactNode[] {
	const f = e.facts;
	const number = (name: string, one: string) => {
		const n = factNumber(e, name);
		return n === undefined ? [] : [plural(n, one)];
	};
	const parent = e.parent === undefined ? [] : [<EntityLink key="parent" id={e.parent} className="link" />];
	switch (e.kind) {
		case "stream": {
			const schema = latestSchema(e);
			return [
				<>
					Stream on Kafka cluster <b>{e.cluster ?? "not known"}</b>
				</>,
				...number("partitions", "partition"),
				...(f.cleanup === undefined || f.cleanup === "delete" ? [] : [f.cleanup]),
				...(schema === undefined
					? ["no schema known"]
					: [
							languages[schema.facts.language ?? ""] ?? schema.facts.language ?? "",
							<>
								subject <code>{schema.facts.subject}</code> v{schema.facts.version}
							</>,
						]),
			];
		}
		case "job":
			return [
				<>
					{f.engine === "flink" ? `Flink ${f.version ?? ""} job` : `Job of ${f.engine ?? "another engine"}`}
					{f.sql === "yes" && " in SQL"}
				</>,
				...(f.state === undefined ? [] : [f.state]),
				...number("parallelism", "subtask"),
				...(f.recording === undefined
					? []
					: [
							<a key="rec" className="link" href={link({ screen: "graph", job: f.recording })}>
								recording {shortId(f.recording)}
							</a>,
						]),
			];
		case "group":
			return [
				<>
					Consumer group on Kafka cluster <b>{e.cluster ?? "not known"}</b>
				</>,
				...(f.state === undefined ? [] : [f.state.toLowerCase()]),
				...number("members", "member"),
				...(f.clients === undefined ? [] : [`clients ${f.clients}`]),
			];
		case "program":
			return [
				"Program",
				...(f.version === undefined ? [] : [`version ${f.version}`]),
				...(f.commit === undefined ? [] : [<code key="commit">{f.commit.slice(0, 12)}</code>]),
				...(f.bytes === undefined ? [] : [written(size(Number(f.bytes)))]),
				...parent,
			];
		case "operator":
			return [
				capital([f.kind ?? "", "operator"].join(" ").trim()),
				...parent,
				...(f.class === undefined ? [] : [<code key="class">{f.class}</code>]),
			];
		case "schema":
			return [
				`${languages[f.language ?? ""] ?? "Schema"}`,
				...(f.subject === undefined ? [] : [<code key="subject">{f.subject}</code>]),
				...(f.version === undefined ? [] : [`version ${f.version}`]),
				...(f.schema_id === undefined ? [] : [`id ${f.schema_id}`]),
				...parent,
			];
		case "contract":
			return ["Contract", ...(f.version === undefined ? [] : [f.version]), ...(f.status === undefined ? [] : [f.status]), ...parent];
		case "team":
		case "person":
			return [capital(kindLooks[e.kind].one), e.parts.length === 0 ? "owns nothing here" : `owns ${count(e.parts.length)}`];
		default:
			return [capital(kindLooks[e.kind].one), ...(e.cluster === undefined ? [] : [`on ${e.cluster}`]), ...parent];
	}
}

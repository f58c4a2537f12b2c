/** What of a topic's records an address asks for: where they begin, in which order, of which partitions, which of them. */
import type { ViewState } from "./address";
import { changeFilter, type FilterProblem, readFilter, writeFilter } from "./filter";

export type From = { readonly kind: "latest" | "earliest" } | { readonly kind: "offset" | "time" | "group"; readonly text: string };

export type FromKind = From["kind"];

const instant = /^(?:-\d+(?:ms|s|m|h|d)|\d{4,}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))$/;

/** What cannot be read is taken as the newest. */
export function readFrom(text: string | undefined): From {
	if (text === undefined || text === "latest") return { kind: "latest" };
	if (text === "earliest") return { kind: "earliest" };
	if (text.startsWith("group:")) return { kind: "group", text: text.slice("group:".length) };
	if (/^\d{1,19}$/.test(text)) return { kind: "offset", text };
	return instant.test(text) ? { kind: "time", text } : { kind: "latest" };
}

/** Undefined: from the newest, which needs no word. */
export function writeFrom(from: From): string | undefined {
	switch (from.kind) {
		case "latest":
			return undefined;
		case "earliest":
			return "earliest";
		case "group":
			return `group:${from.text}`;
		case "offset":
		case "time":
			return from.text;
	}
}

/** What is wrong with a beginning that somebody typed; undefined: nothing. */
export function fromProblem(from: From): string | undefined {
	if (from.kind === "offset" && !/^\d{1,19}$/.test(from.text)) return "an offset is a whole number";
	if (from.kind === "time" && !instant.test(from.text)) return "write a time as 2026-11-23T14:02:11Z, or -5m for five minutes ago";
	if (from.kind === "group" && from.text === "") return "name a consumer group";
	return undefined;
}

/** Numbers with commas between; what is none is left out. Empty: all partitions. */
export function readPartitions(text: string | undefined): readonly number[] {
	const found = (text ?? "").split(",").flatMap((one) => (/^\d{1,9}$/.test(one.trim()) ? [Number(one)] : []));
	return [...new Set(found)].sort((a, b) => a - b);
}

/** Undefined: all. */
export function writePartitions(all: readonly number[]): string | undefined {
	return all.length === 0 ? undefined : all.join(",");
}

/** How keys and values can be read, and what each is called; auto goes by the schema's id, else by what they look like. */
export const decoders = {
	auto: "as they are",
	schema: "by their schema",
	json: "JSON",
	text: "text",
	avro: "Avro",
	protobuf: "Protobuf, without a schema",
	msgpack: "MessagePack",
	cbor: "CBOR",
	int: "whole numbers",
	float: "floating-point numbers",
	uuid: "UUIDs",
	bytes: "bytes",
} as const;

export type DecoderName = keyof typeof decoders;

/** What is none is taken as auto. */
export function readDecoder(text: string | undefined): DecoderName {
	return text !== undefined && Object.hasOwn(decoders, text) ? (text as DecoderName) : "auto";
}

/** Undefined: auto, which needs no word. */
export function writeDecoder(name: DecoderName): string | undefined {
	return name === "auto" ? undefined : name;
}

/** Which of the records are wanted, as the server takes it. */
export type TopicFilter = { readonly key?: string; readonly text?: string; readonly where?: string };

export type TopicFilterReading =
	| { readonly ok: true; readonly filter: TopicFilter }
	| { readonly ok: false; readonly problem: FilterProblem };

/** The display filter of topics: key and text have parameters of their own, all else is one expression. */
export function readTopicFilter(text: string | undefined): TopicFilterReading {
	const reading = readFilter(text ?? "");
	if (!reading.ok) return reading;
	const { key, text: words } = reading.filter;
	const where = writeFilter(changeFilter(reading.filter, { key: undefined, text: undefined }));
	return {
		ok: true,
		filter: {
			...(key === undefined ? {} : { key }),
			...(words === undefined ? {} : { text: words }),
			...(where === "" ? {} : { where }),
		},
	};
}

export type TopicWish = TopicFilter & {
	readonly from?: string;
	readonly order: "asc" | "desc";
	readonly partition?: readonly number[];
	readonly decoder?: string;
};

/** Behind the newest and before the oldest there is nothing: from either there is one way only. */
export function orderOf(state: ViewState): "asc" | "desc" {
	switch (readFrom(state.from).kind) {
		case "latest":
			return "desc";
		case "earliest":
			return "asc";
		default:
			return state.order ?? "asc";
	}
}

/** A filter that cannot be read asks for everything: what is wrong with it stands at its field. */
export function wishOf(state: ViewState): TopicWish {
	const reading = readTopicFilter(state.filter);
	const from = writeFrom(readFrom(state.from));
	const partition = readPartitions(state.partitions);
	const decoder = writeDecoder(readDecoder(state.decoder));
	return {
		...(reading.ok ? reading.filter : {}),
		...(from === undefined ? {} : { from }),
		...(partition.length === 0 ? {} : { partition }),
		...(decoder === undefined ? {} : { decoder }),
		order: orderOf(state),
	};
}

/** The place of a record within its topic: partition@offset. */
export type Place = { readonly partition: number; readonly offset: bigint };

export function readPlace(text: string | undefined): Place | undefined {
	const m = /^(\d{1,9})@(\d{1,19})$/.exec(text ?? "");
	return m?.[1] === undefined || m[2] === undefined ? undefined : { partition: Number(m[1]), offset: BigInt(m[2]) };
}

export function placeText(p: Place): string {
	return `${p.partition}@${p.offset}`;
}

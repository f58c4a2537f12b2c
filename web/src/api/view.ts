import { type Decoded, type Decoder, flag, lazy, list, number, oneOf, optional, shape, text } from "../base/decode";
import type * as wire from "./schema";

/** One value inside a decoded payload; off and len are its bytes within the payload (spec/serializers.md, section 7). */
export type ValueNode = {
	readonly name?: string;
	readonly kind: string;
	readonly type?: string;
	readonly value?: string;
	readonly items?: readonly ValueNode[];
	readonly off: number;
	readonly len: number;
	/** The job's own classes decoded it and all below it. */
	readonly by?: "job";
	readonly reason?: string;
	/** Class of a masked leaf. */
	readonly mask?: string;
};

export const valueNode: Decoder<ValueNode, wire.Node> = shape<wire.Node>()({
	name: optional(text),
	kind: text,
	type: optional(text),
	value: optional(text),
	items: optional(list(lazy(() => valueNode))),
	off: number,
	len: number,
	by: optional(oneOf("job")),
	reason: optional(text),
	mask: optional(text),
});

const masked = shape<wire.Masked>()({ path: text, class: text, action: text });
const range = shape<wire.Range>()({ off: number, len: number });

/** A payload as its reader may see it: decoded, masked, bounded. */
export const view = shape<wire.View>()({
	format: oneOf("flink", "json", "avro", "protobuf", "msgpack", "cbor", "number", "text", "bytes"),
	type: text,
	size: number,
	by: optional(oneOf("job")),
	reason: optional(text),
	text: text,
	node: optional(valueNode),
	bytes: optional(text),
	bytes_cut: optional(flag),
	hidden: optional(list(range)),
	masked: list(masked),
});
export type View = Decoded<typeof view>;
export type Masked = Decoded<typeof masked>;
export type Range = Decoded<typeof range>;

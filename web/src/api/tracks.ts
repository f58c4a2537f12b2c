import { type Decoded, flag, integer64, list, number, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import { gap } from "./recording";
import type * as wire from "./schema";

const track = shape<wire.Track>()({
	op: text,
	op_name: text,
	subtask: number,
	counts: list(shape<wire.TrackCounts>()({ kind: text, counts: list(number) })),
	drops: list(shape<wire.TrackDrops>()({ reason: text, kept: flag, counts: list(number) })),
	watermarks: list(shape<wire.TrackWatermark>()({ input: number, values: list(number) })),
});
export type Track = Decoded<typeof track>;

/** What each subtask did over time: counts, drops by reason and watermarks, by bucket, from block headers. */
export const tracks = shape<wire.Tracks>()({
	from: optional(wallTime),
	to: optional(wallTime),
	bucket_us: integer64,
	total: integer64,
	approximate: flag,
	tracks: list(track),
	gaps: list(gap),
});
export type Tracks = Decoded<typeof tracks>;

/** Values of a watermark that are no time. */
export const noWatermark = -Number.MAX_SAFE_INTEGER;
export const endOfTime = Number.MAX_SAFE_INTEGER;

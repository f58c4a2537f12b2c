/** What was on its way between tasks when a checkpoint's barriers came. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { GET, read } from "./door";
import { wallTime } from "./instants";
import { note } from "./lineage";
import type * as wire from "./schema";

const end = shape<wire.ChannelEnd>()({ task: text, subtask: number, attempt: number });

const stretch = shape<wire.Stretch>()({ elements: integer64, first: optional(text), last: optional(text) });
export type Elements = Decoded<typeof stretch>;

const channel = shape<wire.InFlightChannel>()({
	channel: text,
	edge: text,
	from: end,
	to: end,
	state: oneOf("aligned", "unaligned", "on-the-way", "no-sender", "recovering", "unequal"),
	sent: integer64,
	sent_at: optional(wallTime),
	taken: integer64,
	taken_at: optional(wallTime),
	arrived: optional(wallTime),
	travel_us: optional(integer64),
	waited_us: optional(integer64),
	last: flag,
	overtaken: stretch,
	waiting: stretch,
});
export type InFlightChannel = Decoded<typeof channel>;

export const inFlight = shape<Omit<wire.InFlightReport, "kind" | "version" | "gaps" | "masked" | "next">>()({
	checkpoint: integer64,
	state: optional(text),
	triggered: optional(wallTime),
	completed: optional(wallTime),
	at: optional(wallTime),
	waiting: integer64,
	overtaken: integer64,
	proven: flag,
	notes: list(note),
	items: list(channel),
});
export type InFlight = Decoded<typeof inFlight>;

export type InFlightName = { readonly checkpoint: string; readonly op?: string; readonly at?: string };

export function inFlightQuestion(rec: string, query: InFlightName) {
	return queryOptions({
		queryKey: ["in-flight", rec, query],
		queryFn: ({ signal }) =>
			read(GET("/api/v1/recordings/{rec}/in-flight", { params: { path: { rec }, query }, signal }), inFlight, signal),
		staleTime: 5_000,
	});
}

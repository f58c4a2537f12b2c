/** Pins: what retention must not remove, and why. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

/** Why something is kept. */
export const pinReasons = ["bookmark", "incident", "export", "hold"] as const;

const pin = shape<wire.Pin>()({
	id: text,
	recording: text,
	job: text,
	reason: oneOf(...pinReasons),
	note: text,
	owner: text,
	created: wallTime,
	asked_from: optional(wallTime),
	asked_to: optional(wallTime),
	from: optional(wallTime),
	to: optional(wallTime),
	open: flag,
	segments: number,
	bytes: integer64,
});
export type Pin = Decoded<typeof pin>;

export const pins = shape<Omit<wire.Pins, "kind" | "version">>()({ items: list(pin), bytes: integer64, quota: integer64 });
export type Pins = Decoded<typeof pins>;

export const pinsQuestion = queryOptions({
	queryKey: ["pins"],
	queryFn: ({ signal }) => read(GET("/api/v1/pins", { signal }), pins, signal),
	refetchInterval: 10_000,
});

/** Keeps a recording, or a stretch of it, from retention. */
export function makePin(rec: string, body: wire.PinWish) {
	return read(POST("/api/v1/recordings/{rec}/pins", { params: { path: { rec } }, body }), pin, undefined);
}

/** Takes a pin away. */
export function removePin(id: string) {
	return read(DELETE("/api/v1/pins/{id}", { params: { path: { id } } }), pin, undefined);
}

/** The action that a person needs for either. */
export const pinAction = "recording:pin";

/** Incident files: what leaves of a recording for somebody without access, by a file or by a link. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, read, readFile } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const verdict = oneOf("exact", "path-equal", "not-replayable", "not proven");

const incident = shape<Omit<wire.Incident, "kind" | "version">>()({
	recording: text,
	job: text,
	made: optional(wallTime),
	by: text,
	expires: optional(wallTime),
	from: optional(wallTime),
	to: optional(wallTime),
	roles: list(text),
	policy: text,
	masked: flag,
	classes: list(shape<wire.IncidentClass>()({ part: text, class: text, action: text, values: integer64 })),
	cut: list(shape<wire.IncidentCut>()({ part: text, reason: text, values: integer64, bytes: integer64 })),
	left_out: list(shape<wire.IncidentLeft>()({ name: text, reason: text, bytes: integer64 })),
	gaps: number,
	verdict,
	details: text,
	key_group_bits: number,
	blocks: number,
	events: integer64,
	bytes: integer64,
});
/** What a file would hold. */
export type Incident = Decoded<typeof incident>;

const sharedLink = shape<wire.Link>()({
	id: text,
	state: oneOf("live", "expired", "revoked"),
	recording: text,
	job: text,
	owner: text,
	mine: flag,
	created: wallTime,
	expires: wallTime,
	revoked: optional(wallTime),
	from: optional(wallTime),
	to: optional(wallTime),
	roles: list(text),
	masked: flag,
	encrypted: flag,
	verdict,
	events: integer64,
	bytes: integer64,
	downloads: integer64,
	last: optional(wallTime),
});
/** A link to a file that the server keeps, without what opens it. */
export type SharedLink = Decoded<typeof sharedLink>;

const links = shape<Omit<wire.LinkFiles, "kind" | "version">>()({
	items: list(sharedLink),
	mode: oneOf("off", "login", "open"),
	bytes: integer64,
	quota: integer64,
});
export type SharedLinks = Decoded<typeof links>;

const madeLink = shape<wire.MadeLink>()({ link: sharedLink, path: text, url: optional(text), mode: oneOf("login", "open") });
/** A link with its address, which no later answer has. */
export type MadeLink = Decoded<typeof madeLink>;

/** What of a recording leaves, and for whom; what is absent, the server chooses. */
export type ShareWish = NonNullable<wire.operations["export-incident"]["parameters"]["query"]>;

/** Says what a file would hold. Reads the whole recording; nothing leaves. */
export function previewIncident(rec: string, query: ShareWish, signal: AbortSignal): Promise<Incident> {
	return read(GET("/api/v1/recordings/{rec}/export/incident/preview", { params: { path: { rec }, query }, signal }), incident, signal);
}

/** Takes a file out. `got` is told how many bytes have come, of how many. Each call is written into the audit log. */
export function fetchIncident(rec: string, query: ShareWish, signal: AbortSignal, got: (bytes: number, of: number) => void) {
	return readFile(
		GET("/api/v1/recordings/{rec}/export/incident", { params: { path: { rec }, query }, signal, parseAs: "stream" }),
		signal,
		got,
	);
}

/** Has the server make a file and keep it, for whoever has its address. */
export function makeLink(rec: string, body: wire.LinkWish, signal: AbortSignal): Promise<MadeLink> {
	return read(POST("/api/v1/recordings/{rec}/links", { params: { path: { rec } }, body, signal }), madeLink, signal);
}

/** Ends a link; its file is removed. */
export function revokeLink(id: string): Promise<SharedLink> {
	return read(DELETE("/api/v1/links/{id}", { params: { path: { id } } }), sharedLink, undefined);
}

export const linksQuestion = queryOptions({
	queryKey: ["links"],
	queryFn: ({ signal }) => read(GET("/api/v1/links", { signal }), links, signal),
	refetchInterval: 10_000,
});

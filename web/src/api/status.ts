import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const ingest = shape<wire.Ingest>()({
	blocks: integer64,
	blocks_per_s: number,
	bytes: integer64,
	bytes_per_s: number,
	events: integer64,
	events_per_s: number,
});

/** The incident file that a server shows in place of what it records itself. */
const opened = shape<Pick<wire.IncidentFile, "by" | "details" | "known" | "masked" | "roles" | "signer" | "verdict">>()({
	by: text,
	details: text,
	known: optional(text),
	masked: flag,
	roles: list(text),
	signer: text,
	verdict: oneOf("exact", "path-equal", "not-replayable", "not proven"),
});
export type OpenedFile = Decoded<typeof opened>;

/** The server about itself. */
export const status = shape<wire.Status>()({
	version: text,
	uptime_s: integer64,
	listen: text,
	agent_listen: text,
	agent_jar: optional(text),
	data: text,
	flink_lines: list(text),
	agents: number,
	recordings: number,
	bytes: integer64,
	ingest: ingest,
	opened: optional(opened),
});
export type Status = Decoded<typeof status>;

/** One line of the server's own examination. */
export const check = shape<wire.Check>()({ check: text, state: oneOf("ok", "warn", "fail"), detail: text, fix: optional(text) });
export type Check = Decoded<typeof check>;

const grantInForce = shape<wire.GrantInForce>()({
	id: text,
	rule: text,
	clear: list(text),
	role: optional(text),
	resources: list(text),
	reason: text,
	until: wallTime,
});
/** What the reader has for a while beyond the roles. */
export type GrantInForce = Decoded<typeof grantInForce>;

/** Who the reader is and what they may do. */
export const principal = shape<wire.Principal>()({
	id: text,
	name: text,
	roles: list(text),
	actions: list(text),
	policy: text,
	way: text,
	until: optional(wallTime),
	session: optional(text),
	owner: optional(text),
	scope: optional(list(text)),
	grants: optional(list(grantInForce)),
});
export type Principal = Decoded<typeof principal>;

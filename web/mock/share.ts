/** Incident files of the made-up recordings, and links to them. */
import type { Incident, Link, LinkFiles, MadeLink } from "../src/api/schema";
import { orderTotals } from "./jobs.ts";

export const incident: Incident = {
	kind: "incident",
	version: 1,
	recording: orderTotals,
	job: "order-totals",
	by: "local:ann",
	from: "2026-11-23T14:00:40.000000Z",
	to: "2026-11-23T14:03:10.000000Z",
	roles: ["support"],
	policy: "v7",
	masked: true,
	classes: [
		{ part: "value", class: "email", action: "token", values: "18204" },
		{ part: "value", class: "public", action: "clear", values: "91020" },
	],
	cut: [{ part: "state", reason: "only the job's classes read it", values: "12", bytes: "4096" }],
	left_out: [{ name: "blocks", reason: "outside of the stretch", bytes: "1048576" }],
	gaps: 1,
	verdict: "not proven",
	details: "values are masked, and the masked recording was not run again",
	key_group_bits: 0,
	blocks: 17,
	events: "118204",
	bytes: "5242880",
};

export function linkOf(recording: string): Link {
	return {
		id: "3f0a9c41d2b75e10",
		state: "live",
		recording,
		job: "order-totals",
		owner: "ann",
		mine: true,
		created: "2026-11-23T14:20:00.000000Z",
		expires: "2026-11-30T14:20:00.000000Z",
		roles: ["support"],
		masked: true,
		encrypted: true,
		verdict: "not proven",
		events: "118204",
		bytes: "5242880",
		downloads: "2",
		last: "2026-11-23T15:00:00.000000Z",
	};
}

export const links: LinkFiles = {
	kind: "link",
	version: 1,
	items: [
		linkOf(orderTotals),
		{
			...linkOf(orderTotals),
			id: "77aa9c41d2b75e10",
			state: "revoked",
			revoked: "2026-11-23T14:30:00.000000Z",
			masked: false,
			encrypted: false,
			mine: false,
			owner: "bob",
			downloads: "0",
			last: undefined,
		},
	],
	mode: "login",
	bytes: "5242880",
	quota: "5368709120",
};

export function madeLink(recording: string): MadeLink {
	return {
		link: { ...linkOf(recording), downloads: "0" },
		path: "/api/v1/links/3f0a9c41d2b75e10/file?secret=shown-this-once",
		mode: "login",
	};
}

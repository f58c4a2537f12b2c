/** What people are given for a while beyond their roles. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const grant = shape<wire.Grant>()({
	id: text,
	rule: text,
	principal: text,
	name: text,
	via: optional(text),
	clear: list(text),
	role: optional(text),
	resources: list(text),
	reason: text,
	seconds: integer64,
	asked: wallTime,
	state: oneOf("pending", "in-force", "refused", "ended", "expired"),
	began: optional(wallTime),
	until: optional(wallTime),
	approver: optional(text),
	over: optional(wallTime),
	by: optional(text),
	why: optional(text),
	yours: flag,
	decide: flag,
	end: flag,
});
export type Grant = Decoded<typeof grant>;

const rule = shape<wire.GrantRule>()({
	name: text,
	clear: list(text),
	role: optional(text),
	resources: list(text),
	seconds: integer64,
	usual: integer64,
	approve: flag,
});
export type GrantRule = Decoded<typeof rule>;

const grants = shape<{ readonly items: readonly wire.Grant[] }>()({ items: list(grant) });
const rules = shape<{ readonly items: readonly wire.GrantRule[] }>()({ items: list(rule) });

export const grantsQuestion = queryOptions({
	queryKey: ["grants"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/grants", { signal }), grants, signal)).items,
	refetchInterval: 5_000,
});

export const grantRulesQuestion = queryOptions({
	queryKey: ["grant-rules"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/grant-rules", { signal }), rules, signal)).items,
});

export function askGrant(body: wire.GrantWish) {
	return read(POST("/api/v1/grants", { body }), grant, undefined);
}

export function approveGrant(id: string) {
	return read(POST("/api/v1/grants/{id}/approve", { params: { path: { id } } }), grant, undefined);
}

export function refuseGrant(id: string, why: string) {
	return read(POST("/api/v1/grants/{id}/refuse", { params: { path: { id } }, body: { why } }), grant, undefined);
}

export function endGrant(id: string) {
	return read(DELETE("/api/v1/grants/{id}", { params: { path: { id } } }), grant, undefined);
}

/** What a grant or a rule gives, in words. */
export function givenWords(of: { readonly clear: readonly string[]; readonly role?: string | undefined }): string {
	const what: string[] = [];
	if (of.clear.length > 0) what.push(of.clear.includes("*") ? "all values clear" : `${of.clear.join(", ")} clear`);
	if (of.role !== undefined) what.push(`the role ${of.role}`);
	return what.join(", and ");
}

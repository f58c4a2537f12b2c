/** Data contracts: what streams promise, how their checks stand, and what was not kept. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

export const contractReadAction = "contract:read";
export const contractWriteAction = "contract:write";
export const contractAckAction = "contract:ack";

const note = shape<wire.ContractNote>()({ line: number, text });
const change = shape<wire.ContractChange>()({ about: optional(text), text, weaker: flag });
export type ContractChange = Decoded<typeof change>;

const channel = shape<wire.ContractChannel>()({
	channel: optional(text),
	tool: optional(text),
	scope: optional(text),
	url: optional(text),
});
export type ContractChannel = Decoded<typeof channel>;

const contract = shape<wire.Contract>()({
	id: text,
	number: integer64,
	version: text,
	status: text,
	name: optional(text),
	domain: optional(text),
	team: optional(text),
	description: optional(text),
	hash: text,
	who: text,
	why: optional(text),
	source: text,
	at: wallTime,
	topics: list(shape<wire.ContractTopic>()({ cluster: text, topic: text, quarantine: optional(text) })),
	owners: list(shape<wire.ContractOwner>()({ username: text, name: optional(text), role: optional(text) })),
	support: list(channel),
	reads: list(text),
	checks: number,
	open: number,
	notes: list(note),
	text: optional(text),
});
export type Contract = Decoded<typeof contract>;

const version = shape<wire.ContractVersion>()({
	number: integer64,
	version: text,
	status: text,
	hash: text,
	who: text,
	why: optional(text),
	source: text,
	at: wallTime,
	text,
	changes: list(change),
});
export type ContractVersion = Decoded<typeof version>;

const mistake = shape<wire.ContractError>()({ pointer: text, line: number, column: optional(number), text });
export type ContractMistake = Decoded<typeof mistake>;

const rule = { id: text, kind: text, severity: text, says: text, line: number };

const lint = shape<wire.ContractLint>()({
	id: optional(text),
	mistakes: list(mistake),
	notes: list(note),
	checks: list(shape<wire.ContractRule>()(rule)),
});
export type ContractLint = Decoded<typeof lint>;

const applied = shape<wire.ContractApplied>()({
	id: text,
	number: integer64,
	same: flag,
	dry_run: flag,
	changes: list(change),
	notes: list(note),
});
export type ContractApplied = Decoded<typeof applied>;

const burn = shape<wire.ContractBurn>()({
	over_s: integer64,
	records: integer64,
	bad: integer64,
	share: number,
	rate: number,
	left: number,
});

export const checkStates = ["ok", "violated", "learning", "partial", "waiting", "unknown"] as const;

const check = shape<wire.ContractCheck>()({
	...rule,
	name: optional(text),
	path: optional(text),
	cluster: text,
	topic: text,
	objective: number,
	state: oneOf(...checkStates),
	detail: optional(text),
	open: number,
	burns: list(burn),
});
export type ContractCheck = Decoded<typeof check>;
export type CheckState = ContractCheck["state"];

const gap = shape<wire.ContractGap>()({ partition: number, from: integer64, to: integer64, why: text, at: wallTime });
const coverage = shape<wire.ContractCoverage>()({
	cluster: text,
	topic: text,
	appended: integer64,
	checked: integer64,
	share: number,
	gaps: list(gap),
});
export type ContractCoverage = Decoded<typeof coverage>;

const checks = shape<wire.ContractChecks>()({ items: list(check), coverage: list(coverage) });
export type ContractChecks = Decoded<typeof checks>;

const window = shape<wire.ContractWindow>()({
	at: wallTime,
	span_s: integer64,
	partition: number,
	writer: optional(text),
	records: integer64,
	bad: integer64,
	first: integer64,
});
export type ContractWindow = Decoded<typeof window>;

const violation = shape<wire.Violation>()({
	id: text,
	contract: text,
	check: text,
	kind: text,
	severity: text,
	cluster: text,
	topic: text,
	partition: number,
	first: integer64,
	last: integer64,
	count: integer64,
	writer: optional(text),
	minute: optional(wallTime),
	began: wallTime,
	seen: wallTime,
	ended: optional(wallTime),
	state: oneOf("open", "acked", "closed"),
	who: optional(text),
	why: optional(text),
	detail: optional(text),
	headers: list(text),
	producer: optional(
		shape<wire.ViolationWriter>()({
			recording: text,
			job: text,
			operator: text,
			position: text,
			program: optional(text),
			before: optional(text),
			journey: text,
			step: text,
		}),
	),
	producer_search: optional(oneOf("looking", "found", "hidden", "not-found")),
	producer_until: optional(wallTime),
});
export type Violation = Decoded<typeof violation>;

const proposal = shape<wire.ContractProposal>()({ text, records: number, masked: number });
export type ContractProposal = Decoded<typeof proposal>;

const contracts = shape<Pick<wire.ContractList, "items">>()({ items: list(contract) });
const versions = shape<Pick<wire.ContractVersionList, "items">>()({ items: list(version) });
const windows = shape<Pick<wire.ContractWindowList, "items">>()({ items: list(window) });
const violations = shape<Pick<wire.ViolationList, "items" | "next">>()({ items: list(violation), next: optional(text) });

export const contractsQuestion = queryOptions({
	queryKey: ["contracts"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/contracts", { signal }), contracts, signal)).items,
	refetchInterval: 10_000,
});

const pathOf = (id: string) => ({ path: { contract: id } });

export function contractQuestion(id: string) {
	return queryOptions({
		queryKey: ["contract", id],
		queryFn: ({ signal }) => read(GET("/api/v1/contracts/{contract}", { params: pathOf(id), signal }), contract, signal),
		refetchInterval: 10_000,
	});
}

/** How the checks stand. Its key begins with that of the contract: who changes it asks for all anew. */
export function checksQuestion(id: string) {
	return queryOptions({
		queryKey: ["contract", id, "checks"],
		queryFn: ({ signal }) => read(GET("/api/v1/contracts/{contract}/checks", { params: pathOf(id), signal }), checks, signal),
		refetchInterval: 5_000,
	});
}

export function contractVersionsQuestion(id: string) {
	return queryOptions({
		queryKey: ["contract", id, "versions"],
		queryFn: async ({ signal }) =>
			(await read(GET("/api/v1/contracts/{contract}/versions", { params: pathOf(id), signal }), versions, signal)).items,
	});
}

/** What a check came to minute by minute, an hour back. */
export function windowsQuestion(id: string, check: string) {
	return queryOptions({
		queryKey: ["contract", id, "windows", check],
		queryFn: async ({ signal }) =>
			(
				await read(
					GET("/api/v1/contracts/{contract}/windows", { params: { ...pathOf(id), query: { check, hours: 1 } }, signal }),
					windows,
					signal,
				)
			).items,
		refetchInterval: 15_000,
	});
}

export function violationsQuestion(id: string) {
	return infiniteQueryOptions({
		queryKey: ["contract", id, "violations"],
		initialPageParam: "",
		queryFn: ({ pageParam, signal }) =>
			read(
				GET("/api/v1/violations", { params: { query: { contract: id, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal }),
				violations,
				signal,
			),
		getNextPageParam: (last) => last.next,
		refetchInterval: 10_000,
	});
}

export function violationQuestion(id: string, violationId: string) {
	return queryOptions({
		queryKey: ["contract", id, "violation", violationId],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/contracts/{contract}/violations/{violation}", {
					params: { path: { contract: id, violation: violationId } },
					signal,
				}),
				violation,
				signal,
			),
		refetchInterval: 10_000,
	});
}

export function actOnViolation(v: Pick<Violation, "contract" | "id">, body: wire.ViolationAct) {
	return read(
		POST("/api/v1/contracts/{contract}/violations/{violation}", { params: { path: { contract: v.contract, violation: v.id } }, body }),
		violation,
		undefined,
	);
}

export function lintContract(body: wire.ContractText, signal: AbortSignal) {
	return read(POST("/api/v1/contracts/lint", { body, signal }), lint, signal);
}

export function applyContract(body: wire.ContractWish) {
	return read(POST("/api/v1/contracts", { body }), applied, undefined);
}

export function endContract(id: string, why: string) {
	return read(DELETE("/api/v1/contracts/{contract}", { params: { ...pathOf(id), query: { why } } }), contract, undefined);
}

export function proposeContract(cluster: string, topic: string) {
	return read(
		GET("/api/v1/clusters/{cluster}/topics/{topic}/contract-proposal", { params: { path: { cluster, topic } } }),
		proposal,
		undefined,
	);
}

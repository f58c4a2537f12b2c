/** A made-up contract, its checks, violations and versions. */
import type {
	Contract,
	ContractApplied,
	ContractChecks,
	ContractLint,
	ContractProposal,
	ContractVersion,
	ContractWindow,
	Violation,
} from "../src/api/schema";
import { rfc3339 } from "./draw.ts";

export const contractText = [
	"apiVersion: v3.1.0",
	"kind: DataContract",
	"id: orders",
	"version: 2.3.0",
	"status: active",
	"schema:",
	"  - name: orders",
	"    properties:",
	"      - {name: id, logicalType: string, required: true, unique: true}",
	"      - {name: amount, logicalType: number, logicalTypeOptions: {exclusiveMinimum: 0}}",
	"",
].join("\n");

const minutes = 60_000_000;

export function contract(now: number): Contract {
	return {
		id: "orders",
		number: "2",
		version: "2.3.0",
		status: "active",
		name: "Orders of the shop",
		team: "checkout",
		hash: "9f3a61c2",
		who: "lea",
		why: "amounts are never negative",
		source: "api",
		at: rfc3339(now - 2 * 24 * 60 * minutes),
		topics: [{ cluster: "prod", topic: "orders" }],
		owners: [{ username: "lea", name: "Lea", role: "owner" }],
		support: [{ channel: "#checkout-oncall", tool: "slack", url: "https://chat.example.com/checkout" }],
		reads: [],
		checks: 3,
		open: 1,
		notes: [],
		text: contractText,
	};
}

export function quietContract(now: number): Contract {
	return {
		...contract(now),
		id: "pages",
		name: "Page views",
		version: "1.0.0",
		open: 0,
		owners: [],
		team: undefined,
		topics: [{ cluster: "prod", topic: "pages" }],
	};
}

const seconds = ["3600", "21600", "86400", "2592000"];

export function contractChecks(now: number): ContractChecks {
	const rule = { severity: "error", cluster: "prod", topic: "orders", objective: 0.999, open: 0 };
	const burns = (rate: number, bad: string) =>
		seconds.map((over_s) => ({ over_s, records: "74400", bad, share: rate / 1000, rate, left: 1 - rate }));
	return {
		items: [
			{
				...rule,
				id: "orders/id/unique",
				kind: "uniqueness",
				name: "id unique",
				says: "id is unique within 24 h",
				line: 9,
				state: "violated",
				open: 1,
				burns: burns(2.4, "1"),
			},
			{
				...rule,
				id: "orders/conformity",
				kind: "conformity",
				says: "records have a schema of orders-value",
				line: 7,
				state: "ok",
				burns: burns(0, "0"),
			},
			{
				...rule,
				id: "orders/volume",
				kind: "volume",
				severity: "warning",
				says: "about as many records as usual",
				line: 7,
				state: "learning",
				detail: "9 of 14 days",
				burns: [],
			},
		],
		coverage: [
			{
				cluster: "prod",
				topic: "orders",
				appended: "74400",
				checked: "73000",
				share: 73000 / 74400,
				gaps: [
					{
						partition: 1,
						from: "41000",
						to: "42400",
						why: "more came than the budget of contracts-budget",
						at: rfc3339(now - 20 * minutes),
					},
				],
			},
		],
	};
}

/** A record a second; the sixth minute before now has a bad one. */
export function contractWindows(now: number, check: string): readonly ContractWindow[] {
	return Array.from({ length: 58 }, (_, i) => ({
		at: rfc3339(Math.floor(now / minutes) * minutes - i * minutes),
		span_s: "60",
		partition: 2,
		writer: "1055",
		records: "1240",
		bad: check === "orders/id/unique" && i === 6 ? "1" : "0",
		first: check === "orders/id/unique" && i === 6 ? "88121" : "-1",
	})).filter((_, i) => i !== 20);
}

export function violation(now: number): Violation {
	return {
		id: "v-1",
		contract: "orders",
		check: "orders/id/unique",
		kind: "uniqueness",
		severity: "error",
		cluster: "prod",
		topic: "orders",
		partition: 2,
		first: "88121",
		last: "88140",
		count: "3",
		writer: "1055",
		minute: rfc3339(now - 6 * minutes),
		began: rfc3339(now - 6 * minutes),
		seen: rfc3339(now - 2 * minutes),
		state: "open",
		detail: "the key was there 40 min before",
		headers: ["traceparent"],
		producer_search: "found" as const,
		producer: {
			recording: "8c1e4f0a9b7d42e6a1c3d5f708192a3b",
			job: "order-totals",
			operator: "outbox-relay",
			position: "outbox-relay.1.0.3001",
			program: "relay 1.4.0",
			before: "another program of order-totals, 3 h before",
			journey: "/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/journey/orders/2@88121",
			step: "/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/step/outbox-relay.1.0.3001",
		},
	};
}

export function contractVersions(now: number): readonly ContractVersion[] {
	const c = contract(now);
	const { number, version, status, hash, who, why, source, at } = c;
	const text = contractText;
	return [
		{
			number,
			version,
			status,
			hash,
			who,
			why,
			source,
			at,
			text,
			changes: [{ about: "orders#amount", text: "has to be above 0, was at least 0", weaker: false }],
		},
		{
			number: "1",
			version: "2.2.0",
			status,
			hash: "71",
			who: "tom",
			source: "contracts/orders.odcs.yaml",
			at: rfc3339(now - 30 * 24 * 60 * minutes),
			text: text.replace("exclusiveMinimum", "minimum").replace("2.3.0", "2.2.0"),
			changes: [],
		},
	];
}

export const contractLint: ContractLint = {
	id: "orders",
	mistakes: [],
	notes: [{ line: 6, text: "slaProperties are missing: freshness is not checked" }],
	checks: [{ id: "orders/id/unique", kind: "uniqueness", severity: "error", says: "id is unique", line: 9 }],
};

export const contractMistakes: ContractLint = {
	mistakes: [{ pointer: "/schema/0/properties/1/logicalType", line: 10, column: 30, text: '"nmber" is none of string, number, integer' }],
	notes: [],
	checks: [],
};

export const contractApplied: ContractApplied = {
	id: "orders",
	number: "3",
	same: false,
	dry_run: false,
	changes: [{ about: "orders#amount", text: "at least 0, was above 0", weaker: true }],
	notes: [],
};

export const contractProposal: ContractProposal = { text: contractText, records: 1000, masked: 2 };

import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { parseWall, type WallTime } from "../base/time";
import type { Page, ViewState } from "./address";
import { commandLine, filterFlags, quoteArgument } from "./commandLine";

const rec = "8c1e4f0a9b7d4d3fa1c25e60f7a93b12";
const from = parseWall("2026-11-23T14:00:00Z") as WallTime;
const to = parseWall("2026-11-23T14:05:00.250000Z") as WallTime;
const line = (page: Page, state: ViewState = {}) => commandLine({ page, state });

/** The arguments that a POSIX shell would make of a line: words, and single quotes with everything literal. */
function shellWords(text: string): readonly string[] {
	const words: string[] = [];
	let word: string | undefined;
	for (let i = 0; i < text.length; i++) {
		const c = text.charAt(i);
		if (c === " ") {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else if (c === "'") {
			const end = text.indexOf("'", i + 1);
			if (end < 0) throw new Error("a quote is not closed");
			word = (word ?? "") + text.slice(i + 1, end);
			i = end;
		} else if (c === "\\") {
			i++;
			word = (word ?? "") + text.charAt(i);
		} else {
			if (/[^A-Za-z0-9_./:@%+=,-]/.test(c)) throw new Error(`${c} is not quoted`);
			word = (word ?? "") + c;
		}
	}
	return word === undefined ? words : [...words, word];
}

describe("an argument", () => {
	it("means to a shell what it was, whatever it holds", () => {
		forSeeds(500, (r) => {
			const texts = r.list(1, 3, r.text);
			expect(shellWords(texts.map(quoteArgument).join(" "))).toEqual(texts);
		});
		expect(shellWords(quoteArgument(""))).toEqual([""]);
	});

	it("is quoted only where it must be", () => {
		expect(quoteArgument("orders/2@88121")).toBe("orders/2@88121");
		expect(quoteArgument("$(reboot)")).toBe("'$(reboot)'");
		expect(quoteArgument("it's")).toBe("'it'\\''s'");
	});
});

describe("a view as a command", () => {
	it("is there for every screen", () => {
		expect(line({ screen: "fleet" })).toBe("sightglass jobs");
		expect(line({ screen: "fleet" }, { runs: "all" })).toBe("sightglass jobs --all");
		expect(line({ screen: "graph", job: "order-totals" })).toBe("sightglass job order-totals");
		expect(line({ screen: "graph", job: "order-totals" }, { tab: "channels" })).toBe("sightglass channels order-totals");
		expect(line({ screen: "graph", job: "order-totals" }, { tab: "drops" })).toBe("sightglass drops order-totals");
		expect(line({ screen: "catalog" })).toBe("sightglass catalog search");
		expect(line({ screen: "catalog" }, { filter: "orders owner:team:x it's", kinds: "stream,job" })).toBe(
			"sightglass catalog search orders owner:team:x 'it'\\''s' --kind stream --kind job",
		);
		const orders: Page = { screen: "entity", id: "stream:demo/orders" };
		expect(line(orders)).toBe("sightglass catalog show stream:demo/orders");
		expect(line(orders, { field: "amount" })).toBe("sightglass catalog who 'stream:demo/orders#amount'");
		expect(line(orders, { tab: "changes" })).toBe("sightglass catalog history stream:demo/orders");
		expect(line(orders, { tab: "lineage" })).toBe("sightglass catalog lineage stream:demo/orders");
		expect(line(orders, { tab: "lineage", dir: "down", depth: 5, field: "items[].sku" })).toBe(
			"sightglass catalog lineage 'stream:demo/orders#items[].sku' --down --depth 5",
		);
		expect(line({ screen: "recordings" })).toBe("sightglass recordings");
		expect(line({ screen: "timeline", rec })).toBe("sightglass timeline 8c1e4f0a");
		expect(line({ screen: "gaps", rec })).toBe("sightglass gaps 8c1e4f0a");
		expect(line({ screen: "agents" })).toBe("sightglass agents");
		expect(line({ screen: "policy" })).toBe("sightglass policy show");
		expect(line({ screen: "tokens" })).toBe("sightglass token list");
		expect(line({ screen: "grants" })).toBe("sightglass grant list");
		expect(line({ screen: "notifications" })).toBe("sightglass notify inbox");
		expect(line({ screen: "policy" }, { sel: rec })).toBe("sightglass policy effective 8c1e4f0a");
		expect(line({ screen: "graph", job: "order-totals" }, { tab: "levels" })).toBe("sightglass policy effective order-totals");
		expect(line({ screen: "step", rec, position: "dedup.3.0.7" })).toBe("sightglass step 8c1e4f0a dedup.3.0.7");
		expect(line({ screen: "step", rec, position: "dedup.3.0.7" }, { step: 4, breaks: "a/B.java:30 x > 1\na/B.java:31" })).toBe(
			"sightglass step 8c1e4f0a dedup.3.0.7 --step 4 --break 'a/B.java:30 x > 1' --break a/B.java:31",
		);
		expect(line({ screen: "audit" })).toBe("sightglass audit");
		expect(line({ screen: "audit" }, { filter: "ann action:topic:* outcome:denied", win: { from } })).toBe(
			"sightglass audit --who ann --action 'topic:*' --outcome denied --from 2026-11-23T14:00:00.000000Z",
		);
		expect(line({ screen: "lost", path: "/x" })).toBe("sightglass jobs");
	});

	it("shows a contract's views, and asks about the same proposal", () => {
		const contract: Page = { screen: "contract", contract: "orders of the shop" };
		expect(line(contract)).toBe("sightglass contract show 'orders of the shop'");
		expect(line(contract, { tab: "versions" })).toBe("sightglass contract history 'orders of the shop'");
		expect(line({ screen: "contracts" }, { tab: "new", of: "prod/orders" })).toBe("sightglass contract init orders --cluster prod");
		expect(line({ screen: "subject", subject: "orders-value" }, { sel: "3" })).toBe("sightglass schema show orders-value 3");
		const impact = (state: ViewState) => line({ screen: "impacts" }, state);
		expect(impact({ tab: "drop", of: "prod/orders", field: "customer.email" })).toBe(
			"sightglass check --drop 'orders#customer.email' --cluster prod",
		);
		expect(impact({ tab: "schema", key: "orders-value" })).toBe("sightglass check --schema schema.avsc --subject orders-value");
		expect(impact({ of: "prod/orders" })).toBe(
			"sightglass check --schema schema.avsc --subject orders-value --topic orders --cluster prod",
		);
		expect(impact({ tab: "topic-config", of: "prod/orders" })).toBe(
			"sightglass check --topic-config topic.properties --topic orders --cluster prod",
		);
		expect(impact({})).toBe("sightglass check --help");
	});

	it("asks for the same events: filter, time, place", () => {
		const events = { screen: "events", rec } as const;
		expect(line(events)).toBe("sightglass events 8c1e4f0a --newest");
		expect(line(events, { filter: 'op == "a b" && subtask == 3 && kind in ["record", "gap"] && key == "o-77"' })).toBe(
			"sightglass events 8c1e4f0a --op 'a b' --subtask 3 --kind record --kind gap --key o-77 --newest",
		);
		expect(line(events, { win: { from, to } })).toBe(
			"sightglass events 8c1e4f0a --from 2026-11-23T14:00:00.000000Z --to 2026-11-23T14:05:00.250000Z",
		);
		expect(line(events, { win: { to } })).toBe("sightglass events 8c1e4f0a --to 2026-11-23T14:05:00.250000Z --newest");
		expect(line(events, { at: "a.1.0.7" })).toBe("sightglass events 8c1e4f0a --around a.1.0.7");
		expect(line(events, { follow: true, filter: "SEK" })).toBe("sightglass events 8c1e4f0a --text SEK -f");
	});

	it("follows a record in one recording or in all", () => {
		expect(line({ screen: "journey", rec, record: "orders/2@88121" })).toBe("sightglass lineage 8c1e4f0a orders/2@88121");
		expect(line({ screen: "journey", rec: "any", record: "orders/2@88121" }, { dir: "up" })).toBe("sightglass lineage orders/2@88121 --up");
		expect(line({ screen: "journey", rec })).toBe("sightglass recordings");
	});
});

it("has a flag for every part of a filter", () => {
	expect(
		filterFlags({ op: "a", subtask: 0, attempt: 1, invocation: 2n, kinds: ["k"], lanes: ["l", "m"], key: "x", text: "y z" }).join(" "),
	).toBe("--op a --subtask 0 --attempt 1 --invocation 2 --kind k --lane l --lane m --key x --text 'y z'");
});

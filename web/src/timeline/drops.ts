/** Why operators throw records away, in words (spec/recording.md, section 4.1). */
import type { Drop } from "../api/event";
import { count, duration, written } from "../base/quantity";

const words: Readonly<Record<string, string>> = {
	"window-late": "late for its window",
	"late-to-side-output": "late, sent to the side output",
	"no-window": "in no window",
	"interval-join-late": "late for the interval join",
	"join-time-passed": "no match, and none can come",
	"window-join-late": "late for the window join",
	"over-late": "late for OVER",
	"temporal-join-no-version": "no version at its time",
	"temporal-join-build-late": "a version that came late",
	"process-table-function-late": "late for the table function",
	"pattern-late": "late for the pattern",
	duplicate: "duplicate",
	"deduplicate-late": "late for the deduplication",
	"delete-of-unknown-row": "delete of a row that is not there",
	"retract-of-unknown-row": "retraction of a row that is not there",
	"null-in-not-null-column": "null in a NOT NULL column",
	"parse-error-ignored": "not readable, and ignored",
	"decoded-to-nothing": "the deserializer gave nothing",
	"transaction-lost": "its transaction was lost",
	"window-aggregate-late": "late for the SQL window",
	"group-window-late": "late for the group window",
	"sort-late": "late for ORDER BY",
	"null-row-time": "no row time",
	"counted-by-a-late-metric": "counted as late by a metric",
	unexplained: "not explained",
};

export const reasonNames: readonly string[] = Object.keys(words);

/** A reason in words; its name when this page does not know it. */
export function reasonWords(reason: string): string {
	return Object.hasOwn(words, reason) ? (words[reason] ?? reason) : reason;
}

/** By how much the record was late, and what stands for several; empty when neither is known. */
export function howLate(d: Drop): string {
	const parts: string[] = [];
	if (d.late_ms !== undefined) parts.push(`${written(duration(Number(d.late_ms)))} late`);
	if (d.records > 1n) parts.push(`${count(d.records)} records`);
	if (d.partial) parts.push("a partial aggregate");
	return parts.join(", ");
}

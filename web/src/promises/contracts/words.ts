import type { CheckState, Contract, Violation } from "../../api/contract";
import { link } from "../../model/address";
import { placeText } from "../../model/topicView";
import type { Tone } from "../../widgets/Chip";
import type { IconName } from "../../widgets/Icon";

export type Look = { readonly icon: IconName; readonly tone: string; readonly word: string };

export const checkLooks: Readonly<Record<CheckState, Look>> = {
	ok: { icon: "ok", tone: "c-ok", word: "kept" },
	violated: { icon: "failed", tone: "c-drop", word: "broken" },
	learning: { icon: "wait", tone: "dim", word: "learning what is usual" },
	partial: { icon: "gap", tone: "c-late", word: "not all was looked at" },
	waiting: { icon: "wait", tone: "dim", word: "nothing came yet" },
	unknown: { icon: "unknown", tone: "c-late", word: "the topic cannot be read" },
};

export const violationLooks: Readonly<Record<Violation["state"], readonly [Tone, IconName, string]>> = {
	open: ["drop", "failed", "open"],
	acked: ["late", "user", "looked after"],
	closed: ["plain", "ok", "over"],
};

/** How a contract stands, as far as the list tells. */
export function standing(c: Contract): readonly [Tone, IconName, string] {
	if (c.open > 0) return ["drop", "failed", "broken"];
	if (c.checks === 0) return ["late", "unknown", "nothing is checked"];
	return ["ok", "ok", "nothing open"];
}

/** The first bad record; undefined where it is about none in particular. */
export function firstPlace(v: Pick<Violation, "topic" | "partition" | "first">): string | undefined {
	return v.partition < 0 || v.first < 0n ? undefined : `${v.topic}/${v.partition}@${v.first}`;
}

/** The page of a topic at one of its records, which is shown there as the reader may see it. */
export function recordHref(cluster: string, topic: string, partition: number, offset: bigint): string {
	return link(
		{ screen: "topic", cluster, topic },
		{ sel: placeText({ partition, offset }), from: String(offset), partitions: String(partition) },
	);
}

export function violationHref(v: Pick<Violation, "contract" | "id">): string {
	return link({ screen: "violation", contract: v.contract, violation: v.id });
}

/** Records of a topic as they come, as React sees them. */
import { useEffect, useRef, useState } from "react";
import { base } from "./door";
import { openStream, type StreamState } from "./stream";
import { type TailItem, tailItem } from "./topic";

export type TailWish = {
	readonly key?: string;
	readonly text?: string;
	readonly where?: string;
	readonly partition?: readonly number[];
	readonly decoder?: string;
};

function tailUrl(cluster: string, topic: string, wish: TailWish): string {
	const query = new URLSearchParams();
	for (const name of ["key", "text", "where", "decoder"] as const) {
		const value = wish[name];
		if (value !== undefined) query.append(name, value);
	}
	for (const p of wish.partition ?? []) query.append("partition", String(p));
	const text = query.toString();
	return `${base}/clusters/${encodeURIComponent(cluster)}/topics/${encodeURIComponent(topic)}/tail${text === "" ? "" : `?${text}`}`;
}

export type Tail = {
	/** Undefined when nothing is followed. */
	readonly state: StreamState | undefined;
	/** When something came last, or the stream began, in milliseconds since 1970. */
	readonly at: number | undefined;
	/** How often the stream broke: what came until it was there again is not shown. */
	readonly breaks: number;
};

const quiet: Tail = { state: undefined, at: undefined, breaks: 0 };
/** A page draws so often at most, however fast records come. */
const beatMs = 200;

/** Follows a topic, and hands over what came a few times a second. */
export function useTopicTail(
	cluster: string,
	topic: string,
	wish: TailWish,
	enabled: boolean,
	onItems: (items: readonly TailItem[]) => void,
): Tail {
	const [value, setValue] = useState<Tail>(quiet);
	const latest = useRef(onItems);
	useEffect(() => {
		latest.current = onItems;
	});
	const url = tailUrl(cluster, topic, wish);
	useEffect(() => {
		setValue(quiet);
		if (!enabled) return;
		let waiting: TailItem[] = [];
		const handOver = () => {
			if (waiting.length === 0) return;
			const items = waiting;
			waiting = [];
			setValue((v) => ({ ...v, at: Date.now() }));
			latest.current(items);
		};
		const beat = setInterval(handOver, beatMs);
		const close = openStream({
			url,
			decoder: tailItem,
			// A stream that is open without an item says that nothing came up to now.
			onState: (state) =>
				setValue((v) => ({
					state,
					at: state.phase === "live" || v.state?.phase === "live" ? Date.now() : v.at,
					breaks: v.breaks + (state.phase === "broken" && v.state?.phase === "live" ? 1 : 0),
				})),
			onItem: (item) => {
				waiting.push(item);
				return false;
			},
		});
		return () => {
			close();
			clearInterval(beat);
		};
	}, [url, enabled]);
	return value;
}

import { useCallback, useEffect, useRef, useState } from "react";
import { type ProblemError, toProblem } from "../../api/problem";
import { fetchTopicRecords } from "../../api/topic";
import type { TopicWish } from "../../model/topicView";
import { noPages, type Pages, withPage } from "./pages";

export type Phase =
	/** Of a question whose first answer has not come, what is on the screen is of the one before. */
	| { readonly kind: "loading"; readonly first: boolean }
	| { readonly kind: "ready" }
	| { readonly kind: "stopped" }
	| { readonly kind: "failed"; readonly problem: ProblemError };

/** So many records end a search; the reader goes on from there. */
const pageRows = 100;
/** Asked in parts, so that one sees how far a search is: a part ends after this, and a search after so much of all of them. */
const partMB = 32;
const mostBytes = 256_000_000n;
const mostMs = 30_000;

export type TopicPages = {
	readonly pages: Pages;
	readonly phase: Phase;
	readonly more: () => void;
	readonly again: () => void;
	readonly stop: () => void;
};

/** Asks for records of a topic, page by page. Another wish begins anew; what was asked and not answered is given up. */
export function useTopicPages(cluster: string, topic: string, wish: TopicWish, enabled: boolean): TopicPages {
	const [pages, setPages] = useState(noPages);
	const [phase, setPhase] = useState<Phase>({ kind: "loading", first: true });
	const run = useRef<AbortController>(undefined);
	const key = JSON.stringify(wish);
	// biome-ignore lint/correctness/useExhaustiveDependencies: key stands for wish
	const load = useCallback(
		async (cursor: string | undefined) => {
			run.current?.abort();
			const stop = new AbortController();
			run.current = stop;
			setPhase({ kind: "loading", first: cursor === undefined });
			const began = Date.now();
			let at = cursor;
			let found = 0;
			let bytes = 0n;
			try {
				for (;;) {
					const query = { ...wish, limit: pageRows - found, budget_mb: partMB, ...(at === undefined ? {} : { cursor: at }) };
					const page = await fetchTopicRecords(cluster, topic, query, stop.signal);
					if (stop.signal.aborted) return;
					const fresh = at === undefined;
					setPages((p) => withPage(fresh ? noPages : p, page));
					found += page.items.length;
					bytes += page.bytes;
					at = page.next;
					if (!page.more || at === undefined || found >= pageRows || bytes > mostBytes || Date.now() - began > mostMs) break;
					setPhase({ kind: "loading", first: false });
				}
				setPhase({ kind: "ready" });
			} catch (e) {
				if (!stop.signal.aborted) setPhase({ kind: "failed", problem: toProblem(e) });
			}
		},
		[cluster, topic, key],
	);
	useEffect(() => {
		if (!enabled) return;
		void load(undefined);
		return () => run.current?.abort();
	}, [load, enabled]);
	return {
		pages,
		phase,
		more: () => pages.next !== undefined && void load(pages.next),
		again: () => void load(undefined),
		stop: () => {
			run.current?.abort();
			setPhase({ kind: "stopped" });
		},
	};
}

/** Streams as React sees them. */
import { useEffect, useRef, useState } from "react";
import { base } from "./door";
import { type Event, event } from "./event";
import { type Job, type Live, live } from "./job";
import type { EventsFilter } from "./questions";
import type { RunState } from "./recording";
import { openStream, type StreamState } from "./stream";

const ended: ReadonlySet<RunState> = new Set<RunState>(["finished", "failed", "canceled"]);

/** Whether nothing more can come from a job in this state. */
export function hasEnded(state: RunState): boolean {
	return ended.has(state);
}

/** Whether a run is between two attempts: it still lives, and Flink's own word tells. */
export function isRestarting(job: Job): boolean {
	return job.state === "running" && ["restarting", "failing"].includes(job.flink_state);
}

export type LiveJob = {
	readonly state: StreamState;
	readonly latest: Live | undefined;
	/** When the latest came, in milliseconds since 1970. */
	readonly at: number | undefined;
};

/** What is broken stays so until something comes, however often it is tried. */
function tryingAgain(before: StreamState): StreamState {
	return before.phase === "broken" ? { ...before, retryAt: Date.now() } : { phase: "connecting" };
}

/** The job and its graph, every second. `onLive` sees every one of them; another `attempt` connects anew at once. */
export function useLiveJob(id: string, enabled: boolean, onLive: (item: Live, at: number) => void, attempt: number): LiveJob {
	const [value, setValue] = useState<LiveJob>({ state: { phase: "connecting" }, latest: undefined, at: undefined });
	const each = useRef(onLive);
	useEffect(() => {
		each.current = onLive;
	});
	// biome-ignore lint/correctness/useExhaustiveDependencies: another job has nothing yet
	useEffect(() => setValue({ state: { phase: "connecting" }, latest: undefined, at: undefined }), [id]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: attempt asks for another connection
	useEffect(() => {
		if (!enabled) return;
		return openStream({
			url: `${base}/jobs/${encodeURIComponent(id)}/live`,
			decoder: live,
			onState: (state) => setValue((v) => ({ ...v, state: state.phase === "connecting" ? tryingAgain(v.state) : state })),
			onItem: (latest) => {
				const at = Date.now();
				each.current(latest, at);
				setValue((v) => ({ ...v, latest, at }));
				return hasEnded(latest.job.state);
			},
		});
	}, [id, enabled, attempt]);
	return value;
}

function liveEventsUrl(rec: string, filter: EventsFilter): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(filter)) {
		if (value === undefined) continue;
		for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
	}
	const text = query.toString();
	return `${base}/recordings/${encodeURIComponent(rec)}/events/live${text === "" ? "" : `?${text}`}`;
}

export type LiveEvents = {
	/** Undefined when not following. */
	readonly state: StreamState | undefined;
	/** When the newest came, or the stream began, in milliseconds since 1970. */
	readonly at: number | undefined;
};

/**
 * Events as they arrive, handed over a few times a second. `behind` is the cursor of the last event that is already there when the
 * stream is opened: it begins right behind it, so that nothing falls between; undefined: from now.
 */
export function useLiveEvents(
	rec: string,
	filter: EventsFilter,
	enabled: boolean,
	behind: string | undefined,
	onEvents: (items: readonly Event[]) => void,
): LiveEvents {
	const [value, setValue] = useState<LiveEvents>({ state: undefined, at: undefined });
	const latest = useRef({ behind, onEvents });
	useEffect(() => {
		latest.current = { behind, onEvents };
	});
	const url = liveEventsUrl(rec, filter);
	useEffect(() => {
		setValue({ state: undefined, at: undefined });
		if (!enabled) return;
		let waiting: Event[] = [];
		const handOver = () => {
			if (waiting.length === 0) return;
			const items = waiting;
			waiting = [];
			setValue((v) => ({ ...v, at: Date.now() }));
			latest.current.onEvents(items);
		};
		const beat = setInterval(handOver, 200);
		const close = openStream({
			url,
			decoder: event,
			...(latest.current.behind === undefined ? {} : { behind: latest.current.behind }),
			// A stream that is open without an event says that nothing happened up to now.
			onState: (state) => setValue((v) => ({ state, at: state.phase === "live" || v.state?.phase === "live" ? Date.now() : v.at })),
			onItem: (item) => {
				waiting.push(item);
				return false;
			},
		});
		return () => {
			close();
			clearInterval(beat);
			handOver();
		};
	}, [url, enabled]);
	return value;
}

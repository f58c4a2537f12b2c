import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import type { Event, EventPage } from "../../api/event";
import { type EventsFilter, type EventsPlace, fetchEvents } from "../../api/questions";
import { toRfc3339, type WallTime } from "../../base/time";
import {
	cursorAt,
	type Direction,
	type EventWindow,
	emptyWindow,
	failed,
	follow,
	grow,
	loading,
	openWindow,
	type Page,
} from "./eventWindow";
import { foldUpdates } from "./updates";

/** Where the list opens. */
export type Opening =
	| { readonly kind: "newest" }
	| { readonly kind: "oldest" }
	| { readonly kind: "time"; readonly time: WallTime }
	| { readonly kind: "position"; readonly position: string }
	| { readonly kind: "event"; readonly cursor: string };

const pageSize = 200;
/** Stretches without a hit that are searched through without asking. */
const patience = 4;

type Action =
	| { readonly type: "open"; readonly opening: number }
	| { readonly type: "opened"; readonly window: EventWindow<Event> }
	| { readonly type: "loading"; readonly direction: Direction }
	| { readonly type: "grown"; readonly opening: number; readonly direction: Direction; readonly page: Page<Event> }
	| { readonly type: "failed"; readonly opening: number; readonly direction: Direction; readonly problem: unknown }
	| { readonly type: "arrived"; readonly items: readonly Event[] };

function reduce(w: EventWindow<Event>, a: Action): EventWindow<Event> {
	switch (a.type) {
		case "open":
			return emptyWindow(a.opening);
		case "opened":
			return a.window.opening === w.opening ? a.window : w;
		case "loading":
			return loading(w, a.direction);
		case "grown":
			return a.opening === w.opening ? grow(w, a.direction, a.page) : w;
		case "failed":
			return a.opening === w.opening ? failed(w, a.direction, a.problem) : w;
		case "arrived":
			return follow(w, a.items);
	}
}

export type Loaded = {
	readonly window: EventWindow<Event>;
	/** Asks for more at an end; does nothing while that is under way. */
	readonly more: (direction: Direction) => void;
	readonly arrived: (items: readonly Event[]) => void;
	readonly retry: () => void;
	/** The list reaches to the newest event that was stored when it was opened: what is followed comes behind its last row. */
	readonly atNewest: boolean;
};

type Ask = (place: EventsPlace, signal: AbortSignal, limits?: EventsFilter) => Promise<EventPage>;

/** Goes on through stretches without a hit, a few times. */
async function patiently(ask: Ask, place: EventsPlace, signal: AbortSignal): Promise<EventPage> {
	let page = await ask(place, signal);
	for (let i = 0; i < patience && page.items.length === 0 && page.next !== undefined; i++) {
		page = await ask({ order: place.order, limit: place.limit, cursor: page.next }, signal);
	}
	return page;
}

async function open(ask: Ask, how: Opening, opening: number, filter: EventsFilter, signal: AbortSignal): Promise<EventWindow<Event>> {
	const limit = pageSize;
	const down: EventsPlace = { order: "asc", limit };
	const up: EventsPlace = { order: "desc", limit };
	switch (how.kind) {
		case "newest":
			return { ...openWindow<Event>(opening, await patiently(ask, up, signal), undefined), down: { kind: "end" } };
		case "oldest":
			return { ...openWindow<Event>(opening, undefined, await patiently(ask, down, signal)), up: { kind: "end" } };
		case "time": {
			const at = toRfc3339(how.time);
			const [before, after] = await Promise.all([
				ask(up, signal, { ...filter, to: at }),
				// The first page may search; the rest goes on from its rows.
				ask(down, signal, { ...filter, from: at }),
			]);
			return openWindow<Event>(opening, before, after);
		}
		case "position": {
			const page = await ask({ ...down, around: how.position }, signal);
			// Where nothing from the position on fits the filter, what is before it may.
			const before = page.items.length === 0 && page.next === undefined ? await patiently(ask, up, signal) : undefined;
			return openWindow<Event>(opening, before, page);
		}
		case "event": {
			// A page begins behind its cursor: the row before the event leads to the event itself.
			const before = await ask({ ...up, cursor: how.cursor }, signal);
			const nearest = before.items[0]?.cursor;
			const after = await ask(nearest === undefined ? down : { ...down, cursor: nearest }, signal);
			return openWindow<Event>(opening, before, after);
		}
	}
}

/** Loads the rows around where the list opens, and more as it is scrolled. */
export function useEventWindow(rec: string, filter: EventsFilter, how: Opening, key: string): Loaded {
	const [window, dispatch] = useReducer(reduce, 0, (n) => emptyWindow<Event>(n));
	const current = useRef(window);
	const openings = useRef(0);
	const stop = useRef(new AbortController());
	const [attempt, retry] = useReducer((n: number) => n + 1, 0);
	const wanted = `${rec} ${key} ${attempt}`;
	const [openedFor, setOpenedFor] = useState<string>();
	const ask = useRef<Ask>(() => Promise.reject(new Error("not asked yet")));
	useEffect(() => {
		current.current = window;
	});

	// biome-ignore lint/correctness/useExhaustiveDependencies: key stands for filter and opening
	useEffect(() => {
		const control = new AbortController();
		stop.current = control;
		const opening = ++openings.current;
		ask.current = async (place, signal, limits = filter) => {
			const page = await fetchEvents(rec, limits, place, signal);
			return { ...page, items: foldUpdates(page.items) };
		};
		dispatch({ type: "open", opening });
		setOpenedFor(wanted);
		open(ask.current, how, opening, filter, control.signal).then(
			(opened) => dispatch({ type: "opened", window: opened }),
			(problem: unknown) => {
				if (control.signal.aborted) return;
				dispatch({ type: "failed", opening, direction: "down", problem });
			},
		);
		return () => control.abort();
	}, [rec, key, attempt]);

	const more = useCallback((direction: Direction) => {
		const w = current.current;
		const end = w[direction];
		if (end.kind === "loading" || (end.kind === "end" && direction === "up")) return;
		const cursor = cursorAt(w, direction);
		if (cursor === undefined && w.rows.length > 0) return;
		dispatch({ type: "loading", direction });
		current.current = loading(w, direction);
		const { signal } = stop.current;
		const place: EventsPlace = { order: direction === "up" ? "desc" : "asc", limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
		patiently(ask.current, place, signal).then(
			(page) => dispatch({ type: "grown", opening: w.opening, direction, page }),
			(problem: unknown) => {
				if (!signal.aborted) dispatch({ type: "failed", opening: w.opening, direction, problem });
			},
		);
	}, []);
	const arrived = useCallback((items: readonly Event[]) => dispatch({ type: "arrived", items }), []);
	return { window, more, arrived, retry, atNewest: openedFor === wanted && window.down.kind === "end" };
}

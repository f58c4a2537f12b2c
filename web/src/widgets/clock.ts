/** The zone that times are written in, and the present, for everything on the screen. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { createStore } from "../base/store";
import type { Zone } from "../base/time";

const ZoneContext = createContext<Zone>("utc");
export const ZoneProvider = ZoneContext.Provider;

export function useZone(): Zone {
	return useContext(ZoneContext);
}

const present = createStore(Date.now());
let watchers = 0;
let beat: ReturnType<typeof setInterval> | undefined;

function watch(listener: () => void): () => void {
	if (watchers++ === 0) {
		present.set(Date.now());
		beat = setInterval(() => present.set(Date.now()), 1000);
	}
	const stop = present.subscribe(listener);
	return () => {
		stop();
		if (--watchers === 0) clearInterval(beat);
	};
}

/** Milliseconds since 1970, anew every second: one beat for all ages on the screen. */
export function useNow(): number {
	return useSyncExternalStore(watch, present.get);
}

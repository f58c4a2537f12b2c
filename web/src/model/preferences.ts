/** What a reader sets once: time zone, theme, keys. Kept by the browser; an unreadable entry counts as absent. */
import { useSyncExternalStore } from "react";
import { isRecord } from "../base/decode";
import { createStore } from "../base/store";
import type { Zone } from "../base/time";

export type Theme = "system" | "dark" | "light";

export type Preferences = {
	readonly zone: Zone;
	readonly theme: Theme;
	/** False: no key does anything but those of the browser. */
	readonly keysOn: boolean;
	/** Keys that the reader gave to commands, by command id; an empty text switches a command's key off. */
	readonly keys: Readonly<Record<string, string>>;
};

const storageKey = "sightglass.preferences";
export const defaultPreferences: Preferences = { zone: "utc", theme: "system", keysOn: true, keys: {} };

export function readPreferences(stored: string | null): Preferences {
	let raw: unknown;
	try {
		raw = JSON.parse(stored ?? "");
	} catch {
		return defaultPreferences;
	}
	if (!isRecord(raw)) return defaultPreferences;
	const keys: Record<string, string> = {};
	if (isRecord(raw.keys)) for (const [id, key] of Object.entries(raw.keys)) if (typeof key === "string") keys[id] = key;
	return {
		zone: raw.zone === "local" ? "local" : "utc",
		theme: raw.theme === "dark" || raw.theme === "light" ? raw.theme : "system",
		keysOn: raw.keysOn !== false,
		keys,
	};
}

function stored(): string | null {
	try {
		return globalThis.localStorage?.getItem(storageKey) ?? null;
	} catch {
		return null; // storage may be forbidden
	}
}

const store = createStore<Preferences>(readPreferences(stored()));

export function usePreferences(): Preferences {
	return useSyncExternalStore(store.subscribe, store.get);
}

export function preferences(): Preferences {
	return store.get();
}

export function changePreferences(change: Partial<Preferences>): void {
	store.set({ ...store.get(), ...change });
	try {
		globalThis.localStorage?.setItem(storageKey, JSON.stringify(store.get()));
	} catch {
		// They hold until the page is closed.
	}
}

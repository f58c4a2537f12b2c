/** Where the reader is, and going elsewhere. The browser's location is the only owner of this state. */
import { useSyncExternalStore } from "react";
import { type Address, formatAddress, parseAddress, type ViewState } from "./address";

const listeners = new Set<() => void>();
let read: { readonly key: string; readonly address: Address } | undefined;

function current(): Address {
	const { pathname, hash } = window.location;
	const key = pathname + hash;
	if (read?.key !== key) read = { key, address: parseAddress(pathname, hash) };
	return read.address;
}

function notify(): void {
	for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
	if (listeners.size === 0) {
		window.addEventListener("popstate", notify);
		window.addEventListener("hashchange", notify);
	}
	listeners.add(listener);
	return () => {
		listeners.delete(listener);
		if (listeners.size > 0) return;
		window.removeEventListener("popstate", notify);
		window.removeEventListener("hashchange", notify);
	};
}

export function useAddress(): Address {
	return useSyncExternalStore(subscribe, current);
}

/** Goes to a link of this page. A step that only refines the view replaces the entry, so that Back leaves the view. */
export function go(href: string, how: "push" | "replace" = "push"): void {
	// Browsers write some signs of a fragment in another way than links do.
	const there = new URL(href, window.location.href);
	if (there.pathname + there.hash === window.location.pathname + window.location.hash) return;
	if (how === "push") window.history.pushState(null, "", href);
	else window.history.replaceState(null, "", href);
	notify();
}

/** Changes parts of the current view's state. */
export function refine(change: Partial<ViewState>, how: "push" | "replace" = "replace"): void {
	const here = current();
	go(formatAddress({ page: here.page, state: { ...here.state, ...change } }), how);
}

/** Lets plain links be followed without loading the page anew. Returns how to stop that. */
export function followLinks(root: Document): () => void {
	const onClick = (e: MouseEvent) => {
		if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		const anchor = e.target instanceof Element ? e.target.closest("a[href]") : null;
		if (!(anchor instanceof HTMLAnchorElement)) return;
		if (anchor.origin !== window.location.origin || anchor.target !== "" || anchor.hasAttribute("download")) return;
		if (anchor.pathname.startsWith("/api/")) return;
		e.preventDefault();
		go(anchor.pathname + anchor.hash);
	};
	root.addEventListener("click", onClick);
	return () => root.removeEventListener("click", onClick);
}

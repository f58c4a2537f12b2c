import { useEffect } from "react";
import type { Screen } from "../model/address";
import { runCommand } from "../model/commandBus";
import { createMatcher } from "../model/keyboard";
import { preferences } from "../model/preferences";

const matcher = createMatcher(() => preferences().keys);

function isField(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	return (
		target.isContentEditable || target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [data-takes-keys]") !== null
	);
}

/** What Enter or the space bar does by itself on the element that has the focus. */
function isPressable(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.closest("button, a[href], summary, [role=menuitem], [role=option]") !== null;
}

/** Turns keys into commands. */
export function useKeys(screen: Screen): void {
	useEffect(() => {
		const onKeyDown = (e: KeyboardEvent) => {
			if (e.defaultPrevented || !preferences().keysOn) return;
			if (e.key === "Enter" && isPressable(e.target)) return;
			// Dialogs and menus have their own keys.
			const inOverlay = e.target instanceof HTMLElement && e.target.closest("[role=dialog], [role=menu], [role=listbox]") !== null;
			const command = matcher.press(e, isField(e.target) || inOverlay, screen, performance.now());
			// Escape closes what is on top, and only that.
			if (command === undefined || (command === "close" && inOverlay)) return;
			if (command === "begun" || runCommand(command)) e.preventDefault();
		};
		window.addEventListener("keydown", onKeyDown);
		return () => window.removeEventListener("keydown", onKeyDown);
	}, [screen]);
}

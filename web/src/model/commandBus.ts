/** Who does what a command asks for, now. The newest of several doers of one command gets it. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { createStore } from "../base/store";
import type { CommandId } from "./keyboard";

type Doer = { readonly id: CommandId; readonly run: () => void };

const doers = createStore<readonly Doer[]>([]);

/** False when nobody does it. */
export function runCommand(id: CommandId): boolean {
	const doer = doers.get().findLast((d) => d.id === id);
	doer?.run();
	return doer !== undefined;
}

/** Does the command while mounted and enabled. */
export function useCommand(id: CommandId, run: () => void, enabled = true): void {
	const latest = useRef(run);
	// With what is drawn, not some time after it: a key that follows at once acts on what one sees.
	useLayoutEffect(() => {
		latest.current = run;
	});
	useEffect(() => {
		if (!enabled) return;
		const doer: Doer = { id, run: () => latest.current() };
		doers.set([...doers.get(), doer]);
		return () => doers.set(doers.get().filter((d) => d !== doer));
	}, [id, enabled]);
}

/** The commands that somebody does now. */
export function useAvailableCommands(): ReadonlySet<CommandId> {
	const list = useSyncExternalStore(doers.subscribe, doers.get);
	return new Set(list.map((d) => d.id));
}

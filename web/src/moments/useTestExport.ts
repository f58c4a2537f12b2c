/** How a moment becomes a test: the server writes it, and where what was done with keys was not recorded the attempt is run again first. */
import { type QueryClient, QueryObserver, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type ProblemError, toProblem } from "../api/problem";
import { cancelReplay, isOver, provesItself, type Replay, replayQuestion, startReplay } from "../api/replay";
import { exportTest, isUntraced, type TestExport, type TestWish } from "../api/testExport";
import type { TestOptions } from "../model/commandLine";

export type Making =
	| { readonly at: "asked" }
	| { readonly at: "writing" }
	| { readonly at: "starting" }
	| { readonly at: "replaying"; readonly replay: string }
	| { readonly at: "made"; readonly test: TestExport }
	/** `head`: what could not be done, where it is not the test itself; `replay`: goes on all the same. */
	| { readonly at: "failed"; readonly trouble: ProblemError; readonly head?: string; readonly replay?: string }
	/** A replay is needed, and is not wanted or, `denied`, not allowed. */
	| { readonly at: "untraced"; readonly trouble: ProblemError; readonly denied: boolean }
	/** The replay ended and proves nothing. */
	| { readonly at: "unproven"; readonly replay: Replay }
	| { readonly at: "cancelled" };

const givenUp = "given up";

export function useTestExport(rec: string, position: string, mayReplay: boolean) {
	const client = useQueryClient();
	const [making, setMaking] = useState<Making>({ at: "asked" });
	const run = useRef<AbortController>(undefined);
	// Who leaves no longer waits. A replay that runs goes on: it is on the page of replays, and serves the next export.
	useEffect(() => () => run.current?.abort(), []);

	const endReplay = async (replay: string) => {
		try {
			await cancelReplay(replay);
		} catch (e) {
			setMaking({ at: "failed", head: "The replay could not be cancelled", trouble: toProblem(e), replay });
		}
	};

	const make = async (options: TestOptions) => {
		const stop = new AbortController();
		run.current = stop;
		const say = (next: Making) => {
			if (!stop.signal.aborted) setMaking(next);
		};
		say({ at: "writing" });
		try {
			say(await written(options, stop, say));
		} catch (e) {
			say({ at: "failed", trouble: toProblem(e) });
		}
	};

	const written = async (options: TestOptions, stop: AbortController, say: (next: Making) => void): Promise<Making> => {
		const wish = wishOf(options);
		try {
			return { at: "made", test: await exportTest(rec, position, wish, stop.signal) };
		} catch (e) {
			if (!isUntraced(e)) throw e;
			if (options.replay === false || !mayReplay) return { at: "untraced", trouble: toProblem(e), denied: !mayReplay };
		}
		say({ at: "starting" });
		const started = await startReplay(rec, { position, to: "here", ...(options.from === undefined ? {} : { checkpoint: options.from }) });
		if (stop.signal.reason === givenUp) await endReplay(started.id);
		say({ at: "replaying", replay: started.id });
		const ended = await overOf(client, started, stop.signal);
		if (!provesItself(ended)) return { at: "unproven", replay: ended };
		say({ at: "writing" });
		return { at: "made", test: await exportTest(rec, position, { ...wish, replay: ended.id }, stop.signal) };
	};

	const cancel = async () => {
		const replay = making.at === "replaying" ? making.replay : undefined;
		run.current?.abort(givenUp);
		setMaking({ at: "cancelled" });
		if (replay !== undefined) await endReplay(replay);
	};

	/** What was made is of other options than those that stand there now. */
	const forget = () => setMaking({ at: "asked" });

	return { making, make, cancel, forget };
}

function wishOf({ replay: _, from: __, ...wish }: TestOptions): TestWish {
	return wish;
}

/** Waits for the end of a replay. Whoever shows it asks with the same question, so that the server is asked once. */
function overOf(client: QueryClient, started: Replay, signal: AbortSignal): Promise<Replay> {
	if (isOver(started)) return Promise.resolve(started);
	const watch = new QueryObserver(client, replayQuestion(started.id));
	return new Promise((resolve, reject) => {
		const leave = watch.subscribe(({ data, isError, error }) => {
			if (data !== undefined && isOver(data)) end(() => resolve(data));
			// Of one that was seen before it is asked on.
			else if (isError && data === undefined) end(() => reject(error));
		});
		const aborted = () => end(() => reject(signal.reason));
		const end = (say: () => void) => {
			leave();
			signal.removeEventListener("abort", aborted);
			say();
		};
		signal.addEventListener("abort", aborted);
		if (signal.aborted) aborted();
	});
}

/** Where one is in the code, and going elsewhere. The address owns the place, breakpoints and what is watched. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type ProblemError, toProblem } from "../../api/problem";
import { askStep, endSteps, type StepAt, type StepCommand, type StepPlace, type StepWish, stepKey, stepQuestion } from "../../api/step";
import { formatAddress, type ViewState } from "../../model/address";
import { go, refine } from "../../model/navigation";
import { breakText, readBreaks, readWatch } from "../../model/steps";

/** A step that is waited for. */
export type Going = { readonly what: string; readonly since: number };

export type Steps = ReturnType<typeof useSteps>;

function atOf(place: StepPlace): StepAt {
	return { position: place.position, step: place.step < 0 ? undefined : place.step };
}

export function useSteps(rec: string, position: string, state: ViewState) {
	const client = useQueryClient();
	const at: StepAt = { position, step: state.step };
	const wish: StepWish = useMemo(() => ({ frame: state.frame ?? 0, evaluate: readWatch(state.watch) }), [state.frame, state.watch]);
	const breaks = useMemo(() => readBreaks(state.breaks), [state.breaks]);
	const query = useQuery({
		...stepQuestion(rec, at, wish),
		// Of the same place what was there stays, until what is watched anew has come.
		placeholderData: (before: StepPlace | undefined) =>
			before !== undefined && before.position === position && (before.step < 0 ? undefined : before.step) === state.step
				? before
				: undefined,
	});
	const [begun, setBegun] = useState(Date.now);
	const [going, setGoing] = useState<Going>();
	const [trouble, setTrouble] = useState<ProblemError>();
	const [note, setNote] = useState<string>();
	const latest = useRef({ state, wish, place: query.data });
	// With what is drawn: a key that follows at once goes on from what one sees.
	useLayoutEffect(() => {
		latest.current = { state, wish, place: query.data };
	});
	/** Steps that are waited for, one after the other; a key that is pressed again takes the step behind the one that is under way. */
	const line = useRef<{ readonly stop: AbortController; readonly last: Promise<StepPlace | undefined> }>(undefined);

	// A link to an invocation leads to its first step; from then on the address names it.
	const first = query.data;
	useEffect(() => {
		if (first === undefined || state.step !== undefined || first.step < 0) return;
		client.setQueryData(stepKey(rec, atOf(first), wish), first);
		refine({ step: first.step });
	}, [client, rec, first, state.step, wish]);
	useEffect(() => () => line.current?.stop.abort(), []);

	const take = async (from: StepPlace, command: StepCommand, stop: AbortController) => {
		const wanted: StepWish = { ...latest.current.wish, frame: 0 };
		const next = await askStep(rec, atOf(from), wanted, command, stop.signal);
		if (stop.signal.aborted) return undefined;
		client.setQueryData(stepKey(rec, atOf(next), wanted), next);
		const { step: _, frame: __, ...rest } = latest.current.state;
		const there = { screen: "step", rec, position: next.position } as const;
		go(formatAddress({ page: there, state: { ...rest, ...(next.step < 0 ? {} : { step: next.step }) } }), "replace");
		setNote(next.found ? undefined : (next.why ?? "there is nothing to go to"));
		return next;
	};

	/** Goes somewhere; what says where, in words. */
	const move = (what: string, command: StepCommand) => {
		const place = latest.current.place;
		if (place === undefined) return;
		const before = line.current;
		const stop = before === undefined ? new AbortController() : before.stop;
		setTrouble(undefined);
		setGoing((g) => g ?? { what, since: Date.now() });
		const last = (before?.last ?? Promise.resolve(place))
			.then((from) => (from === undefined || stop.signal.aborted ? undefined : take(from, command, stop)))
			.catch((e: unknown) => {
				if (!stop.signal.aborted) setTrouble(toProblem(e));
				stop.abort(); // and those behind it
				return undefined;
			})
			.finally(() => {
				if (line.current?.last !== last) return;
				line.current = undefined;
				setGoing(undefined);
			});
		line.current = { stop, last };
	};

	/** What is waited for is given up; the server ends what it was doing for it. */
	const cancel = () => {
		line.current?.stop.abort();
		line.current = undefined;
		setGoing(undefined);
		void client.cancelQueries({ queryKey: stepKey(rec, at, wish) });
	};

	const again = () => {
		setBegun(Date.now());
		void query.refetch();
	};

	const toBreak = (back: boolean) => {
		if (breaks.length === 0) {
			setNote("no breakpoint is set: click at the margin of a line, or press B at the one that is about to run");
			return;
		}
		move(back ? "Back to a breakpoint" : "On to a breakpoint", { until: "line", back, break: breaks.map(breakText) });
	};

	const end = async () => {
		cancel();
		try {
			setTrouble(undefined);
			setNote((await endSteps(rec, position)) ? "the replay has ended; the next step begins it again" : "no replay waited here");
		} catch (e) {
			setTrouble(toProblem(e));
		}
	};

	return {
		query,
		place: query.data,
		/** When it was asked for what is not there yet. */
		begun,
		breaks,
		watch: wish.evaluate,
		going,
		trouble,
		note,
		move,
		toBreak,
		cancel,
		again,
		end,
		forget: () => {
			setTrouble(undefined);
			setNote(undefined);
		},
	};
}

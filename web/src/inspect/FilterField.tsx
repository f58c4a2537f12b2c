import { type Ref, useCallback, useEffect, useRef, useState } from "react";
import type { Completions } from "../api/filter";
import { type FilterProblem, readFilter } from "../model/filter";
import { Icon } from "../widgets/Icon";
import FilterEditor, { type FilterHandle } from "./FilterEditor";
import styles from "./FilterField.module.css";

/** Asks what may stand at a place of a filter, and what is wrong with it. */
export type Complete = (text: string, at: number, signal: AbortSignal) => Promise<Completions | undefined>;

type Props = {
	/** A rejected answer counts as none: it is typed without help then. */
	readonly complete: Complete;
	readonly placeholder: string;
	readonly value: string;
	readonly onChange: (filter: string) => void;
	/** At the right end: how much was found. */
	readonly found: string;
	readonly field: Ref<FilterHandle>;
};

/** What is wrong with a filter, as far as the page can tell; the server tells the rest. */
function problemOf(text: string): FilterProblem | undefined {
	const reading = readFilter(text);
	return reading.ok ? undefined : reading.problem;
}

/** The display filter. It takes effect with Enter or after a pause, and says what cannot be answered. */
export function FilterField({ complete, placeholder, value, onChange, found, field }: Props) {
	const [typed, setTyped] = useState(value);
	const [given, setGiven] = useState({ text: value });
	/** What the server says of a text, which is nothing for any other text. */
	const [told, setTold] = useState<{ readonly of: string; readonly problem: FilterProblem | undefined }>();
	const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
	/** What stands in the field now; typed is what was drawn last. */
	const latest = useRef(value);
	/** The filter when the field got the focus: what Escape goes back to. */
	const before = useRef(value);
	const asking = useRef<AbortController>(undefined);
	// What was applied has no blank at its end; the reader who goes on typing keeps it.
	const put = useCallback((text: string) => {
		latest.current = text;
		setTyped(text);
		setGiven({ text });
	}, []);
	/** What this field applied last: it comes back as value while the reader types on. */
	const applied = useRef(value);
	useEffect(() => {
		if (value !== applied.current && latest.current.trim() !== value) put(value);
		applied.current = value;
	}, [value, put]);
	useEffect(
		() => () => {
			clearTimeout(pause.current);
			asking.current?.abort();
		},
		[],
	);
	const tell = (text: string) => {
		applied.current = text;
		onChange(text);
	};
	const ask = useCallback(
		async (text: string, at: number, signal: AbortSignal): Promise<Completions | undefined> => {
			try {
				return await complete(text, at, signal);
			} catch {
				return undefined; // it is typed without help then; what the list answers is shown there
			}
		},
		[complete],
	);
	const settle = () => {
		clearTimeout(pause.current);
		pause.current = undefined;
		asking.current?.abort();
	};
	/** Applies a text. One that only the server reads is asked about first, so that none is applied that it refuses. */
	const apply = (text: string) => {
		settle();
		const reading = readFilter(text);
		if (!reading.ok) return;
		if (reading.filter.where === undefined) {
			tell(text.trim());
			return;
		}
		const stop = new AbortController();
		asking.current = stop;
		void ask(text, text.length, stop.signal).then((answer) => {
			if (stop.signal.aborted) return;
			const p = answer?.problem;
			setTold({ of: text, problem: p === undefined ? undefined : { at: p.at, message: p.message } });
			if (p === undefined) tell(text.trim());
		});
	};
	const change = (text: string) => {
		setTyped(text);
		latest.current = text;
		settle();
		if (readFilter(text).ok) pause.current = setTimeout(() => apply(text), 500);
	};
	const undo = () => {
		settle();
		put(before.current);
		tell(before.current);
	};
	const problem = problemOf(typed) ?? (told?.of === typed ? told.problem : undefined);
	return (
		<div className={styles.wrap}>
			<div className={`filter ${styles.filter}`}>
				<Icon name="filter" className={value === "" ? "dim" : "c-acc"} />
				<FilterEditor
					handle={field}
					given={given}
					placeholder={placeholder}
					problem={problem}
					complete={ask}
					onChange={change}
					onApply={() => apply(latest.current)}
					onUndo={undo}
					onFocus={() => {
						before.current = value;
					}}
					onBlur={() => pause.current !== undefined && apply(latest.current)}
				/>
				<span className={styles.found}>{found}</span>
				{typed === "" ? (
					<kbd>/</kbd>
				) : (
					<button
						type="button"
						className="btn quiet icon"
						aria-label="Clear the filter"
						onClick={() => {
							settle();
							put("");
							tell("");
						}}
					>
						<Icon name="close" size="s" />
					</button>
				)}
			</div>
			<p id="filter-problem" className={problem === undefined ? "hide" : styles.problem} role="status">
				{problem === undefined ? "" : problem.at < 0 ? problem.message : `${problem.message} (at character ${problem.at + 1})`}
			</p>
		</div>
	);
}

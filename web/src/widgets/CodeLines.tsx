import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from "react";
import { classes } from "../base/classes";
import { count } from "../base/quantity";
import styles from "./CodeLines.module.css";
import { Icon } from "./Icon";
import { type Language, linesOf, type Piece } from "./pieces";
import { Pieces } from "./SourceText";

type Props = {
	readonly language: Language;
	readonly text: string;
	/** What it is, for those who hear it. */
	readonly label: string;
	/** The line that is about to run; 0 = not in this text. */
	readonly current: number;
	readonly ran: ReadonlySet<number>;
	/** Lines with a breakpoint, and what must hold there; "" = nothing. */
	readonly breaks: ReadonlyMap<number, string>;
	/** Undefined: breakpoints are not set here. */
	readonly onBreak?: ((line: number) => void) | undefined;
};

/** So many lines of a long text are shown on each side of the current one. */
const around = 1500;

/** A text line by line: which line is about to run, which ran, and where breakpoints are. */
export function CodeLines({ language, text, label, current, ran, breaks, onBreak }: Props) {
	const lines = useMemo(() => linesOf(language, text), [language, text]);
	const box = useRef<HTMLDivElement>(null);
	// Of the buttons at the margin one is on the way of the Tab key; arrow keys go to the others.
	const [at, setAt] = useState(Math.max(1, current));
	useEffect(() => setAt(Math.max(1, current)), [current]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another text has its current line elsewhere
	useEffect(() => {
		box.current?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest" });
	}, [current, text]);
	const from = Math.max(1, current - around);
	const to = Math.min(lines.length, Math.max(1, current) + around);
	const onKeyDown = (e: KeyboardEvent) => {
		if (!(e.target instanceof HTMLButtonElement)) return;
		const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[e.key];
		if (by === undefined) return;
		e.preventDefault();
		const next = Math.max(from, Math.min(to, at + by));
		setAt(next);
		box.current?.querySelector<HTMLElement>(`[data-line="${next}"] button`)?.focus();
	};
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
		<div ref={box} className={styles.code} role="group" aria-label={label} tabIndex={0} onKeyDown={onKeyDown}>
			{from > 1 && <p className={styles.left}>{count(from - 1)} lines before are left out</p>}
			{lines.slice(from - 1, to).map((pieces, i) => {
				const n = from + i;
				return (
					<Line
						key={n}
						n={n}
						pieces={pieces}
						current={n === current}
						ran={ran.has(n)}
						condition={breaks.get(n)}
						onWay={n === at}
						onBreak={onBreak}
					/>
				);
			})}
			{to < lines.length && <p className={styles.left}>{count(lines.length - to)} lines behind are left out</p>}
		</div>
	);
}

type LineProps = {
	readonly n: number;
	readonly pieces: readonly Piece[];
	readonly current: boolean;
	readonly ran: boolean;
	readonly condition: string | undefined;
	readonly onWay: boolean;
	readonly onBreak: ((line: number) => void) | undefined;
};

const Line = memo(function Line({ n, pieces, current, ran, condition, onWay, onBreak }: LineProps) {
	const set = condition !== undefined;
	return (
		<div
			data-line={n}
			className={classes(styles.line, current && styles.current, ran && styles.ran)}
			aria-current={current ? "step" : undefined}
		>
			{onBreak === undefined ? (
				<span className={styles.margin} />
			) : (
				<button
					type="button"
					className={classes(styles.margin, set && styles.set)}
					tabIndex={onWay ? 0 : -1}
					aria-pressed={set}
					aria-label={`Breakpoint at line ${n}`}
					title={set && condition !== "" ? `stops where ${condition}` : undefined}
					onClick={() => onBreak(n)}
				>
					{set && <Icon name={condition === "" ? "live" : "unknown"} size="s" />}
				</button>
			)}
			<span className={styles.number}>{n}</span>
			<span className={styles.arrow}>{current && <Icon name="right" size="s" label="about to run" />}</span>
			<code>
				<Pieces of={pieces} />
			</code>
		</div>
	);
});

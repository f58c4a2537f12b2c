import { type Ref, useEffect, useRef, useState } from "react";
import { readFilter, tokens } from "../../model/filter";
import { Icon } from "../../widgets/Icon";
import styles from "./FilterField.module.css";

type Props = {
	readonly value: string;
	readonly onChange: (filter: string) => void;
	/** At the right end: how much was found. */
	readonly found: string;
	readonly field: Ref<HTMLInputElement>;
};

const looks: Readonly<Record<string, string | undefined>> = {
	name: styles.name,
	text: styles.text,
	number: styles.number,
	sign: styles.sign,
};

/** The display filter, coloured as it is typed. It takes effect with Enter or after a pause, and says what it cannot answer. */
export function FilterField({ value, onChange, found, field }: Props) {
	const [typed, setTyped] = useState(value);
	const [left, setLeft] = useState(0);
	const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
	/** The filter when the field got the focus: what Escape goes back to. */
	const before = useRef(value);
	// What was applied has no blank at its end; the reader who goes on typing keeps it.
	useEffect(() => setTyped((text) => (text.trim() === value ? text : value)), [value]);
	useEffect(() => () => clearTimeout(pause.current), []);
	const reading = readFilter(typed);
	const { list, end } = tokens(typed);
	const settle = () => {
		clearTimeout(pause.current);
		pause.current = undefined;
	};
	const change = (text: string) => {
		setTyped(text);
		settle();
		if (readFilter(text).ok) pause.current = setTimeout(() => onChange(text.trim()), 500);
	};
	const apply = () => {
		settle();
		if (reading.ok) onChange(typed.trim());
	};
	const undo = () => {
		settle();
		setTyped(before.current);
		onChange(before.current);
	};
	return (
		<div className={styles.wrap}>
			<div className={`filter ${styles.filter}`}>
				<Icon name="filter" className={value === "" ? "dim" : "c-acc"} />
				<div className={styles.box}>
					<div className={styles.colours} aria-hidden="true" style={{ transform: `translateX(${-left}px)` }}>
						{list.map((t) => (
							<span key={t.at} className={looks[t.kind]}>
								{t.text}
							</span>
						))}
						<span className={styles.bad}>{typed.slice(end)}</span>
					</div>
					<input
						ref={field}
						className={styles.input}
						aria-label="Filter"
						aria-invalid={!reading.ok}
						aria-describedby="filter-problem"
						spellCheck={false}
						autoComplete="off"
						placeholder={'op == "drop-duplicates" && kind == "record", or any text'}
						value={typed}
						onChange={(e) => change(e.currentTarget.value)}
						onScroll={(e) => setLeft(e.currentTarget.scrollLeft)}
						onKeyUp={(e) => setLeft(e.currentTarget.scrollLeft)}
						onKeyDown={(e) => {
							if (e.key === "Enter") {
								apply();
								e.currentTarget.blur();
							} else if (e.key === "Escape") {
								e.stopPropagation();
								undo();
								e.currentTarget.blur();
							}
						}}
						onFocus={() => {
							before.current = value;
						}}
						onBlur={() => pause.current !== undefined && apply()}
					/>
				</div>
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
							setTyped("");
							onChange("");
						}}
					>
						<Icon name="close" size="s" />
					</button>
				)}
			</div>
			<p id="filter-problem" className={reading.ok ? "hide" : styles.problem} role="status">
				{reading.ok ? "" : `${reading.problem.message} (at character ${reading.problem.at + 1})`}
			</p>
		</div>
	);
}

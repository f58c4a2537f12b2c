import { type KeyboardEvent, type ReactNode, useId } from "react";
import { classes } from "../base/classes";
import styles from "./TabBar.module.css";

export type Tab<T extends string> = { readonly value: T; readonly label: ReactNode; readonly panel: ReactNode };

type Props<T extends string> = {
	readonly label: string;
	readonly value: T;
	readonly tabs: readonly Tab<T>[];
	readonly onChange: (value: T) => void;
	readonly className?: string;
};

/** Tabs over one panel; arrow keys go from tab to tab. */
export function TabBar<T extends string>({ label, value, tabs, onChange, className }: Props<T>) {
	const id = useId();
	const chosen = tabs.find((t) => t.value === value) ?? tabs[0];
	if (chosen === undefined) return null;
	const onKeyDown = (e: KeyboardEvent<HTMLElement>) => {
		const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
		if (step === 0) return;
		e.preventDefault();
		const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length];
		if (next === undefined) return;
		onChange(next.value);
		document.getElementById(`${id}-${next.value}`)?.focus();
	};
	return (
		<div className={classes(styles.wrap, className)}>
			<div role="tablist" aria-label={label} className={styles.bar} onKeyDown={onKeyDown}>
				{tabs.map((t) => (
					<button
						key={t.value}
						id={`${id}-${t.value}`}
						type="button"
						role="tab"
						aria-selected={t === chosen}
						aria-controls={`${id}-panel`}
						tabIndex={t === chosen ? 0 : -1}
						onClick={() => onChange(t.value)}
					>
						{t.label}
					</button>
				))}
			</div>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
			<div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen.value}`} className={styles.panel} tabIndex={0}>
				{chosen.panel}
			</div>
		</div>
	);
}

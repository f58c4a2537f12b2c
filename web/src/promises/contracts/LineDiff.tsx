import { useMemo } from "react";
import { classes } from "../../base/classes";
import styles from "./Contracts.module.css";
import { around, lineDiff } from "./lineDiff";

const signs = { same: " ", added: "+", removed: "-" } as const;

type Props = { readonly before: string; readonly after: string; readonly label: string };

/** Two texts, the lines that differ. */
export function LineDiff({ before, after, label }: Props) {
	const lines = useMemo(() => around(lineDiff(before, after)), [before, after]);
	if (before === after) return <p className="dim">The texts are the same.</p>;
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
		<pre className={styles.diff} tabIndex={0} role="region" aria-label={label}>
			{lines.map((l, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
				<span key={i} className={classes(styles.line, l === undefined ? "dim" : styles[l.kind])}>
					{l === undefined ? "…" : `${signs[l.kind]} ${l.text}`}
				</span>
			))}
		</pre>
	);
}

import { useMemo } from "react";
import { classes } from "../base/classes";
import { type Language, type Piece, piecesOf } from "./pieces";
import styles from "./SourceText.module.css";

type Props = {
	readonly language: Language;
	readonly text: string;
	/** What it is, for those who hear it. */
	readonly label: string;
	readonly numbered?: boolean;
};

/** Pieces in the colours of their tones. */
export function Pieces({ of }: { readonly of: readonly Piece[] }) {
	return of.map((p, i) =>
		p.tone === undefined ? (
			p.text
		) : (
			// biome-ignore lint/suspicious/noArrayIndexKey: pieces are in order and do not move
			<span key={i} className={styles[p.tone]}>
				{p.text}
			</span>
		),
	);
}

/** A text of a program: a statement, a description, generated code. */
export function SourceText({ language, text, label, numbered }: Props) {
	const pieces = useMemo(() => piecesOf(language, text), [language, text]);
	const lines = useMemo(() => text.split("\n").length, [text]);
	const wraps = language === "sql" || language === "description";
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
		<div className={classes(styles.source, wraps && styles.wrapped)} role="group" aria-label={label} tabIndex={0}>
			{numbered === true && (
				<pre className={styles.numbers} aria-hidden="true">
					{Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join("")}
				</pre>
			)}
			<pre>
				<code>
					<Pieces of={pieces} />
				</code>
			</pre>
		</div>
	);
}

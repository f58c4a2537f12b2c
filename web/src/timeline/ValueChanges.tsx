import styles from "./ValueChanges.module.css";
import type { Change } from "./valueChanges";

/** The members of a value that an access changed, each with what it was and is. */
export function ValueChanges({ changes }: { readonly changes: readonly Change[] }) {
	return (
		<dl className={styles.changes} aria-label="What changed">
			{changes.map((c) => (
				<div key={c.path}>
					<dt>{c.path}</dt>
					<dd>
						<s>{c.before}</s> <span>{c.after}</span>
					</dd>
				</div>
			))}
		</dl>
	);
}

import styles from "./EntityPanel.module.css";

/** Values as they were and as they are: what went is struck through, what came has a plus, the rest is quiet. */
export function Difference({ before, after }: { readonly before: readonly string[]; readonly after: readonly string[] }) {
	const gone = before.filter((v) => !after.includes(v));
	return (
		<span className={styles.said}>
			{gone.map((v) => (
				<span key={`-${v}`}>
					<span className="hide">without </span>
					<del className={styles.gone}>{v}</del>{" "}
				</span>
			))}
			{after.map((v) => (
				<span key={v}>{before.includes(v) ? <span className="dim">{v}</span> : <ins style={{ textDecoration: "none" }}>+ {v}</ins>} </span>
			))}
			{after.length === 0 && gone.length === 0 && <span className="dim">nothing</span>}
		</span>
	);
}

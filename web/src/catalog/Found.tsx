import { foundIn } from "../model/catalogTerms";
import styles from "./Found.module.css";

/** A text with the words of a search marked in it. */
export function Found({ text, q }: { readonly text: string; readonly q: string }) {
	return foundIn(text, q).map((p, i) =>
		p.found ? (
			// biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no other identity
			<mark key={i} className={styles.found}>
				{p.text}
			</mark>
		) : (
			p.text
		),
	);
}

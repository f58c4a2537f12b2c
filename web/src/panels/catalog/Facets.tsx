import { type Hit, type Kind, kinds } from "../../api/catalog";
import { classes } from "../../base/classes";
import { kindLooks } from "../../catalog/words";
import { Icon } from "../../widgets/Icon";
import styles from "./CatalogPanel.module.css";

/** The kinds that an address names; none: all but operators and programs. */
export function readKinds(text: string | undefined): readonly Kind[] {
	const named = (text ?? "").split(",");
	return kinds.filter((k) => named.includes(k));
}

export function writeKinds(chosen: readonly Kind[]): string | undefined {
	return chosen.length === 0 ? undefined : chosen.join(",");
}

type Props = {
	readonly chosen: readonly Kind[];
	readonly hits: readonly Hit[];
	/** There are more than hits. */
	readonly more: boolean;
	readonly onChange: (chosen: readonly Kind[]) => void;
};

/** Only some kinds, with how many of each were found. Kinds that are not chosen were not looked for, and have no number. */
export function Facets({ chosen, hits, more, onChange }: Props) {
	return (
		<fieldset className={styles.facets}>
			<legend className="hide">Kinds</legend>
			{kinds.map((k) => {
				const on = chosen.includes(k);
				const n = hits.filter((h) => h.kind === k).length;
				return (
					<button
						key={k}
						type="button"
						className={classes("chip", on && "acc")}
						aria-pressed={on}
						onClick={() => onChange(on ? chosen.filter((c) => c !== k) : kinds.filter((c) => c === k || chosen.includes(c)))}
					>
						<Icon name={kindLooks[k].icon} size="s" />
						{kindLooks[k].many}
						{n > 0 && (
							<span className="mono">
								{n}
								{more && "+"}
							</span>
						)}
					</button>
				);
			})}
		</fieldset>
	);
}

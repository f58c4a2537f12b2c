import type { ImpactVerdict } from "../../api/impact";
import { classes } from "../../base/classes";
import { Icon } from "../../widgets/Icon";
import styles from "./Impact.module.css";
import { verdictIcons, verdictWords } from "./words";

/** A verdict by colour, sign and word. What is not known is hatched: nobody takes it for safe. */
export function VerdictMark({ verdict }: { readonly verdict: ImpactVerdict }) {
	return (
		<span className={classes(styles.verdict, styles[verdict])} title={verdictWords[verdict]}>
			<Icon name={verdictIcons[verdict]} size="s" />
			{verdict}
		</span>
	);
}

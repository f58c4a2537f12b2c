import { classes } from "../../base/classes";
import { Scroll } from "../../widgets/Scroll";
import styles from "./EntityPanel.module.css";
import { Fields } from "./Fields";
import { Health } from "./Health";
import { Parts } from "./Parts";
import { People } from "./People";
import { Proposals } from "./Proposals";
import { Systems } from "./Systems";
import type { TabProps } from "./tabs";

/** The page as it opens: what is in it, who is at it, whose it is. */
export function OverviewTab({ entity, state }: TabProps) {
	const stream = entity.kind === "stream";
	const proposals = entity.proposals.length > 0 && <Proposals entity={entity} />;
	return (
		<div className={classes(styles.overview, !stream && styles.wide)}>
			<Scroll label={stream ? "Health and fields" : "What is at it"} className={styles.column}>
				{entity.health.length > 0 && <Health notes={entity.health} />}
				{stream ? <Fields entity={entity} state={state} /> : <Systems entity={entity} />}
				{!stream && <Parts entity={entity} />}
			</Scroll>
			<Scroll label="Who is at it, and what people say" className={styles.column}>
				{stream && <Systems entity={entity} />}
				{proposals}
				<People entity={entity} />
				{stream && <Parts entity={entity} />}
			</Scroll>
		</div>
	);
}

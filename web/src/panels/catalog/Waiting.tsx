import { useQuery } from "@tanstack/react-query";
import { proposalsQuestion } from "../../api/catalog";
import { plural } from "../../base/quantity";
import { EntityLink } from "../../catalog/EntityLink";
import { Icon } from "../../widgets/Icon";
import styles from "./CatalogPanel.module.css";

const most = 4;

/** Proposals that the reader may decide about, where there are some. */
export function Waiting() {
	const mine = (useQuery(proposalsQuestion).data ?? []).filter((p) => p.decide);
	if (mine.length === 0) return null;
	const entities = [...new Set(mine.map((p) => p.entity))];
	return (
		<p className={styles.waiting} role="note">
			<Icon name="mark" size="s" className="c-late" /> {plural(mine.length, "proposal")} {mine.length === 1 ? "waits" : "wait"} for you:{" "}
			{entities.slice(0, most).map((id, i) => (
				<span key={id}>
					{i > 0 && ", "}
					<EntityLink id={id} className="link" />
				</span>
			))}
			{entities.length > most && <span className="dim"> and {entities.length - most} more</span>}
		</p>
	);
}

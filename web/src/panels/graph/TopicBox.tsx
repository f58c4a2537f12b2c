import type { TopicUse } from "../../api/job";
import { classes } from "../../base/classes";
import { perSecond, written } from "../../base/quantity";
import { link } from "../../model/address";
import { Icon } from "../../widgets/Icon";
import styles from "./Box.module.css";
import type { OtherUse } from "./Picture";
import type { Selected } from "./topology";

export type TopicInfo = {
	readonly topic: string;
	readonly uses: readonly TopicUse[];
	readonly others: readonly OtherUse[];
	readonly chosen: boolean;
	readonly onSelect: (s: Selected) => void;
};

/** A Kafka topic, and the jobs on its other side. */
export function TopicBox({ topic, uses, others, chosen, onSelect }: TopicInfo) {
	const rate = uses.reduce((sum, u) => sum + u.per_s, 0);
	const [first, ...more] = others;
	return (
		<div className={classes(styles.topic, chosen && styles.chosen)}>
			<button
				type="button"
				className={classes(styles.head, "nopan")}
				aria-pressed={chosen}
				onClick={() => onSelect({ kind: "topic", topic })}
			>
				<Icon name="topic" />
				<b className="cut">{topic}</b>
			</button>
			<span className={styles.about}>Kafka, {written(perSecond(rate))}</span>
			{first === undefined ? (
				<span className={styles.about}>no other recorded job</span>
			) : (
				<span className={styles.about}>
					{first.role === "read" ? "to " : "from "}
					<a className="link nopan" href={link({ screen: "graph", job: first.job })}>
						{first.name}
					</a>
					{more.length > 0 && ` and ${more.length} more`}
				</span>
			)}
		</div>
	);
}

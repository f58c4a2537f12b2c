import type { ReplayFinding } from "../api/replay";
import { Icon } from "../widgets/Icon";
import styles from "./Replays.module.css";

/** What a plan found: what stops it first, each with what to do about it. */
export function Findings({ of }: { readonly of: readonly ReplayFinding[] }) {
	const sorted = [...of].sort((a, b) => Number(b.stops) - Number(a.stops));
	return (
		<ul className={styles.findings} aria-label="What the plan found">
			{sorted.map((f) => (
				<li key={f.about + f.text}>
					<Icon
						name={f.stops ? "failed" : "warning"}
						size="s"
						className={f.stops ? "c-drop" : "c-late"}
						label={f.stops ? "missing" : "warning"}
					/>{" "}
					{f.text}
					{f.do !== undefined && <p className="mid">{f.do}</p>}
				</li>
			))}
		</ul>
	);
}

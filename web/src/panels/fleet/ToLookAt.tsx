import type { Job } from "../../api/job";
import { Chip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Age } from "../../widgets/TimeText";
import styles from "./FleetPanel.module.css";
import { reasons } from "./health";

/** What needs a look, worst first; each opens the screen that says more. */
export function ToLookAt({ jobs }: { readonly jobs: readonly Job[] }) {
	const list = jobs.flatMap(reasons).sort((a, b) => Number(a.tone === "late") - Number(b.tone === "late"));
	return (
		<Panel
			title="To look at"
			className={styles.side ?? ""}
			end={
				list.length > 0 ? (
					<Chip tone={list.some((r) => r.tone === "drop") ? "drop" : "late"} icon="warning">
						{list.length} open
					</Chip>
				) : undefined
			}
		>
			{list.length === 0 ? (
				<p className={styles.calm}>
					<Icon name="ok" className="c-ok" /> Nothing. No failure, no gap, no late watermark.
				</p>
			) : (
				<ol className="scroll">
					{list.map((r) => (
						<li key={`${r.job.id} ${r.title} ${r.about}`}>
							<a href={r.href} className={styles.reason}>
								<Icon name={r.icon} className={r.tone === "drop" ? "c-drop" : "c-late"} />
								<span className="grow">
									<b>{r.title}</b>
									<span className={styles.why}>{r.about}</span>
									<span className={styles.meta}>
										<span className="cut">{r.job.name}</span>
										{r.job.last_seen !== undefined && <Age t={r.job.last_seen} />}
										<Icon name="right" size="s" className="c-acc" />
									</span>
								</span>
							</a>
						</li>
					))}
				</ol>
			)}
		</Panel>
	);
}

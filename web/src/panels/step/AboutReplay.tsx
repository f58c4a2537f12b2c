import type { StepPlace } from "../../api/step";
import { count, plural } from "../../base/quantity";
import { link } from "../../model/address";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import styles from "./StepPanel.module.css";

/** What the replay says of itself: what is shown ran there, in a process of its own. */
export function AboutReplay({ place, onEnd }: { readonly place: StepPlace; readonly onEnd: () => void }) {
	const r = place.replay;
	return (
		<Panel
			title="Replay"
			className={styles.part ?? ""}
			end={
				<button type="button" className="btn" title="It ends by itself ten minutes after the last step" onClick={onEnd}>
					End the replay
				</button>
			}
		>
			{r.renumbered > 0n ? (
				<p className="c-late">
					<Icon name="warning" size="s" /> It does not do what was recorded: {count(r.renumbered)} times more or less happened. What is
					shown ran here, and may not have run in production.
				</p>
			) : (
				<p className="mid">It does as often what was recorded as far as it came. The page Replays proves an attempt whole.</p>
			)}
			<dl className="kv">
				<dt>Reads beyond the recording</dt>
				<dd className={r.surplus_reads > 0n ? "c-late" : "mono"}>{plural(r.surplus_reads, "read")} of clocks and random numbers</dd>
				<dt>Processes started</dt>
				<dd className="mono">{r.starts}</dd>
				<dt>It records</dt>
				<dd>
					<a className="link mono" href={link({ screen: "events", rec: r.recording }, { at: place.position })}>
						{r.recording.slice(0, 8)}
					</a>
				</dd>
				{r.thrown !== undefined && (
					<>
						<dt>Ended the task</dt>
						<dd className="mono c-drop">{r.thrown}</dd>
					</>
				)}
			</dl>
		</Panel>
	);
}

import type { ScannedPartition } from "../../api/topic";
import { count, plural, size, written } from "../../base/quantity";
import { Icon } from "../../widgets/Icon";
import type { Pages } from "./pages";
import styles from "./TopicPanel.module.css";
import type { Phase } from "./useTopicPages";

const endings: Readonly<Record<string, string>> = {
	all: "each to its end",
	limit: "ended by the page",
	stopped: "ended by the page",
	bytes: "ended by size",
	time: "ended by time",
};

/** "looked at 12,410 records of 12 partitions, 3.1 MB, ended by time". */
export function scanText(p: Pages): string {
	const ended = p.ended === undefined ? "" : `, ${endings[p.ended] ?? p.ended}`;
	return `looked at ${plural(p.asked, "record")} of ${plural(p.scanned.length, "partition")}, ${written(size(p.bytes))}${ended}`;
}

function rangeText(s: ScannedPartition): string {
	const range = s.from === s.to ? `nothing at ${s.from}` : `${s.from} to ${s.to - 1n}`;
	return `${s.partition}: ${range}${s.done ? ", nothing is left" : ""}`;
}

type Props = { readonly pages: Pages; readonly phase: Phase; readonly onStop: () => void; readonly onAgain: () => void };

/** What was looked at for the records on the screen, what went wrong there, and how far a search is. */
export function ScanLine({ pages: p, phase, onStop, onAgain }: Props) {
	const troubled = p.scanned.filter((s) => s.error !== undefined || s.note !== undefined);
	const loading = phase.kind === "loading";
	return (
		<div className={styles.scan}>
			{loading && (
				<div role="status">
					<Icon name="wait" size="s" /> {phase.first ? "looking" : `looking on: ${plural(p.rows.length, "record")} so far`}
					<button type="button" className="btn quiet" onClick={onStop}>
						Cancel
					</button>
				</div>
			)}
			{p.ended !== undefined && (
				<details className={styles.ranges}>
					<summary>{scanText(p)}</summary>
					<ul className="mono">
						{p.scanned.map((s) => (
							<li key={s.partition}>{rangeText(s)}</li>
						))}
					</ul>
				</details>
			)}
			{phase.kind === "stopped" && <span className="c-late">given up: there may be more</span>}
			{p.unclear > 0 && (
				<span className="c-late" title={p.unclearWhy}>
					<Icon name="unknown" size="s" /> the filter cannot be told of {plural(p.unclear, "record")}
					{p.unclearWhy === undefined ? "" : `: ${p.unclearWhy}`}
				</span>
			)}
			{troubled.map((s) => (
				<span key={s.partition} className={s.error === undefined ? "mid" : "c-drop"}>
					<Icon name={s.error === undefined ? "unknown" : "failed"} size="s" /> partition {s.partition}: {s.error ?? s.note}
				</span>
			))}
			<div className={styles.end}>
				{p.rows.length > 0 && <span>{count(p.rows.length)} found</span>}
				{!loading && (
					<button type="button" className="btn quiet" onClick={onAgain}>
						<Icon name="restart" size="s" />
						Look again
					</button>
				)}
			</div>
		</div>
	);
}

import type { Tail } from "../../api/tail";
import { count, perSecond, plural, written } from "../../base/quantity";
import { useNow } from "../../widgets/clock";
import { Icon } from "../../widgets/Icon";
import styles from "./TopicPanel.module.css";
import { rateOf, type TailBuffer } from "./tailBuffer";

type Props = {
	readonly tail: Tail;
	readonly buffer: TailBuffer;
	/** How many came since the list is held still; undefined: it is not. */
	readonly held: number | undefined;
	readonly onHold: () => void;
};

/** How a live tail stands: what comes and what of it is shown. */
export function TailLine({ tail, buffer, held, onHold }: Props) {
	const now = useNow();
	const rate = rateOf(buffer, now);
	const live = tail.state?.phase === "live";
	return (
		<div className={styles.scan}>
			<div>
				<Icon name={live ? "live" : "wait"} size="s" className={live ? "c-ok" : "dim"} />
				{live ? (held === undefined ? "live" : "held still") : "connecting"}
			</div>
			<span>
				{written(perSecond(rate.seen))} come
				{rate.dropped > 0 && <span className="c-late">, {written(perSecond(rate.dropped))} too fast to be shown</span>}
			</span>
			<span className="dim">
				{plural(buffer.seen, "record")} came, {count(buffer.dropped)} not looked at
				{buffer.came > buffer.rows.length && `; the newest ${count(buffer.rows.length)} are kept`}
			</span>
			{tail.breaks > 0 && (
				<span className="c-late">
					<Icon name="gap" size="s" /> the stream broke {plural(tail.breaks, "time")}: what came meanwhile is not here
				</span>
			)}
			<div className={styles.end}>
				<button type="button" className="btn" aria-pressed={held !== undefined} onClick={onHold}>
					{held === undefined ? "Pause" : `Go on${held === 0 ? "" : `, ${count(held)} new`}`}
				</button>
			</div>
		</div>
	);
}

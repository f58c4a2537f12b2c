import type { Process } from "../../api/process";
import { count, duration, size, written } from "../../base/quantity";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import styles from "./AgentsPanel.module.css";

/** What an agent counts about itself. */
export function Counters({ process: p }: { readonly process: Process }) {
	const c = p.counters;
	return (
		<Panel title="Counters" about={p.host}>
			<dl className={`kv ${styles.counters}`}>
				<dt>Events recorded</dt>
				<dd>{count(c.events)}</dd>
				<dt>Blocks sent</dt>
				<dd>{count(c.blocks)}</dd>
				<dt>Bytes sent</dt>
				<dd>{written(size(c.bytes))}</dd>
				<dt>Waiting to be sent</dt>
				<dd>{written(size(c.queued_bytes))}</dd>
				<dt>Processor time of the agent</dt>
				<dd>{written(duration(Math.round(Number(c.cpu_ns / 1_000_000n))))}</dd>
				<dt>Events lost</dt>
				<dd className={c.lost_events > 0n ? "c-late" : undefined}>{count(c.lost_events)}</dd>
				<dt>Bytes lost</dt>
				<dd className={c.lost_bytes > 0n ? "c-late" : undefined}>{written(size(c.lost_bytes))}</dd>
				<dt>Errors inside the agent</dt>
				<dd className={c.errors > 0n ? "c-drop" : undefined}>{count(c.errors)}</dd>
				{p.last_seen !== undefined && (
					<>
						<dt>Last seen</dt>
						<dd>
							<TimeText t={p.last_seen} digits={0} />
						</dd>
					</>
				)}
			</dl>
		</Panel>
	);
}

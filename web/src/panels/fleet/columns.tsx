import type { Job } from "../../api/job";
import type { Samples } from "../../base/history";
import { count, duration, percent, perSecond, sizePerSecond } from "../../base/quantity";
import { link } from "../../model/address";
import { Amount } from "../../widgets/Amount";
import type { Column } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Sparkline } from "../../widgets/Sparkline";
import { Age } from "../../widgets/TimeText";
import styles from "./FleetPanel.module.css";
import { droppedLink, healthLook, healthOf } from "./health";

const lateAfterMs = 60_000n;
const none = <span className="dim">-</span>;

/** The newest values, as many as a little line has room for. */
function recent(column: readonly (number | undefined)[]): readonly number[] {
	return column.slice(-40).filter((v) => v !== undefined);
}

/** The columns of the fleet's table. */
export function columns(rates: Samples): readonly Column<Job>[] {
	return [
		{
			id: "job",
			head: "Job",
			sortBy: (j) => j.name,
			cell: (j) => {
				const look = healthLook[healthOf(j)];
				return (
					<span className={styles.job}>
						<Icon name={look.icon} className={look.tone} label={look.word} />
						<a href={link({ screen: "graph", job: j.id })} className="strong cut">
							{j.name}
						</a>
						{j.gaps > 0 && (
							<a className="c-late" href={link({ screen: "gaps", rec: j.id })} title="this recording has gaps">
								<Icon name="gap" size="s" label="has gaps" />
							</a>
						)}
					</span>
				);
			},
		},
		{
			id: "state",
			head: "State",
			sortBy: (j) => j.state,
			cell: (j) => <span className="mid">{j.state}</span>,
		},
		{ id: "flink", head: "Flink", sortBy: (j) => j.flink, mono: true, cell: (j) => <span className="dim">{j.flink}</span> },
		{
			id: "in",
			head: "Records in",
			align: "right",
			sortBy: (j) => j.in_per_s,
			title: "records that the sources read per second, mean of the last 10 s",
			cell: (j) => (
				<span className={styles.rate}>
					<Sparkline values={recent(rates.column(j.id))} />
					<span>
						<Amount q={perSecond(j.in_per_s)} />
					</span>
				</span>
			),
		},
		{ id: "out", head: "Out", align: "right", sortBy: (j) => j.out_per_s, cell: (j) => <Amount q={perSecond(j.out_per_s)} /> },
		{
			id: "lag",
			head: "Lag",
			align: "right",
			sortBy: (j) => j.source_lag,
			title: "records that the sources have still to read",
			cell: (j) => (j.source_lag === undefined ? none : count(j.source_lag)),
		},
		{
			id: "delay",
			head: "Wm delay",
			align: "right",
			sortBy: (j) => j.watermark_lag_ms,
			title: "how far the watermark is behind the wall clock",
			cell: (j) => {
				if (j.watermark_lag_ms === undefined) return none;
				const late = j.watermark_lag_ms > lateAfterMs;
				return (
					<span className={late ? "c-late" : undefined}>
						{late && <Icon name="warning" size="s" label="late" />} <Amount q={duration(Number(j.watermark_lag_ms))} />
					</span>
				);
			},
		},
		{
			id: "restarts",
			head: "Restarts",
			align: "right",
			sortBy: (j) => j.attempts_restarted,
			cell: (j) => (j.attempts_restarted === 0 ? <span className="dim">0</span> : <span className="c-late">{j.attempts_restarted}</span>),
		},
		{
			id: "gaps",
			head: "Gaps",
			align: "right",
			sortBy: (j) => j.gaps,
			cell: (j) => (j.gaps === 0 ? <span className="dim">0</span> : <span className="c-late">{j.gaps}</span>),
		},
		{
			id: "drops",
			head: "Dropped",
			align: "right",
			sortBy: (j) => j.drops,
			title: "records that operators threw away: late, duplicate, not readable",
			cell: (j) => {
				if (j.drops === undefined) return none;
				if (j.drops === 0n) return <span className="dim">0</span>;
				return (
					<a className="c-drop" href={droppedLink(j.id)}>
						{count(j.drops)}
					</a>
				);
			},
		},
		{
			id: "cpu",
			head: "CPU",
			align: "right",
			sortBy: (j) => j.cost.cpu_share,
			title: "what recording costs: share of one core",
			cell: (j) => (j.cost.cpu_share === undefined ? none : <Amount q={percent(j.cost.cpu_share)} />),
		},
		{
			id: "bytes",
			head: "Recorded",
			align: "right",
			sortBy: (j) => j.cost.bytes_per_s,
			cell: (j) => <Amount q={sizePerSecond(j.cost.bytes_per_s)} />,
		},
		{
			id: "seen",
			head: "Last seen",
			align: "right",
			sortBy: (j) => j.last_seen,
			cell: (j) => (j.last_seen === undefined ? none : <Age t={j.last_seen} />),
		},
	];
}

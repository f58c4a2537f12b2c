import { hasEnded } from "../../api/live";
import type { Recording, RunState } from "../../api/recording";
import { count, duration, size } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { millisOf } from "../../base/time";
import { link } from "../../model/address";
import { Amount } from "../../widgets/Amount";
import { useNow } from "../../widgets/clock";
import type { Column } from "../../widgets/DataTable";
import { Icon, type IconName } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";
import styles from "./RecordingsPanel.module.css";

const none = <span className="dim">-</span>;

type Look = { readonly icon: IconName; readonly tone: string };

/** "last-seen" is what the server says of a run that stopped reporting without an end. */
function lookOf(state: RunState): Look {
	if (state === "failed") return { icon: "failed", tone: "c-drop" };
	if (hasEnded(state)) return { icon: "ok", tone: "dim" };
	if (state === "last-seen") return { icon: "wait", tone: "dim" };
	return { icon: "running", tone: "c-ok" };
}

/** How long a run took, or takes until now. */
function Length({ recording: r }: { readonly recording: Recording }) {
	const now = useNow();
	if (r.started === undefined) return none;
	const end = r.ended === undefined ? now : millisOf(r.ended);
	return <Amount q={duration(Math.max(0, Math.round((end - millisOf(r.started)) / 1000) * 1000))} />;
}

/** How a run stands; of a derived recording what it is of. */
function State({ of: r }: { readonly of: Recording }) {
	if (r.derived === undefined) return <span className="mid">{r.state}</span>;
	const { replay, task, subtask, attempt, verdict, kind } = r.derived;
	if (replay === undefined) return <span className="mid">derived</span>;
	return (
		<a className="link" href={link({ screen: "replay", id: replay })} title={`${task}, subtask ${subtask}, attempt ${attempt}`}>
			{kind === undefined || kind === "replay" ? "derived" : kind}
			{verdict === undefined ? "" : `, ${verdict.replaceAll("-", " ")}`}
		</a>
	);
}

/** The columns of the list of recordings. */
export const columns: readonly Column<Recording>[] = [
	{
		id: "job",
		head: "Recording of",
		sortBy: (r) => r.job,
		cell: (r) => {
			const look = lookOf(r.state);
			return (
				<span className={styles.run}>
					<Icon name={look.icon} className={look.tone} />
					<a href={link({ screen: "events", rec: r.id })} className="strong cut">
						{r.job === "" ? shortId(r.id) : r.job}
					</a>
				</span>
			);
		},
	},
	{ id: "state", head: "State", sortBy: (r) => r.state, cell: (r) => <State of={r} /> },
	{ id: "id", head: "Id", mono: true, cell: (r) => <span title={r.id}>{shortId(r.id)}</span> },
	{ id: "flink", head: "Flink", sortBy: (r) => r.flink, mono: true, cell: (r) => <span className="dim">{r.flink}</span> },
	{
		id: "started",
		head: "Started",
		align: "right",
		sortBy: (r) => r.started,
		cell: (r) => (r.started === undefined ? none : <TimeText t={r.started} digits={0} />),
	},
	{
		id: "length",
		head: "Length",
		align: "right",
		title: "from the first to the last, or until now",
		cell: (r) => (r.ended === undefined && (hasEnded(r.state) || r.state === "last-seen") ? none : <Length recording={r} />),
	},
	{ id: "events", head: "Events", align: "right", sortBy: (r) => r.events, cell: (r) => count(r.events) },
	{ id: "blocks", head: "Blocks", align: "right", sortBy: (r) => r.blocks, cell: (r) => count(r.blocks) },
	{ id: "bytes", head: "Size", align: "right", sortBy: (r) => r.bytes, cell: (r) => <Amount q={size(r.bytes)} /> },
	{
		id: "gaps",
		head: "Gaps",
		align: "right",
		sortBy: (r) => r.gaps,
		cell: (r) =>
			r.gaps === 0 ? (
				<span className="dim">0</span>
			) : (
				<a className="c-late" href={link({ screen: "gaps", rec: r.id })}>
					<Icon name="gap" size="s" label="gaps" /> {r.gaps}
				</a>
			),
	},
	{
		id: "agents",
		head: "Agents",
		align: "right",
		sortBy: (r) => r.agents,
		title: "processes that recorded it",
		cell: (r) => r.agents,
	},
	{
		id: "open",
		head: "Open",
		cell: (r) => (
			<span className={styles.views}>
				<a className="link" href={link({ screen: "events", rec: r.id })}>
					events
				</a>
				<a className="link" href={link({ screen: "graph", job: r.id })}>
					graph
				</a>
				<a className="link" href={link({ screen: "journey", rec: r.id })}>
					journey
				</a>
			</span>
		),
	},
];

import type { Gap } from "../../api/recording";
import { count, duration, size } from "../../base/quantity";
import { millisOf } from "../../base/time";
import { Amount } from "../../widgets/Amount";
import type { Column } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";
import styles from "./GapsPanel.module.css";

const unknown = <span className="dim">not known</span>;

/** Milliseconds; undefined when an end is not known. */
export function lengthOf(g: Gap): number | undefined {
	return g.from === undefined || g.to === undefined ? undefined : Math.max(0, millisOf(g.to) - millisOf(g.from));
}

export function gapId(g: Gap): string {
	return [g.attempt_key, g.lane, g.reason, g.first, g.last, g.from ?? ""].join("-").replaceAll(" ", "_");
}

/** "invocations 402,118 to 407,929"; undefined when they are not known. */
export function invocationsOf(g: Gap): string | undefined {
	if (g.first === 0n && g.last === 0n) return undefined;
	return g.first === g.last ? count(g.first) : `${count(g.first)} to ${count(g.last)}`;
}

/** The columns of the list of gaps. */
export const columns: readonly Column<Gap>[] = [
	{
		id: "reason",
		head: "Reason",
		sortBy: (g) => g.reason,
		cell: (g) => (
			<span className={styles.reason}>
				<Icon name="gap" className="c-late" />
				{g.reason}
			</span>
		),
	},
	{
		id: "task",
		head: "Operator or task",
		sortBy: (g) => g.operator ?? g.task,
		cell: (g) => <span>{g.operator || g.task || "the whole process"}</span>,
	},
	{
		id: "subtask",
		head: "Subtask",
		align: "right",
		sortBy: (g) => g.subtask,
		cell: (g) => <span>{g.subtask === undefined || g.subtask < 0 ? "-" : g.subtask}</span>,
	},
	{ id: "lane", head: "Lane", mono: true, sortBy: (g) => g.lane, cell: (g) => <span className="mid">{g.lane || "all"}</span> },
	{
		id: "from",
		head: "From",
		align: "right",
		sortBy: (g) => g.from,
		cell: (g) => (g.from === undefined ? unknown : <TimeText t={g.from} />),
	},
	{ id: "to", head: "To", align: "right", sortBy: (g) => g.to, cell: (g) => (g.to === undefined ? unknown : <TimeText t={g.to} />) },
	{
		id: "length",
		head: "Length",
		align: "right",
		sortBy: lengthOf,
		cell: (g) => {
			const ms = lengthOf(g);
			return ms === undefined ? (
				unknown
			) : (
				<span>
					<Amount q={duration(ms)} />
				</span>
			);
		},
	},
	{
		id: "events",
		head: "Events",
		align: "right",
		sortBy: (g) => g.events,
		cell: (g) => (g.events === 0n ? unknown : <span>{count(g.events)}</span>),
	},
	{
		id: "bytes",
		head: "Size",
		align: "right",
		sortBy: (g) => g.bytes,
		cell: (g) =>
			g.bytes === 0n ? (
				unknown
			) : (
				<span>
					<Amount q={size(g.bytes)} />
				</span>
			),
	},
];

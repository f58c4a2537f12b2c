import type { ImpactRun } from "../../api/impact";
import { link } from "../../model/address";
import { type Column, DataTable } from "../../widgets/DataTable";
import { TimeText } from "../../widgets/TimeText";
import styles from "./Impact.module.css";
import { viewOf } from "./words";

export function runHref(run: ImpactRun): string {
	return link({ screen: "impact", id: run.id }, viewOf(run));
}

const stateWords = { running: "being made", failed: "failed", cancelled: "ended before its end" } as const;

/** How many are broken, maybe, unknown, safe; of one that is not made, how it stands. */
export function Counts({ run }: { readonly run: ImpactRun }) {
	if (run.state !== "done") return <span className={run.state === "failed" ? "c-drop" : "mid"}>{stateWords[run.state]}</span>;
	const { broken, maybe, unknown, safe } = run.counts;
	return (
		<span className={styles.counts}>
			{broken > 0 && <span className="c-drop">{broken} broken</span>}
			{maybe > 0 && <span className="c-late">{maybe} maybe</span>}
			{unknown > 0 && <span className="mid">{unknown} unknown</span>}
			{safe > 0 && <span className="c-ok">{safe} safe</span>}
			{broken + maybe + unknown + safe === 0 && <span className="dim">nobody reads it</span>}
		</span>
	);
}

const columns: readonly Column<ImpactRun>[] = [
	{
		id: "title",
		head: "Change",
		cell: (r) => (
			<a className="strong" href={runHref(r)}>
				{r.title}
			</a>
		),
	},
	{ id: "topic", head: "Topic", mono: true, cell: (r) => (r.topic === "" ? "-" : `${r.cluster}/${r.topic}`) },
	{ id: "counts", head: "Comes to", cell: (r) => <Counts run={r} /> },
	{
		id: "acks",
		head: "Teams say",
		cell: (r) => {
			const objected = r.acks.filter((a) => a.decision === "object").length;
			if (r.acks.length === 0) return <span className="dim">nothing yet</span>;
			return (
				<span className={objected > 0 ? "c-drop" : ""}>
					{r.acks.length - objected} agree{objected > 0 && `, ${objected} object`}
				</span>
			);
		},
	},
	{ id: "by", head: "Asked by", cell: (r) => r.by },
	{ id: "at", head: "When", cell: (r) => <TimeText t={r.began} digits={0} /> },
];

type Props = {
	readonly runs: readonly ImpactRun[];
	readonly selected?: string | undefined;
	readonly onSelect?: (id: string) => void;
	readonly onOpen?: (run: ImpactRun) => void;
};

/** Reports that were made. The page of a stream has those about it. */
export function ImpactList({ runs, selected, onSelect, onOpen }: Props) {
	return (
		<DataTable
			label="Reports"
			columns={columns}
			rows={runs}
			rowId={(r) => r.id}
			{...(selected === undefined ? {} : { selected })}
			{...(onSelect === undefined ? {} : { onSelect })}
			{...(onOpen === undefined ? {} : { onOpen })}
		/>
	);
}

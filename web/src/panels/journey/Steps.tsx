import { useMemo } from "react";
import type { LineageNode } from "../../api/lineage";
import { classes } from "../../base/classes";
import { count } from "../../base/quantity";
import { parseRecord } from "../../base/reference";
import { type Column, DataTable } from "../../widgets/DataTable";
import { TimeText } from "../../widgets/TimeText";
import { ViewLine } from "./Card";
import { inOrder, isUnrecorded, type JourneyGraph, kafkaOf, stateNote, stepName } from "./graph";
import styles from "./Journey.module.css";

function recordCell(n: LineageNode) {
	const kafka = kafkaOf(n);
	if (kafka !== undefined) return kafka.text;
	const record = n.record === undefined ? undefined : parseRecord(n.record);
	return (
		<>
			{stepName(n)}
			{record?.kind === "element" && <span className="dim"> seq {count(record.seq)}</span>}
		</>
	);
}

const did: Readonly<Record<LineageNode["kind"], string>> = {
	kafka: "in Kafka",
	element: "sent",
	source: "read",
	invocation: "handled",
	written: "written",
};

function whatCell(g: JourneyGraph, n: LineageNode) {
	const by = kafkaOf(n) === undefined ? did[n.kind] : `${did[n.kind]} by ${stepName(n)}`;
	const note = isUnrecorded(n) ? g.notes.get(n.id)?.[0]?.text : stateNote(g, n);
	return (
		<span className={styles.what}>
			<span className="dim">{by}</span>
			{note !== undefined && (
				<span className="c-late cut" title={note}>
					{note}
				</span>
			)}
			{note === undefined && <ViewLine view={n.view} className="mono" />}
		</span>
	);
}

function columnsOf(g: JourneyGraph): readonly Column<LineageNode>[] {
	return [
		{
			id: "recorded",
			head: "",
			cell: (n) => (
				<span
					className={classes("src", isUnrecorded(n) ? styles.missing : n.kind === "invocation" && styles.hollow)}
					role="img"
					aria-label={isUnrecorded(n) ? "not recorded" : n.kind === "invocation" ? "an activation" : "a record"}
				/>
			),
		},
		{ id: "record", head: "Record or step", mono: true, cell: recordCell },
		{ id: "what", head: "What", cell: (n) => whatCell(g, n) },
		{ id: "job", head: "Job", cell: (n) => <span className="mid">{n.job}</span> },
		{
			id: "time",
			head: "Time",
			align: "right",
			cell: (n) => (n.time === undefined ? <span className="dim">not recorded</span> : <TimeText t={n.time} />),
		},
	];
}

type Props = {
	readonly graph: JourneyGraph;
	readonly selected: string | undefined;
	readonly related: ReadonlySet<string>;
	readonly onSelect: (node: string) => void;
	readonly onOpen: (n: LineageNode) => void;
};

/** The picture as a list: the same nodes, the same selection. */
export function Steps({ graph, selected, related, onSelect, onOpen }: Props) {
	const columns = useMemo(() => columnsOf(graph), [graph]);
	const rows = useMemo(() => inOrder(graph), [graph]);
	return (
		<DataTable
			label="Steps of the journey"
			columns={columns}
			rows={rows}
			rowId={(n) => n.id}
			{...(selected === undefined ? {} : { selected })}
			onSelect={onSelect}
			onOpen={onOpen}
			rowClass={(n) => (related.has(n.id) ? undefined : styles.aside)}
		/>
	);
}

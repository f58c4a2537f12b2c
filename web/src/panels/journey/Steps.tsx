import { useMemo } from "react";
import type { LineageNode } from "../../api/lineage";
import { classes } from "../../base/classes";
import { count } from "../../base/quantity";
import { parseRecord } from "../../base/reference";
import { dateTime, sameDay, type Zone, zoneName } from "../../base/time";
import { useZone } from "../../widgets/clock";
import { type Column, DataTable } from "../../widgets/DataTable";
import { TimeText } from "../../widgets/TimeText";
import { ViewLine } from "../../widgets/ViewLine";
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

/** The day stands in the head of the column when it is one and the same and not today. */
function dayOf(nodes: readonly LineageNode[], zone: Zone): string | undefined {
	const times = nodes.flatMap((n) => n.time ?? []);
	const [first] = times;
	if (first === undefined || times.some((t) => !sameDay(t, first, zone))) return undefined;
	return dateTime(first, zone, 0).slice(0, 10);
}

function columnsOf(g: JourneyGraph, zone: Zone): readonly Column<LineageNode>[] {
	const day = dayOf(g.lineage.nodes, zone);
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
			head: day === undefined ? `Time, ${zoneName(zone)}` : `${day}, ${zoneName(zone)}`,
			align: "right",
			cell: (n) => (n.time === undefined ? <span className="dim">not recorded</span> : <TimeText t={n.time} bare={day !== undefined} />),
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
	const zone = useZone();
	const columns = useMemo(() => columnsOf(graph, zone), [graph, zone]);
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

import type { TopicPartition, TopicRecord, TopicSetting } from "../../api/topic";
import { count, size } from "../../base/quantity";
import { zoneName } from "../../base/time";
import { Amount } from "../../widgets/Amount";
import { useZone } from "../../widgets/clock";
import type { Column } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";
import { ViewLine } from "../../widgets/ViewLine";
import type { WideColumn } from "../../widgets/VirtualTable";
import { fieldOf } from "./fields";

function TimeHead() {
	return <>Time, {zoneName(useZone())}</>;
}

/** Keys are mostly texts: their quotes say nothing. */
function bareView<V extends { readonly text: string }>(view: V): V {
	return { ...view, text: view.text.replace(/^"(.*)"$/s, "$1") };
}

const placeColumns: readonly WideColumn<TopicRecord>[] = [
	{ id: "partition", head: "Part.", width: "40px", align: "right", cell: (r) => r.partition },
	{ id: "offset", head: "Offset", width: "92px", align: "right", cell: (r) => String(r.offset) },
	{ id: "time", head: <TimeHead />, width: "96px", mono: true, cell: (r) => <TimeText t={r.time} bare className="" /> },
	{
		id: "key",
		head: "Key",
		width: "minmax(90px, 170px)",
		mono: true,
		cell: (r) => (r.key === undefined ? <span className="dim">none</span> : <ViewLine view={bareView(r.key)} />),
	},
];

/** The whole value in one line. */
const valueColumn: WideColumn<TopicRecord> = {
	id: "value",
	head: "Value",
	width: "minmax(240px, 2fr)",
	mono: true,
	cell: (r) =>
		r.value.reason === undefined ? (
			<ViewLine view={r.value} className="mid" />
		) : (
			<span className="mid" title={r.value.reason}>
				<Icon name="warning" size="s" className="c-late" /> not decoded whole: {r.value.reason}
			</span>
		),
};

const endColumns: readonly WideColumn<TopicRecord>[] = [
	{
		id: "headers",
		head: "Headers",
		width: "56px",
		align: "right",
		cell: (r) => (r.headers === undefined || r.headers.length === 0 ? <span className="dim">-</span> : r.headers.length),
	},
	{ id: "size", head: "Size", width: "64px", align: "right", cell: (r) => <Amount q={size(r.size)} /> },
];

/** A field of a value in a cell: what is masked is a chip, and what a record does not have is nothing. */
function fieldColumn(path: string): WideColumn<TopicRecord> {
	return {
		id: `value.${path}`,
		head: path,
		title: `value.${path}`,
		width: "minmax(84px, 1fr)",
		mono: true,
		cell: (r) => {
			const node = fieldOf(r.value, path);
			if (node === undefined) return "";
			if (node.kind === "null") return <span className="dim">null</span>;
			if (node.mask === undefined) return <span title={node.value}>{node.value}</span>;
			return (
				<span className="mask" title={`masked: ${node.mask}`}>
					<Icon name="mask" />
					{node.value ?? "***"}
				</span>
			);
		},
	};
}

/** Columns of records whose values have these fields. What cannot be decoded says so in the last of them, the whole value. */
export function recordColumns(fields: readonly string[]): readonly WideColumn<TopicRecord>[] {
	return [...placeColumns, ...fields.map(fieldColumn), valueColumn, ...endColumns];
}

const unknown = <span className="dim">-</span>;
const known = (n: bigint) => (n < 0n ? unknown : count(n));

export const partitionColumns: readonly Column<TopicPartition>[] = [
	{ id: "partition", head: "Partition", align: "right", sortBy: (p) => p.partition, cell: (p) => p.partition },
	{
		id: "leader",
		head: "Leader",
		sortBy: (p) => p.leader,
		cell: (p) =>
			p.leader < 0 ? (
				<span className="c-drop">
					<Icon name="failed" size="s" /> none
				</span>
			) : (
				<span className="mono">{p.leader}</span>
			),
	},
	{
		id: "replicas",
		head: "Replicas",
		title: "brokers that hold it",
		cell: (p) => {
			const behind = p.replicas.filter((r) => !p.in_sync.includes(r));
			return (
				<>
					<span className="mono">{p.replicas.join(", ")}</span>
					{behind.length > 0 && (
						<span className="c-late">
							{" "}
							<Icon name="warning" size="s" /> not in sync: {behind.join(", ")}
						</span>
					)}
					{p.offline.length > 0 && <span className="c-drop"> offline: {p.offline.join(", ")}</span>}
				</>
			);
		},
	},
	{ id: "first", head: "First offset", align: "right", sortBy: (p) => p.first, cell: (p) => known(p.first) },
	{ id: "end", head: "End offset", align: "right", sortBy: (p) => p.end, cell: (p) => known(p.end) },
	{
		id: "records",
		head: "Records",
		align: "right",
		title: "offsets that are there: at most so many records",
		sortBy: (p) => p.end - p.first,
		cell: (p) => (p.first < 0n || p.end < 0n ? unknown : count(p.end - p.first)),
	},
	{
		id: "size",
		head: "Size",
		align: "right",
		sortBy: (p) => p.bytes,
		cell: (p) => (p.bytes < 0n ? unknown : <Amount q={size(p.bytes)} />),
	},
	{ id: "error", head: "", cell: (p) => <span className="c-late">{p.error ?? ""}</span> },
];

export const settingColumns: readonly Column<TopicSetting>[] = [
	{ id: "name", head: "Setting", mono: true, sortBy: (s) => s.name, cell: (s) => s.name },
	{
		id: "value",
		head: "Value",
		mono: true,
		cell: (s) => (s.sensitive ? <span className="dim">sensitive</span> : s.value === "" ? <span className="dim">none</span> : s.value),
	},
	{
		id: "source",
		head: "From",
		sortBy: (s) => s.source,
		cell: (s) => (s.default ? <span className="dim">{words(s.source)}</span> : <b className="strong">set for this topic</b>),
	},
];

/** DYNAMIC_BROKER_CONFIG as people say it. */
function words(source: string): string {
	return source
		.toLowerCase()
		.replace(/_config$/, "")
		.replaceAll("_", " ");
}

import { useMemo } from "react";
import type { LineageMap, MapEdge } from "../../../api/catalog";
import { plural } from "../../../base/quantity";
import { EntityLink, Owners } from "../../../catalog/EntityLink";
import { evidenceLooks, kindLooks } from "../../../catalog/words";
import { Icon } from "../../../widgets/Icon";
import { VirtualTable, type WideColumn } from "../../../widgets/VirtualTable";
import { isStale } from "./painter";
import { nodeKey } from "./view";

type Props = {
	readonly map: LineageMap;
	/** In the order in which they are to stand. */
	readonly order: readonly number[];
	readonly selected: number | undefined;
	readonly onSelect: (i: number) => void;
	readonly onOpen: (i: number) => void;
};

type Row = { readonly i: number; readonly into: readonly MapEdge[]; readonly out: readonly MapEdge[] };

/** The map for those who read it better as rows: each node with what is before and behind it. */
export function MapTable({ map, order, selected, onSelect, onOpen }: Props) {
	const all = useMemo(() => {
		const rows = map.nodes.map((_, i) => ({ i, into: [] as MapEdge[], out: [] as MapEdge[] }));
		for (const e of map.edges) {
			rows[e.from]?.out.push(e);
			rows[e.to]?.into.push(e);
		}
		return rows;
	}, [map]);
	const rows = useMemo(() => order.flatMap((i): readonly Row[] => (all[i] === undefined ? [] : [all[i]])), [all, order]);
	const columns = useMemo(() => columnsOf(map), [map]);
	return (
		<VirtualTable
			label="Lineage"
			columns={columns}
			rows={rows}
			rowId={(r) => String(r.i)}
			selected={selected === undefined ? undefined : String(selected)}
			onSelect={(r) => onSelect(r.i)}
			onOpen={(r) => onOpen(r.i)}
			least={860}
			rowHeight={28}
		/>
	);
}

function columnsOf(map: LineageMap): readonly WideColumn<Row>[] {
	const nameOf = (i: number) => {
		const n = map.nodes[i];
		return n === undefined ? "" : n.path === undefined || n.path === "" ? n.name : `${n.name} ${n.path}`;
	};
	const ends = (edges: readonly MapEdge[], end: "from" | "to") =>
		edges.length === 0 ? (
			<span className="dim">-</span>
		) : (
			<span className="mid" title={edges.map((e) => nameOf(e[end])).join(", ")}>
				{edges.map((e) => nameOf(e[end])).join(", ")}
			</span>
		);
	return [
		{
			id: "level",
			head: "Step",
			width: "84px",
			cell: ({ i }) => {
				const level = map.nodes[i]?.level ?? 0;
				return <span className="mid">{level === 0 ? "here" : level < 0 ? `${-level} up` : `${level} down`}</span>;
			},
		},
		{
			id: "name",
			head: "Name",
			width: "minmax(180px, 2fr)",
			cell: ({ i }) => {
				const n = map.nodes[i];
				if (n === undefined) return null;
				return (
					<>
						<EntityLink id={n.id} kind={n.kind} name={n.name} />
						{n.path !== undefined && n.path !== "" && <code> {n.path}</code>}
					</>
				);
			},
		},
		{
			id: "kind",
			head: "Kind",
			width: "112px",
			cell: ({ i }) => <span className="mid">{kindLooks[map.nodes[i]?.kind ?? "stream"].one}</span>,
		},
		{ id: "owner", head: "Owner", width: "minmax(100px, 1fr)", cell: ({ i }) => <Owners ids={map.nodes[i]?.owners ?? []} /> },
		{ id: "into", head: "From", width: "minmax(120px, 1.4fr)", cell: (r) => ends(r.into, "from") },
		{ id: "out", head: "To", width: "minmax(120px, 1.4fr)", cell: (r) => ends(r.out, "to") },
		{
			id: "evidence",
			head: "Evidence",
			width: "minmax(120px, 1fr)",
			cell: (r) => {
				const edges = [...r.into, ...r.out];
				const words = [...new Set(edges.map((e) => evidenceLooks[e.evidence].words))];
				const old = edges.filter((e) => isStale(e, Date.now())).length;
				return (
					<span className="mid">
						{words.join(", ")}
						{old > 0 && (
							<span className="c-late">
								{" "}
								<Icon name="clock" size="s" /> {plural(old, "stale edge")}
							</span>
						)}
					</span>
				);
			},
		},
	];
}

/** The nodes as rows stand: upstream first, then what is asked about, then downstream. */
export function tableOrder(map: LineageMap, shown: readonly number[] | undefined): readonly number[] {
	const all = shown ?? map.nodes.map((_, i) => i);
	const level = (i: number) => map.nodes[i]?.level ?? 0;
	return [...all].sort((a, b) => level(a) - level(b) || nodeKey(map.nodes[a] ?? none).localeCompare(nodeKey(map.nodes[b] ?? none)));
}

const none = { id: "", path: undefined };

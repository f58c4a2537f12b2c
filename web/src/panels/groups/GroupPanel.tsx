import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type GroupMember, type GroupPartition, groupQuestion, groupResetAction, type KafkaGroup } from "../../api/cluster";
import { toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { count, plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { type Column, DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { VirtualTable, type WideColumn } from "../../widgets/VirtualTable";
import styles from "./GroupsPanel.module.css";
import { ResetDialog } from "./ResetDialog";

type Props = { readonly cluster: string; readonly group: string; readonly state: ViewState };

/** One consumer group: who is in it, and how far it is in each partition. */
export default function GroupPanel({ cluster, group, state }: Props) {
	const query = useQuery(groupQuestion(cluster, group));
	if (query.data === undefined) {
		if (query.isError) return <Failed what={`The group ${group}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={12} label="the group" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<Group cluster={cluster} group={query.data} state={state} />
		</div>
	);
}

const unknown = <span className="dim">-</span>;

const memberColumns: readonly Column<GroupMember>[] = [
	{ id: "client", head: "Member", cell: (m) => <span title={m.id}>{m.instance ?? m.client}</span> },
	{ id: "host", head: "Host", mono: true, cell: (m) => <span className="mid">{m.host}</span> },
	{
		id: "assigned",
		head: "Reads",
		cell: (m) =>
			m.opaque === true ? (
				<span className="dim">its protocol does not tell</span>
			) : m.assigned.length === 0 ? (
				<span className="dim">nothing</span>
			) : (
				<span className="mono">{m.assigned.map((a) => `${a.topic} ${a.partitions.join(",")}`).join("; ")}</span>
			),
	},
];

const partitionId = (p: GroupPartition) => `${p.topic}/${p.partition}`;

function partitionColumns(cluster: string, roster: readonly GroupMember[]): readonly WideColumn<GroupPartition>[] {
	const names = new Map(roster.map((m) => [m.id, m.instance ?? m.client]));
	return [
		{
			id: "topic",
			head: "Topic",
			width: "minmax(180px, 2fr)",
			sortBy: (p) => p.topic,
			cell: (p) => (
				<a className={styles.name} href={link({ screen: "topic", cluster, topic: p.topic }, { tab: "partitions" })}>
					{p.topic}
				</a>
			),
		},
		{ id: "partition", head: "Partition", width: "76px", align: "right", sortBy: (p) => p.partition, cell: (p) => p.partition },
		{
			id: "committed",
			head: "Committed",
			width: "120px",
			align: "right",
			cell: (p) => (p.committed < 0n ? <span className="dim">nothing</span> : count(p.committed)),
		},
		{ id: "end", head: "End", width: "120px", align: "right", cell: (p) => (p.end < 0n ? unknown : count(p.end)) },
		{
			id: "lag",
			head: "Lag",
			width: "110px",
			align: "right",
			title: "records behind the end",
			sortBy: (p) => (p.lag < 0n ? undefined : p.lag),
			cell: (p) => (p.lag < 0n ? unknown : count(p.lag)),
		},
		{
			id: "member",
			head: "Read by",
			width: "minmax(140px, 2fr)",
			cell: (p) =>
				p.error !== undefined ? (
					<span className="c-late">
						<Icon name="warning" size="s" /> {p.error}
					</span>
				) : p.member === undefined ? (
					<span className="dim">nobody</span>
				) : (
					<span className="mid" title={p.member}>
						{names.get(p.member) ?? p.member}
					</span>
				),
		},
	];
}

function Group({ cluster, group: g, state }: { readonly cluster: string; readonly group: KafkaGroup; readonly state: ViewState }) {
	const actions = useQuery(principalQuestion).data?.actions;
	const may = actions?.includes(groupResetAction) === true;
	const [resetting, setResetting] = useState(false);
	const sort = readSort(state.sort);
	const columns = useMemo(() => partitionColumns(cluster, g.roster), [cluster, g.roster]);
	const shown = useMemo(() => sortRows(g.partitions, columns, sort), [g.partitions, columns, sort]);
	const at = shown.findIndex((p) => partitionId(p) === state.sel);
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
		if (next !== undefined) refine({ sel: partitionId(next) });
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>{g.name}</h1>
				<span className="mid">
					{g.state}, {g.type}, {plural(g.members, "member")}
					{g.assignor !== undefined && `, ${g.assignor}`}
				</span>
				<span>{g.lag < 0n ? <span className="dim">lag not known</span> : `${plural(g.lag, "record")} behind`}</span>
				{may && (
					<button type="button" className="btn" aria-haspopup="dialog" onClick={() => setResetting(true)}>
						<Icon name="restart" size="s" />
						Reset offsets
					</button>
				)}
			</div>
			{g.error !== undefined && (
				<p className="c-late">
					<Icon name="warning" size="s" /> Not all is known: {g.error}
				</p>
			)}
			<section className={`panel ${styles.table}`} aria-label="Partitions">
				<VirtualTable
					label="Partitions"
					columns={columns}
					rows={shown}
					rowId={partitionId}
					selected={state.sel}
					onSelect={(p) => refine({ sel: partitionId(p) })}
					sort={sort}
					onSort={(next) => refine({ sort: writeSort(next) })}
					least={820}
					end={
						shown.length === 0 && (
							<Empty title="It has committed nothing and reads nothing" icon="topic">
								<p>Partitions appear once it does, as far as you may list their topics.</p>
							</Empty>
						)
					}
				/>
			</section>
			<Panel title="Members" about={String(g.roster.length)} className={styles.members ?? ""}>
				{g.roster.length === 0 ? (
					<Empty title="Nobody is in it now" icon="user" />
				) : (
					<Scroll label="Members">
						<DataTable label="Members" columns={memberColumns} rows={g.roster} rowId={(m) => m.id} />
					</Scroll>
				)}
			</Panel>
			<Modal
				opened={resetting}
				onClose={() => setResetting(false)}
				title={`Reset offsets of ${g.name}`}
				size={760}
				yOffset="8vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{resetting && <ResetDialog cluster={cluster} group={g} />}
			</Modal>
		</div>
	);
}

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type GroupSummary, type Groups, groupsQuestion } from "../../api/cluster";
import { toProblem } from "../../api/problem";
import { count, plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { VirtualTable, type WideColumn } from "../../widgets/VirtualTable";
import styles from "./GroupsPanel.module.css";

type Props = { readonly cluster: string; readonly state: ViewState };

/** The consumer groups of a cluster. */
export default function GroupsPanel({ cluster, state }: Props) {
	const query = useQuery(groupsQuestion(cluster));
	if (query.data === undefined) {
		if (query.isError)
			return <Failed what={`The groups of ${cluster}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={12} label="groups" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.items.length === 0 ? (
				<Empty title="There is no consumer group here" icon="topic">
					<p>A group is there once a consumer has joined it or has committed where it reads. Jobs of Flink commit at checkpoints only.</p>
				</Empty>
			) : (
				<List cluster={cluster} groups={query.data} state={state} stale={query.isError} />
			)}
		</div>
	);
}

const nameOf = (g: GroupSummary) => g.name;

/** The columns of the list of groups. */
export function columnsOf(cluster: string): readonly WideColumn<GroupSummary>[] {
	return [
		{
			id: "name",
			head: "Group",
			width: "minmax(220px, 3fr)",
			sortBy: (g) => g.name,
			cell: (g) => (
				<>
					<a className={`strong ${styles.name}`} href={link({ screen: "group", cluster, group: g.name })}>
						{g.name}
					</a>
					{g.error !== undefined && (
						<span className="c-late" title={g.error}>
							{" "}
							<Icon name="warning" size="s" label={`not all is known: ${g.error}`} />
						</span>
					)}
				</>
			),
		},
		{
			id: "state",
			head: "State",
			width: "minmax(120px, 1fr)",
			sortBy: (g) => g.state,
			cell: (g) => <span className="mid">{g.state}</span>,
		},
		{ id: "type", head: "Type", width: "minmax(90px, 1fr)", sortBy: (g) => g.type, cell: (g) => <span className="mid">{g.type}</span> },
		{ id: "members", head: "Members", width: "84px", align: "right", sortBy: (g) => g.members, cell: (g) => count(g.members) },
		{
			id: "lag",
			head: "Lag",
			width: "120px",
			align: "right",
			title: "records behind the end, of all partitions where it is known",
			sortBy: (g) => (g.lag < 0n ? undefined : g.lag),
			cell: (g) => (g.lag < 0n ? <span className="dim">-</span> : count(g.lag)),
		},
	];
}

type ListProps = Props & { readonly groups: Groups; readonly stale: boolean };

function List({ cluster, groups: { items, unknown = [] }, state, stale }: ListProps) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(state.filter ?? "");
	useEffect(() => setTyped(state.filter ?? ""), [state.filter]);
	const filter = (state.filter ?? "").trim().toLowerCase();
	const sort = readSort(state.sort);
	const columns = useMemo(() => columnsOf(cluster), [cluster]);
	const shown = useMemo(
		() =>
			sortRows(
				items.filter((g) => filter === "" || `${g.name} ${g.state}`.toLowerCase().includes(filter)),
				columns,
				sort,
			),
		[items, filter, columns, sort],
	);
	const selected = shown.find((g) => g.name === state.sel) ?? shown[0];
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, (selected === undefined ? -1 : shown.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.name });
	};
	const open = (g: GroupSummary | undefined) => g !== undefined && go(link({ screen: "group", cluster, group: g.name }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ filter: undefined }), filter !== "");
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>
					{plural(items.length, "consumer group")} of {cluster}
				</h1>
			</div>
			<div className="filter">
				<Icon name="search" className="dim" />
				<input
					ref={field}
					aria-label="Search groups by name or state"
					placeholder="part of a group's name, or a state"
					value={typed}
					onChange={(e) => {
						setTyped(e.currentTarget.value);
						refine({ filter: e.currentTarget.value });
					}}
					onKeyDown={(e) => e.key === "Enter" && open(shown[0])}
				/>
				<kbd>/</kbd>
			</div>
			<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Groups">
				<VirtualTable
					label="Groups"
					columns={columns}
					rows={shown}
					rowId={nameOf}
					selected={selected?.name}
					onSelect={(g) => refine({ sel: g.name })}
					onOpen={open}
					sort={sort}
					onSort={(next) => refine({ sort: writeSort(next) })}
					rowHeight={31}
					end={
						shown.length === 0 && (
							<Empty title="No group has that in its name or state" icon="filter">
								<button type="button" className="btn" onClick={() => refine({ filter: undefined })}>
									Show all {items.length}
								</button>
							</Empty>
						)
					}
				/>
				{unknown.length > 0 && (
					<ul className={`${styles.notes} c-late`} aria-label="What is not known">
						{unknown.map((why) => (
							<li key={why}>
								<Icon name="warning" size="s" /> {why}
							</li>
						))}
					</ul>
				)}
			</section>
		</div>
	);
}

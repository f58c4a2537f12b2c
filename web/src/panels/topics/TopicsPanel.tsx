import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { toProblem } from "../../api/problem";
import { type TopicSummary, type Topics, topicsQuestion } from "../../api/topic";
import { plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { VirtualTable } from "../../widgets/VirtualTable";
import { columnsOf } from "./columns";
import styles from "./TopicsPanel.module.css";

type Props = { readonly cluster: string; readonly state: ViewState };

/** The topics of a cluster. */
export default function TopicsPanel({ cluster, state }: Props) {
	const query = useQuery(topicsQuestion(cluster));
	if (query.data === undefined) {
		if (query.isError)
			return <Failed what={`The topics of ${cluster}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={12} label="topics" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.items.length === 0 ? (
				<Empty title="There is no topic here" icon="topic">
					<p>The cluster answers, and has none that you may list.</p>
				</Empty>
			) : (
				<List cluster={cluster} topics={query.data} state={state} stale={query.isError} />
			)}
		</div>
	);
}

const nameOf = (t: TopicSummary) => t.name;

type ListProps = Props & { readonly topics: Topics; readonly stale: boolean };

function List({ cluster, topics: { items, unknown = [] }, state, stale }: ListProps) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(state.filter ?? "");
	useEffect(() => setTyped(state.filter ?? ""), [state.filter]);
	const filter = (state.filter ?? "").trim().toLowerCase();
	const sort = readSort(state.sort);
	const columns = useMemo(() => columnsOf(cluster), [cluster]);
	const here = useMemo(() => items.filter((t) => !t.internal || state.internal === "all"), [items, state.internal]);
	const shown = useMemo(
		() =>
			sortRows(
				here.filter((t) => filter === "" || t.name.toLowerCase().includes(filter)),
				columns,
				sort,
			),
		[here, filter, columns, sort],
	);
	const selected = shown.find((t) => t.name === state.sel) ?? shown[0];
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, (selected === undefined ? -1 : shown.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.name });
	};
	const open = (t: TopicSummary | undefined) => t !== undefined && go(link({ screen: "topic", cluster, topic: t.name }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ filter: undefined }), filter !== "");
	const internal = items.filter((t) => t.internal).length;
	const behind = items.filter((t) => t.under_replicated > 0).length;
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>
					{plural(here.length, "topic")} of {cluster}
				</h1>
				<span className="mid">
					{behind === 0 ? (
						<>
							<Icon name="ok" className="c-ok" /> every replica is in sync
						</>
					) : (
						<>
							<Icon name="warning" className="c-late" /> {plural(behind, "topic")} with replicas that are not in sync
						</>
					)}
				</span>
			</div>
			<div className={styles.tools}>
				<div className="filter">
					<Icon name="search" className="dim" />
					<input
						ref={field}
						aria-label="Search topics by name"
						placeholder="part of a topic's name"
						value={typed}
						onChange={(e) => {
							setTyped(e.currentTarget.value);
							refine({ filter: e.currentTarget.value });
						}}
						onKeyDown={(e) => e.key === "Enter" && open(shown[0])}
					/>
					<kbd>/</kbd>
				</div>
				<label>
					<input
						type="checkbox"
						checked={state.internal === "all"}
						onChange={(e) => refine({ internal: e.currentTarget.checked ? "all" : undefined })}
					/>{" "}
					with {internal} internal
				</label>
			</div>
			<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Topics">
				<VirtualTable
					label="Topics"
					columns={columns}
					rows={shown}
					rowId={nameOf}
					selected={selected?.name}
					onSelect={(t) => refine({ sel: t.name })}
					onOpen={open}
					sort={sort}
					onSort={(next) => refine({ sort: writeSort(next) })}
					rowHeight={31}
					least={920}
					end={
						shown.length === 0 && (
							<Empty title={here.length === 0 ? "All topics here are internal" : "No topic has that in its name"} icon="filter">
								<button type="button" className="btn" onClick={() => refine({ filter: undefined, internal: "all" })}>
									Show all {items.length}
								</button>
							</Empty>
						)
					}
				/>
				<footer className={styles.foot}>
					<span>{shown.length === items.length ? "all" : `${shown.length} of ${items.length}`} shown</span>
					{unknown.map((why) => (
						<span key={why} className="c-late">
							<Icon name="warning" size="s" /> {why}
						</span>
					))}
				</footer>
			</section>
		</div>
	);
}

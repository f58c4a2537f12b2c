import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { toProblem } from "../../api/problem";
import { clustersQuestion } from "../../api/topic";
import { plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { DataTable } from "../../widgets/DataTable";
import { Empty, Failed, Lines, SkeletonRows } from "../../widgets/states";
import styles from "./TopicsPanel.module.css";

type Row = { readonly name: string };

const columns = [
	{
		id: "name",
		head: "Cluster",
		cell: ({ name }: Row) => (
			<a className="strong" href={link({ screen: "topics", cluster: name })}>
				{name}
			</a>
		),
	},
	{
		id: "views",
		head: "",
		cell: ({ name }: Row) => (
			<span className={styles.views}>
				<a className="link" href={link({ screen: "groups", cluster: name })}>
					groups
				</a>
				<a className="link" href={link({ screen: "brokers", cluster: name })}>
					brokers
				</a>
			</span>
		),
	},
];

const example = ["clusters:", "  - name: shop", "    bootstrap: [kafka-1:9092, kafka-2:9092]"];

/** The clusters that the server looks into. Where there is one, its topics. */
export default function ClustersPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(clustersQuestion);
	const all = query.data ?? [];
	const only = all.length === 1 ? all[0] : undefined;
	useEffect(() => {
		if (only !== undefined) go(link({ screen: "topics", cluster: only }), "replace");
	}, [only]);
	const selected = all.find((name) => name === state.sel) ?? all[0];
	const step = (by: number) => {
		const next = all[Math.max(0, Math.min(all.length - 1, (selected === undefined ? -1 : all.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next });
	};
	const open = (name: string | undefined) => name !== undefined && go(link({ screen: "topics", cluster: name }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	if (query.data === undefined && query.isError)
		return <Failed what="The clusters" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
	if (query.data === undefined || only !== undefined) return <SkeletonRows rows={4} height={31} label="clusters" />;
	if (all.length === 0) {
		return (
			<Empty title="No cluster of Kafka is looked into" icon="topic">
				<p>
					The server looks into clusters that a file names, and shows those of which you may see something. Its setting is{" "}
					<code>kafka-file</code>.
				</p>
				<Lines lines={example} label="a file with a cluster" />
			</Empty>
		);
	}
	return (
		<div className={styles.page}>
			<div className={styles.body}>
				<div className={styles.headline}>
					<h1>{plural(all.length, "cluster")}</h1>
				</div>
				<section className={`panel ${styles.few}`} aria-label="Clusters">
					<DataTable
						label="Clusters"
						columns={columns}
						rows={all.map((name) => ({ name }))}
						rowId={(r) => r.name}
						{...(selected === undefined ? {} : { selected })}
						onSelect={(id) => refine({ sel: id })}
						onOpen={(r) => open(r.name)}
					/>
				</section>
			</div>
		</div>
	);
}

import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { type KafkaTopic, produceAction, topicQuestion } from "../../api/topic";
import { duration, plural, size, written } from "../../base/quantity";
import { link, streamId, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { DataTable, readSort, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";
import { partitionColumns, settingColumns } from "./columns";
import { GroupsTab } from "./GroupsTab";
import { ProduceDialog } from "./ProduceDialog";
import { Records } from "./Records";
import styles from "./TopicPanel.module.css";

type Props = { readonly cluster: string; readonly topic: string; readonly state: ViewState };

const tabs = ["records", "partitions", "settings", "groups"] as const;

/** One topic: its records, its partitions, its settings, and who reads and writes it. */
export default function TopicPanel({ cluster, topic, state }: Props) {
	const query = useQuery(topicQuestion(cluster, topic));
	const actions = useQuery(principalQuestion).data?.actions;
	const mayProduce = actions?.includes(produceAction) === true;
	const [producing, setProducing] = useState(false);
	if (query.data === undefined) {
		if (query.isError) return <Failed what={`The topic ${topic}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={14} label="the topic" />;
	}
	const t = query.data;
	const tab = tabs.find((one) => one === state.tab) ?? "records";
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.headline}>
				<h1>{t.name}</h1>
				<span className="mid">{about(t)}</span>
				{t.under_replicated > 0 && (
					<span className="c-late">
						<Icon name="warning" size="s" /> {plural(t.under_replicated, "partition")} under-replicated
					</span>
				)}
				{[t.error, t.size_error].map(
					(why) =>
						why !== undefined && (
							<span key={why} className="c-late">
								<Icon name="warning" size="s" /> {why}
							</span>
						),
				)}
				<a className="btn" href={link({ screen: "entity", id: streamId(cluster, t.name) })}>
					<Icon name="catalog" size="s" />
					In the catalog
				</a>
				{mayProduce && (
					<button type="button" className="btn" aria-haspopup="dialog" onClick={() => setProducing(true)}>
						<Icon name="emit" size="s" />
						Write a record
					</button>
				)}
			</div>
			<TabBar
				label="Views of this topic"
				value={tab}
				onChange={(next) => refine({ tab: next === "records" ? undefined : next })}
				tabs={[
					{
						value: "records",
						label: "Records",
						panel: <Records cluster={cluster} topic={t} state={state} mayProduce={mayProduce} />,
					},
					{ value: "partitions", label: `Partitions ${t.parts.length}`, panel: <Partitions topic={t} state={state} /> },
					{ value: "settings", label: "Settings", panel: <Settings topic={t} /> },
					{ value: "groups", label: "Groups and jobs", panel: <GroupsTab cluster={cluster} topic={t} /> },
				]}
			/>
			<Modal
				opened={producing}
				onClose={() => setProducing(false)}
				title={`Write a record to ${t.name}`}
				size={640}
				yOffset="8vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{producing && <ProduceDialog cluster={cluster} topic={t} />}
			</Modal>
		</div>
	);
}

function about(t: KafkaTopic): string {
	return [
		plural(t.partitions, "partition"),
		plural(t.replicas, "replica"),
		...(t.records < 0n ? [] : [plural(t.records, "record")]),
		...(t.bytes < 0n ? [] : [written(size(t.bytes))]),
		...(t.cleanup === undefined || t.cleanup === "delete" ? [] : [t.cleanup]),
		...(t.retention_ms === 0n ? [] : [t.retention_ms < 0n ? "kept for ever" : `kept ${written(duration(Number(t.retention_ms)))}`]),
	].join(", ");
}

function Partitions({ topic, state }: { readonly topic: KafkaTopic; readonly state: ViewState }) {
	const sort = readSort(state.sort);
	return (
		<div className={styles.tab}>
			<section className="panel" aria-label="Partitions">
				<DataTable
					label="Partitions"
					columns={partitionColumns}
					rows={topic.parts}
					rowId={(p) => String(p.partition)}
					{...(sort === undefined ? {} : { sort })}
					onSort={(next) => refine({ sort: writeSort(next) })}
				/>
			</section>
		</div>
	);
}

function Settings({ topic }: { readonly topic: KafkaTopic }) {
	// What somebody set comes first: the rest is as everywhere.
	const settings = [...topic.settings].sort((a, b) => Number(a.default) - Number(b.default) || a.name.localeCompare(b.name));
	return (
		<div className={styles.tab}>
			{topic.setting_error !== undefined && (
				<p className="c-late">
					<Icon name="warning" size="s" /> The settings are not known: {topic.setting_error}
				</p>
			)}
			{settings.length === 0 && topic.setting_error === undefined ? (
				<Empty title="Kafka told of no settings" />
			) : (
				settings.length > 0 && (
					<Panel title="Settings" about={String(settings.length)}>
						<DataTable label="Settings" columns={settingColumns} rows={settings} rowId={(s) => s.name} />
					</Panel>
				)
			)}
		</div>
	);
}

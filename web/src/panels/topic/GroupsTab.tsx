import { useQueries, useQuery } from "@tanstack/react-query";
import { groupQuestion, groupsQuestion, type KafkaGroup } from "../../api/cluster";
import { toProblem } from "../../api/problem";
import type { KafkaTopic, TopicJob } from "../../api/topic";
import { count, plural } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { link } from "../../model/address";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./TopicPanel.module.css";

/** Kafka tells of a group what it reads, and not of a topic by which groups: so many are asked. */
const mostGroups = 50;

const jobColumns: readonly Column<TopicJob>[] = [
	{
		id: "job",
		head: "Job",
		cell: (j) => (
			<a className="strong" href={link({ screen: "graph", job: j.recording })}>
				{j.job}
			</a>
		),
	},
	{
		id: "does",
		head: "",
		cell: (j) => (
			<span className="mid">
				<Icon name={j.writes ? "sink" : "source"} size="s" /> {j.reads && j.writes ? "reads and writes" : j.writes ? "writes" : "reads"}
			</span>
		),
	},
	{ id: "op", head: "Operator", mono: true, cell: (j) => j.op },
	{
		id: "recording",
		head: "Recording",
		cell: (j) => (
			<a className="link mono" href={link({ screen: "events", rec: j.recording }, { filter: `op == ${JSON.stringify(j.op)}` })}>
				{shortId(j.recording)}
			</a>
		),
	},
];

type AtTopic = { readonly group: KafkaGroup; readonly partitions: number; readonly lag: bigint | undefined };

function atTopic(g: KafkaGroup, topic: string): AtTopic | undefined {
	const of = g.partitions.filter((p) => p.topic === topic);
	if (of.length === 0) return undefined;
	const known = of.filter((p) => p.lag >= 0n);
	return { group: g, partitions: of.length, lag: known.length === 0 ? undefined : known.reduce((sum, p) => sum + p.lag, 0n) };
}

function groupColumns(cluster: string): readonly Column<AtTopic>[] {
	return [
		{
			id: "group",
			head: "Group",
			cell: ({ group: g }) => (
				<a className="strong" href={link({ screen: "group", cluster, group: g.name })}>
					{g.name}
				</a>
			),
		},
		{ id: "state", head: "State", cell: ({ group: g }) => <span className="mid">{g.state}</span> },
		{ id: "members", head: "Members", align: "right", cell: ({ group: g }) => count(g.members) },
		{ id: "partitions", head: "Partitions", align: "right", cell: (r) => count(r.partitions) },
		{
			id: "lag",
			head: "Lag here",
			align: "right",
			title: "records behind the end of this topic",
			cell: (r) => (r.lag === undefined ? <span className="dim">-</span> : count(r.lag)),
		},
	];
}

type Props = { readonly cluster: string; readonly topic: KafkaTopic };

/** Who reads and writes a topic: jobs by what was recorded, groups by what they committed. */
export function GroupsTab({ cluster, topic }: Props) {
	return (
		<div className={styles.tab}>
			<Panel title="Jobs" about="as recordings show them">
				{topic.jobs.length === 0 ? (
					<Empty title="No recorded job reads or writes it" icon="graph" />
				) : (
					<DataTable label="Jobs" columns={jobColumns} rows={topic.jobs} rowId={(j) => `${j.recording} ${j.op}`} />
				)}
			</Panel>
			<Groups cluster={cluster} topic={topic.name} />
		</div>
	);
}

function Groups({ cluster, topic }: { readonly cluster: string; readonly topic: string }) {
	const all = useQuery(groupsQuestion(cluster));
	const names = (all.data?.items ?? []).slice(0, mostGroups).map((g) => g.name);
	const each = useQueries({ queries: names.map((name) => groupQuestion(cluster, name)) });
	const here = each.flatMap((q) => {
		const found = q.data === undefined ? undefined : atTopic(q.data, topic);
		return found === undefined ? [] : [found];
	});
	const failed = each.filter((q) => q.isError).length;
	const more = (all.data?.items.length ?? 0) - names.length;
	return (
		<Panel title="Groups" about={all.data === undefined ? "" : String(here.length)} end="by what they committed">
			{all.data === undefined ? (
				all.isError ? (
					<Failed what="The groups" trouble={toProblem(all.error)} onRetry={() => void all.refetch()} />
				) : (
					<SkeletonRows rows={3} label="groups" />
				)
			) : here.length > 0 ? (
				<DataTable label="Groups" columns={groupColumns(cluster)} rows={here} rowId={(r) => r.group.name} />
			) : each.some((q) => q.isPending) ? (
				<SkeletonRows rows={3} label="groups" />
			) : (
				<Empty title="No group reads it" icon="topic">
					<p>Jobs of Flink commit at checkpoints only, and need no group to read on.</p>
				</Empty>
			)}
			{(more > 0 || failed > 0) && (
				<p className={`${styles.more} c-late`}>
					<Icon name="warning" size="s" />
					{more > 0 && <span>{plural(more, "group")} more of the cluster were not asked.</span>}
					{failed > 0 && <span>{plural(failed, "group")} did not answer.</span>}
				</p>
			)}
		</Panel>
	);
}

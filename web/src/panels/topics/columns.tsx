import type { TopicSummary } from "../../api/topic";
import { count, duration, size, written } from "../../base/quantity";
import { link } from "../../model/address";
import { Amount } from "../../widgets/Amount";
import { Icon } from "../../widgets/Icon";
import type { WideColumn } from "../../widgets/VirtualTable";
import styles from "./TopicsPanel.module.css";

const unknown = <span className="dim">-</span>;

/** How long records are kept, and how many bytes of a partition. */
export function kept(t: TopicSummary): string {
	const parts = [
		...(t.retention_ms < 0n ? ["for ever"] : t.retention_ms > 0n ? [written(duration(Number(t.retention_ms)))] : []),
		...(t.retention_bytes > 0n ? [`${written(size(t.retention_bytes))} a partition`] : []),
	];
	return parts.join(", ");
}

/** The columns of the list of topics. */
export function columnsOf(cluster: string): readonly WideColumn<TopicSummary>[] {
	return [
		{
			id: "name",
			head: "Topic",
			width: "minmax(200px, 3fr)",
			sortBy: (t) => t.name,
			cell: (t) => (
				<>
					<a className={`strong ${styles.name}`} href={link({ screen: "topic", cluster, topic: t.name })}>
						{t.name}
					</a>
					{t.internal && <span className="dim"> internal</span>}
					{t.error !== undefined && (
						<span className="c-late" title={t.error}>
							{" "}
							<Icon name="warning" size="s" label={`not all is known: ${t.error}`} />
						</span>
					)}
				</>
			),
		},
		{ id: "partitions", head: "Partitions", width: "84px", align: "right", sortBy: (t) => t.partitions, cell: (t) => count(t.partitions) },
		{
			id: "health",
			head: "Replicas",
			width: "minmax(120px, 1fr)",
			title: "of each partition, and of how many one is not in sync",
			sortBy: (t) => t.under_replicated,
			cell: (t) =>
				t.under_replicated > 0 ? (
					<span className="c-late">
						<Icon name="warning" size="s" /> {count(t.under_replicated)} under-replicated
					</span>
				) : (
					<span className="mid">{t.replicas}, in sync</span>
				),
		},
		{
			id: "records",
			head: "Records",
			width: "104px",
			align: "right",
			title: "offsets that are there: at most so many records",
			sortBy: (t) => (t.records < 0n ? undefined : t.records),
			cell: (t) => (t.records < 0n ? unknown : count(t.records)),
		},
		{
			id: "size",
			head: "Size",
			width: "88px",
			align: "right",
			title: "of one replica of each partition",
			sortBy: (t) => (t.bytes < 0n ? undefined : t.bytes),
			cell: (t) => (t.bytes < 0n ? unknown : <Amount q={size(t.bytes)} />),
		},
		{
			id: "cleanup",
			head: "Cleanup",
			width: "minmax(90px, 1fr)",
			sortBy: (t) => t.cleanup,
			cell: (t) => <span className="mid">{t.cleanup ?? "-"}</span>,
		},
		{
			id: "retention",
			head: "Kept",
			width: "minmax(110px, 1fr)",
			sortBy: (t) => (t.retention_ms === 0n ? undefined : t.retention_ms < 0n ? 1n << 62n : t.retention_ms),
			cell: (t) => <span className="mid">{kept(t) || "-"}</span>,
		},
	];
}

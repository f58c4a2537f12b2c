import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type ACL, aclsQuestion, type Broker, brokersQuestion, type Quota, quotasQuestion } from "../../api/cluster";
import { toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./BrokersPanel.module.css";

const brokerColumns: readonly Column<Broker>[] = [
	{ id: "id", head: "Broker", align: "right", cell: (b) => b.id },
	{ id: "address", head: "Address", mono: true, cell: (b) => b.address },
	{ id: "rack", head: "Rack", cell: (b) => b.rack ?? <span className="dim">-</span> },
	{
		id: "version",
		head: "Version",
		title: "guessed by the requests that it knows",
		cell: (b) => <span className="mid">{b.version ?? "-"}</span>,
	},
	{
		id: "state",
		head: "",
		cell: (b) =>
			b.error !== undefined ? (
				<span className="c-drop">
					<Icon name="failed" size="s" /> {b.error}
				</span>
			) : (
				<span className="mid">
					<Icon name="ok" size="s" className="c-ok" /> {b.controller ? "answers, controller" : "answers"}
				</span>
			),
	},
];

const aclColumns: readonly Column<ACL>[] = [
	{ id: "principal", head: "Principal", mono: true, cell: (a) => a.principal },
	{ id: "permission", head: "", cell: (a) => (a.permission === "DENY" ? <span className="c-drop">deny</span> : "allow") },
	{ id: "operation", head: "Operation", cell: (a) => a.operation.toLowerCase() },
	{ id: "resource", head: "On", cell: (a) => <span className="mid">{a.resource.toLowerCase()}</span> },
	{ id: "name", head: "Name", mono: true, cell: (a) => (a.pattern === "PREFIXED" ? `${a.name}…` : a.name) },
	{ id: "host", head: "From host", mono: true, cell: (a) => (a.host === "*" ? <span className="dim">any</span> : a.host) },
];

const entityText = (q: Quota) => q.entity.map((e) => `${e.type} ${e.rest ? "(all others)" : e.name}`).join(", ");

const quotaColumns: readonly Column<Quota>[] = [
	{ id: "entity", head: "Who", cell: entityText },
	{ id: "limits", head: "Limits", mono: true, cell: (q) => q.limits.map((l) => `${l.name} ${l.value}`).join(", ") },
];

/** The machines of a cluster, who may do what there by Kafka's own rules, and what clients may use. */
export default function BrokersPanel({ cluster }: { readonly cluster: string }) {
	const brokers = useQuery(brokersQuestion(cluster));
	const acls = useQuery(aclsQuestion(cluster));
	const quotas = useQuery(quotasQuestion(cluster));
	return (
		<div className={styles.page}>
			<h1>
				{brokers.data === undefined ? "Brokers" : plural(brokers.data.length, "broker")} of {cluster}
			</h1>
			<Listed
				title="Brokers"
				query={brokers}
				columns={brokerColumns}
				rowId={(b) => String(b.id)}
				empty={<Empty title="No broker is known" icon="topic" />}
			/>
			<Listed
				title="Rules of the authorizer"
				query={acls}
				columns={aclColumns}
				rowId={(a) => [a.principal, a.host, a.resource, a.name, a.pattern, a.operation, a.permission].join(" ")}
				empty={
					<Empty title="There are no rules" icon="policy">
						<p>The cluster has no authorizer, or nothing was said to it. Who may see what in Sightglass is another matter.</p>
					</Empty>
				}
			/>
			<Listed
				title="Quotas"
				query={quotas}
				columns={quotaColumns}
				rowId={entityText}
				empty={<Empty title="No client is limited" icon="policy" />}
			/>
		</div>
	);
}

type ListedProps<Row> = {
	readonly title: string;
	readonly query: UseQueryResult<readonly Row[]>;
	readonly columns: readonly Column<Row>[];
	readonly rowId: (row: Row) => string;
	readonly empty: ReactNode;
};

function Listed<Row extends object>({ title, query, columns, rowId, empty }: ListedProps<Row>) {
	return (
		<Panel title={title} {...(query.data === undefined ? {} : { about: String(query.data.length) })} className={styles.table ?? ""}>
			{query.data === undefined ? (
				query.isError ? (
					<Failed what={title} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={3} label={title} />
				)
			) : query.data.length === 0 ? (
				empty
			) : (
				<Scroll label={title}>
					<DataTable label={title} columns={columns} rows={query.data} rowId={rowId} />
				</Scroll>
			)}
		</Panel>
	);
}

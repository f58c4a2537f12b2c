import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { sqlQuestion } from "../../api/questions";
import type { PlannedOperator, Sql } from "../../api/sql";
import { plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { About } from "./About";
import styles from "./SqlPanel.module.css";
import { Statements } from "./Statements";

type Props = { readonly rec: string; readonly state: ViewState };

/** The statements of a job at the left, the operators that they became at the right. */
export default function SqlPanel({ rec, state }: Props) {
	const query = useQuery(sqlQuestion(rec));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The SQL" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="the SQL of this job" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.operators.length === 0 && query.data.statements.length === 0 ? (
				<NoSql rec={rec} />
			) : (
				<Plan rec={rec} plan={query.data} state={state} />
			)}
		</div>
	);
}

function NoSql({ rec }: { readonly rec: string }) {
	return (
		<Empty title="This job has no SQL">
			<p>The table planner made none of its operators, or neither the process that planned it nor the JobManager has an agent.</p>
			<p className="row">
				<a className="btn" href={link({ screen: "graph", job: rec })}>
					Its graph
				</a>
			</p>
		</Empty>
	);
}

/** What the page is about: an operator by its slug, or a statement as s:2. */
export function chosenIn(plan: Sql, sel: string | undefined): { readonly operator?: PlannedOperator; readonly statement?: number } {
	const number = /^s:(\d+)$/.exec(sel ?? "")?.[1];
	if (number !== undefined) return { statement: Number(number) };
	const operator = plan.operators.find((o) => o.op === sel) ?? plan.operators.find((o) => o.exec !== 0) ?? plan.operators[0];
	return operator === undefined ? {} : { operator };
}

const columns: readonly Column<PlannedOperator>[] = [
	{ id: "operator", head: "Operator", cell: (o) => o.op_name },
	{
		id: "statement",
		head: "Statement",
		mono: true,
		title: "Numbers of the statements that it is there for",
		cell: (o) => (o.statements.length === 0 ? <span className="dim">-</span> : o.statements.join(", ")),
	},
	{
		id: "fields",
		head: "Fields",
		mono: true,
		title: "Names of what it emits",
		cell: (o) =>
			o.fields.length === 0 ? <span className="dim">not known</span> : <span className={styles.fields}>{o.fields.join(", ")}</span>,
	},
	{ id: "code", head: "Code", align: "right", title: "Generated classes", cell: (o) => (o.code.length === 0 ? "" : o.code.length) },
];

function idOf(o: PlannedOperator): string {
	return o.op === "" ? String(o.node) : o.op;
}

function Plan({ rec, plan, state }: { readonly rec: string; readonly plan: Sql; readonly state: ViewState }) {
	const { operator, statement } = chosenIn(plan, state.sel);
	const shown = statement === undefined ? plan.operators : plan.operators.filter((o) => o.statements.includes(statement));
	const select = (id: string) => refine({ sel: id, tab: undefined });
	const step = (by: number) => {
		const at = operator === undefined ? -1 : shown.indexOf(operator);
		const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
		if (next !== undefined) select(idOf(next));
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	const made = plan.statements.filter((s) => s.made).length;
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>
					{plan.planner
						? `${plural(made, "statement")} became ${plural(plan.operators.filter((o) => o.statements.length > 0).length, "operator")}`
						: `${plural(plan.operators.length, "operator")} of the table planner`}
				</h1>
				<span className="mid">
					{plan.planner
						? "which clause an operator is for is not known: Flink's planner keeps no positions"
						: "no process that plans has an agent: statements are not known, names only as far as descriptions have them"}
				</span>
			</div>
			<Statements
				plan={plan}
				lit={statement !== undefined ? [statement] : (operator?.statements ?? [])}
				onSelect={(n) => select(n === statement ? "" : `s:${n}`)}
			/>
			<section className={`panel ${styles.operators}`} aria-label="Operators">
				<div className="scroll">
					<DataTable
						label="Operators"
						columns={columns}
						rows={shown}
						rowId={idOf}
						{...(operator === undefined ? {} : { selected: idOf(operator) })}
						onSelect={select}
					/>
				</div>
			</section>
			{operator !== undefined && <About rec={rec} operator={operator} code={state.tab} />}
		</div>
	);
}

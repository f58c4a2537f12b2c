import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { codeQuestion } from "../../api/questions";
import type { CodeRef, PlannedOperator } from "../../api/sql";
import { count } from "../../base/quantity";
import { link } from "../../model/address";
import { writeFilter } from "../../model/filter";
import { refine } from "../../model/navigation";
import { CopyButton } from "../../widgets/CopyButton";
import { Panel } from "../../widgets/Panel";
import { SourceText } from "../../widgets/SourceText";
import { Failed, SkeletonRows } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";
import styles from "./SqlPanel.module.css";

type Props = { readonly rec: string; readonly operator: PlannedOperator; readonly code: string | undefined };

const told: Readonly<Record<PlannedOperator["by"], string>> = {
	plan: "the process that planned the job",
	vertex: "the JobManager, out of the vertex's description",
	"": "nobody: only its code is known",
};

/** One operator: its full description, names, and the classes that were generated for it. */
export function About({ rec, operator: o, code }: Props) {
	return (
		<Panel
			title={o.op_name}
			className={styles.about ?? ""}
			end={
				o.op !== "" && (
					<a className="btn" href={link({ screen: "events", rec }, { filter: writeFilter({ op: o.op }) })}>
						Events
					</a>
				)
			}
		>
			<div className="scroll">
				{o.description !== undefined && <SourceText language="description" text={o.description.text} label="Description" />}
				<dl className={`kv ${styles.facts}`}>
					<dt>Emits</dt>
					<dd className="mono">{o.fields.length === 0 ? <span className="dim">names are not known</span> : o.fields.join(", ")}</dd>
					{o.key.length > 0 && (
						<>
							<dt>Key</dt>
							<dd className="mono">{o.key.join(", ")}</dd>
						</>
					)}
					{o.type !== "" && (
						<>
							<dt>Planner's node</dt>
							<dd className="mono">
								{o.type} {o.exec}
							</dd>
						</>
					)}
					<dt>Told by</dt>
					<dd>{told[o.by]}</dd>
				</dl>
				{o.code.length > 0 && <Classes rec={rec} operator={o} code={code} />}
			</div>
		</Panel>
	);
}

function Classes({ rec, operator, code }: Props) {
	const tabs = operator.code.map((c) => ({ value: c.hash, label: c.class, panel: <ClassText rec={rec} of={c} /> }));
	const value = tabs.find((t) => t.value === code)?.value ?? tabs[0]?.value ?? "";
	return <TabBar label="Generated classes" value={value} tabs={tabs} onChange={(tab) => refine({ tab })} />;
}

function ClassText({ rec, of }: { readonly rec: string; readonly of: CodeRef }) {
	const query = useQuery({ ...codeQuestion(rec, of.hash), enabled: of.text });
	if (!of.text) {
		return (
			<p className={styles.quiet}>
				Its text of {count(of.length)} characters was not recorded: there was too much code in this job, or the block that held it is gone.
			</p>
		);
	}
	if (query.data?.source === undefined) {
		if (query.isError) return <Failed what="The source" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} label="the source" />;
	}
	const { source } = query.data;
	return (
		<>
			<p className={styles.quiet}>
				{count(of.length)} characters{source.text.length < of.length && source.masked.length === 0 && ", cut"}
				{source.masked.length > 0 && ", literals hidden"}
				<CopyButton icon="copy" word="Copy" label={`Copy the source of ${of.class}`} text={() => source.text} />
			</p>
			<SourceText language="java" text={source.text} label={`Source of ${of.class}`} numbered />
		</>
	);
}

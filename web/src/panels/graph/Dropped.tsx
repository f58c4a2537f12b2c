import { useQuery } from "@tanstack/react-query";
import type { DropCount, JobDetail } from "../../api/job";
import { toProblem } from "../../api/problem";
import { dropsQuestion } from "../../api/questions";
import { count, plural } from "../../base/quantity";
import type { WallTime } from "../../base/time";
import { link } from "../../model/address";
import { writeFilter } from "../../model/filter";
import { reasonWords } from "../../timeline/drops";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./GraphPanel.module.css";

/** The records that an operator threw away for a reason, with the numbers that were compared. */
export function droppedBy(rec: string, op: string, reason: string): string {
	return link({ screen: "events", rec }, { filter: writeFilter({ op, reasons: [reason] }) });
}

type Line = Pick<DropCount, "op" | "op_name" | "task" | "reason" | "kept"> & {
	readonly id: string;
	readonly count: bigint;
	readonly last: WallTime | undefined;
	readonly by: readonly string[];
};

/** One line for each operator and reason, over all subtasks; what is lost stands first, then the most frequent. */
export function linesOf(items: readonly DropCount[]): readonly Line[] {
	const lines = new Map<string, Line>();
	for (const d of items) {
		const id = `${d.vertex} ${d.op} ${d.reason}`;
		const before = lines.get(id);
		const last = before?.last === undefined || (d.last !== undefined && d.last > before.last) ? d.last : before.last;
		const by = `#${d.subtask < 0 ? "?" : d.subtask}: ${count(d.count)}`;
		lines.set(id, { ...d, id, count: (before?.count ?? 0n) + d.count, last, by: [...(before?.by ?? []), by] });
	}
	return [...lines.values()].sort((a, b) => Number(a.kept) - Number(b.kept) || Number(b.count - a.count) || a.id.localeCompare(b.id));
}

/** What the operators of a job threw away and why, each with the way to the records. */
export function Dropped({ detail }: { readonly detail: JobDetail }) {
	const query = useQuery(dropsQuestion(detail.id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The dropped records" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="dropped records" />;
	}
	const { items, told, lost, kept } = query.data;
	const gaps = detail.gaps > 0 && (
		<p className={styles.quiet}>
			Within <a href={link({ screen: "gaps", rec: detail.id })}>{plural(detail.gaps, "gap")}</a> some may be missing.
		</p>
	);
	if (items.length === 0) {
		return (
			<>
				{told ? (
					<Empty title="No record was thrown away" icon="ok">
						<p>
							As far as is recorded. A filter, a join without match and a top-n give nothing out because they were told to: that is no drop.
						</p>
					</Empty>
				) : (
					<Empty title="Not known">
						<p>No agent of this job tells which records operators throw away: it is too old for that, or the TaskManagers have none.</p>
					</Empty>
				)}
				{gaps}
			</>
		);
	}
	return (
		<>
			<p className={styles.quiet}>
				<span className={lost > 0n ? "c-drop" : ""}>{plural(lost, "record")} lost</span>, {count(kept)} late and kept
			</p>
			<table aria-label="Dropped records">
				<thead>
					<tr>
						<th>Operator</th>
						<th>Why</th>
						<th className="n">Records</th>
						<th>Last</th>
					</tr>
				</thead>
				<tbody>
					{linesOf(items).map((d) => (
						<tr key={d.id}>
							<td title={d.task}>
								<span className={styles.task}>{d.op_name || "task"}</span>
							</td>
							<td title={d.reason}>
								{reasonWords(d.reason)}
								{d.kept && <span className="dim">, not lost</span>}
							</td>
							<td className="n" title={d.by.join(", ")}>
								<a className={d.kept ? "c-late" : "c-drop"} href={droppedBy(detail.id, d.op, d.reason)}>
									<Icon name="dropped" size="s" /> {count(d.count)}
								</a>
							</td>
							<td>{d.last !== undefined && <TimeText t={d.last} digits={0} />}</td>
						</tr>
					))}
				</tbody>
			</table>
			{gaps}
		</>
	);
}

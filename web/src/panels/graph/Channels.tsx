import { useQuery } from "@tanstack/react-query";
import type { Channel } from "../../api/job";
import { toProblem } from "../../api/problem";
import { channelsQuestion } from "../../api/questions";
import { count, plural } from "../../base/quantity";
import { Verdict } from "../../widgets/Chip";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./GraphPanel.module.css";

/** Counters of both ends of every channel, compared at every aligned barrier. */
export function Channels({ id, about, keep }: { readonly id: string; readonly about: string; readonly keep: (c: Channel) => boolean }) {
	const query = useQuery(channelsQuestion(id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The channels" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="channels" />;
	}
	const all = query.data.items.filter(keep);
	const compared = all.reduce((n, c) => n + c.checkpoints_compared, 0n);
	const unequal = all.reduce((n, c) => n + c.unequal, 0n);
	// Different ones first: they are what one looks for.
	const channels = [...all].sort((a, b) => Number(b.unequal - a.unequal)).slice(0, 200);
	if (all.length === 0) {
		return (
			<Empty title="No channel here">
				<p>Both ends are compared where records pass between tasks; sources and what is chained have none before them.</p>
			</Empty>
		);
	}
	return (
		<>
			<p className={styles.verdict}>
				{unequal > 0n ? (
					<Verdict kind="broken">{count(unequal)} differ</Verdict>
				) : compared === 0n ? (
					<Verdict kind="unproven">not compared yet</Verdict>
				) : (
					<Verdict kind="proven">all equal</Verdict>
				)}
				<span className="mid">
					{count(compared)} comparisons of {plural(all.length, "channel")} {about}: what was sent and what was consumed at each aligned
					barrier
				</span>
			</p>
			<table aria-label="Channels">
				<thead>
					<tr>
						<th>From</th>
						<th>To</th>
						<th className="n">Compared</th>
						<th className="n">Differ</th>
						<th className="n">Sent</th>
					</tr>
				</thead>
				<tbody>
					{channels.map((c) => (
						<tr key={`${c.edge} ${c.from.subtask}.${c.from.attempt} ${c.to.subtask}.${c.to.attempt} ${c.to.task}`}>
							<td title={c.from.task}>
								<span className={styles.task}>{c.from.task}</span> <span className="mono dim">#{c.from.subtask}</span>
							</td>
							<td title={c.to.task}>
								<span className={styles.task}>{c.to.task}</span> <span className="mono dim">#{c.to.subtask}</span>
							</td>
							<td className="n">{count(c.checkpoints_compared)}</td>
							<td className="n">
								{c.unequal === 0n ? <span className="dim">0</span> : <span className="c-drop">{count(c.unequal)}</span>}
							</td>
							<td className="n" title={`${count(c.consumed)} consumed at the last barrier compared`}>
								{count(c.sent)}
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{all.length > channels.length && <p className={styles.quiet}>The first 200 of {count(all.length)}; choose an edge to narrow them.</p>}
		</>
	);
}

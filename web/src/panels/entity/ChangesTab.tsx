import { useInfiniteQuery } from "@tanstack/react-query";
import { historyQuestion } from "../../api/catalog";
import { toProblem } from "../../api/problem";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { Difference } from "./Difference";
import styles from "./EntityPanel.module.css";
import type { TabProps } from "./tabs";

/** Who changed what is said or known of it, and why. */
export function ChangesTab({ entity }: TabProps) {
	const query = useInfiniteQuery(historyQuestion(entity.id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The changes" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="changes" />;
	}
	const changes = query.data.pages.flatMap((p) => p.items);
	if (changes.length === 0) {
		return (
			<Empty title="Nothing was changed yet" icon="clock">
				<p>Every change of owners, tags, docs and fields stays here, with who made it and why.</p>
			</Empty>
		);
	}
	return (
		<div className={styles.page2}>
			<Panel title="Changes" about="the newest first">
				<Scroll label="Changes">
					<table aria-label="Changes">
						<thead>
							<tr>
								<th>When</th>
								<th>Who</th>
								<th>What</th>
								<th>From, to</th>
								<th>Why</th>
							</tr>
						</thead>
						<tbody>
							{changes.map((c) => (
								<tr key={String(c.id)}>
									<td>
										<TimeText t={c.at} digits={0} />
									</td>
									<td title={c.by}>{c.name}</td>
									<td>
										{c.attribute}
										{c.path !== undefined && (
											<>
												{" "}
												of <code>{c.path}</code>
											</>
										)}
										{c.proposal !== undefined && c.proposal !== "" && <span className="dim"> proposed</span>}
									</td>
									<td>
										<Difference before={c.before} after={c.after} />
									</td>
									<td className="mid">{c.reason}</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
				{query.hasNextPage && (
					<footer className={styles.foot}>
						<button type="button" className="btn quiet" disabled={query.isFetching} onClick={() => void query.fetchNextPage()}>
							Show older ones
						</button>
					</footer>
				)}
			</Panel>
		</div>
	);
}

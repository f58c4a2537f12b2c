import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endSession, sessionsQuestion, wayWords } from "../../api/login";
import { type ProblemError, toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { EndButton } from "../../widgets/EndButton";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./TokensPanel.module.css";

/** Where the reader is logged in. */
export function SessionList() {
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(sessionsQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const end = async (id: string) => {
		try {
			await endSession(id);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: sessionsQuestion.queryKey });
	};
	return (
		<Panel title="Sessions" about={data === undefined || data.length === 0 ? undefined : plural(data.length, "browser")}>
			{trouble !== undefined && <Failed what="The session" head="It was not ended" trouble={trouble} />}
			{data === undefined ? (
				error !== null ? (
					<Failed what="Your sessions" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={2} label="sessions" />
				)
			) : data.length === 0 ? (
				<Empty title="You have no session" icon="user">
					<p>You came in by a token, which needs none.</p>
				</Empty>
			) : (
				<Scroll label="Sessions" className={styles.list}>
					<table aria-label="Sessions">
						<thead>
							<tr>
								<th>Browser</th>
								<th>From</th>
								<th>Came in by</th>
								<th>Began</th>
								<th>Last request</th>
								<th>Ends</th>
								<th>
									<span className="hide">End</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{data.map((s) => (
								<tr key={s.id}>
									<td className="cut" title={s.browser} style={{ maxWidth: 320 }}>
										{s.current && <b>this one: </b>}
										{s.browser}
									</td>
									<td className="mono">{s.from}</td>
									<td>{wayWords[s.way] ?? s.way}</td>
									<td>
										<TimeText t={s.began} digits={0} />
									</td>
									<td>
										<TimeText t={s.seen} digits={0} />
									</td>
									<td>
										<TimeText t={s.ends} digits={0} />
									</td>
									<td>{!s.current && <EndButton label={`End the session from ${s.from}`} sure="End it" onEnd={() => end(s.id)} />}</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
			)}
		</Panel>
	);
}

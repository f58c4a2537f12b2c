import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { revokeToken, type Token, tokensQuestion } from "../../api/login";
import { type ProblemError, toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { useNow } from "../../widgets/clock";
import { EndButton } from "../../widgets/EndButton";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./TokensPanel.module.css";

/** The reader's tokens, without what they show. */
export function TokenList() {
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(tokensQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const end = async (id: string) => {
		try {
			await revokeToken(id);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: tokensQuestion.queryKey });
	};
	return (
		<Panel title="Tokens" about={data === undefined || data.length === 0 ? undefined : plural(data.length, "token")}>
			{trouble !== undefined && <Failed what="The token" head="It was not revoked" trouble={trouble} />}
			{data === undefined ? (
				error !== null ? (
					<Failed what="Your tokens" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={2} label="tokens" />
				)
			) : data.length === 0 ? (
				<Empty title="You have no tokens" icon="mark">
					<p>A token lets a program ask in your place, with no more than you may do yourself.</p>
				</Empty>
			) : (
				<Scroll label="Tokens" className={styles.list}>
					<table aria-label="Tokens">
						<thead>
							<tr>
								<th>For</th>
								<th>Roles</th>
								<th>Actions</th>
								<th>Made</th>
								<th>Expires</th>
								<th>Used</th>
								<th>
									<span className="hide">Revoke</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{data.map((t) => (
								<Row key={t.id} token={t} onEnd={() => end(t.id)} />
							))}
						</tbody>
					</table>
				</Scroll>
			)}
		</Panel>
	);
}

function Row({ token: t, onEnd }: { readonly token: Token; readonly onEnd: () => Promise<void> }) {
	const over = t.expires <= BigInt(useNow()) * 1000n;
	return (
		<tr>
			<td>
				<b>{t.name}</b> <span className="mono dim">{t.id}</span>
			</td>
			<td>{t.roles.join(", ")}</td>
			<td>{t.scope.length === 0 ? <span className="dim">all of the roles</span> : <code>{t.scope.join(" ")}</code>}</td>
			<td>
				<TimeText t={t.created} digits={0} />
			</td>
			<td className={over ? "c-late" : undefined}>
				<TimeText t={t.expires} digits={0} />
				{over && " (expired)"}
			</td>
			<td>{t.used === undefined ? <span className="dim">never</span> : <TimeText t={t.used} digits={0} />}</td>
			<td>
				<EndButton label={`Revoke the token ${t.name}`} sure="Revoke it" onEnd={onEnd} />
			</td>
		</tr>
	);
}

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Delivery, deliveriesQuestion, replayDelivery } from "../../api/notification";
import { type ProblemError, toProblem } from "../../api/problem";
import { Chip, type Tone } from "../../widgets/Chip";
import type { IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./NotificationsPanel.module.css";

const states: Readonly<Record<Delivery["state"], readonly [Tone, IconName]>> = {
	pending: ["late", "clock"],
	delivered: ["ok", "ok"],
	failed: ["drop", "failed"],
	cancelled: ["plain", "minus"],
};

/** What was sent for the reader's subscriptions, and what targets answered. */
export function DeliveryLog() {
	const client = useQueryClient();
	const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(deliveriesQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const again = async (id: string) => {
		try {
			await replayDelivery(id);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: deliveriesQuestion.queryKey });
	};
	const items = data?.pages.flatMap((p) => p.items);
	return (
		<Panel title="Deliveries" about="tried for 24 hours, then listed as failed">
			{trouble !== undefined && <Failed what="The delivery" head="It is not tried again" trouble={trouble} />}
			{items === undefined ? (
				error !== null ? (
					<Failed what="The deliveries" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={3} label="deliveries" />
				)
			) : items.length === 0 ? (
				<Empty title="Nothing was sent for your subscriptions" icon="emit" />
			) : (
				<>
					<Scroll label="Deliveries" className={styles.list}>
						<table aria-label="Deliveries">
							<thead>
								<tr>
									<th>State</th>
									<th>To</th>
									<th>What</th>
									<th>Tries</th>
									<th>Answer</th>
									<th>Since</th>
									<th>
										<span className="hide">Do</span>
									</th>
								</tr>
							</thead>
							<tbody>
								{items.map((d) => (
									<Row key={d.id} delivery={d} onAgain={() => again(d.id)} />
								))}
							</tbody>
						</table>
					</Scroll>
					{hasNextPage && (
						<p className={styles.said}>
							<button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
								Older ones
							</button>
						</p>
					)}
				</>
			)}
		</Panel>
	);
}

function Row({ delivery: d, onAgain }: { readonly delivery: Delivery; readonly onAgain: () => Promise<void> }) {
	const [busy, setBusy] = useState(false);
	const [tone, icon] = states[d.state];
	return (
		<tr>
			<td>
				<Chip tone={tone} icon={icon}>
					{d.state}
				</Chip>
			</td>
			<td>{d.target}</td>
			<td>
				<code>{d.type}</code> {d.subject} <span className="dim">({d.phase})</span>
			</td>
			<td className="mono">{String(d.attempts)}</td>
			<td>
				{d.status} {d.detail !== undefined && <span className="dim">{d.detail}</span>}
				{d.next !== undefined && (
					<>
						{" "}
						next try <TimeText t={d.next} digits={0} />
					</>
				)}
			</td>
			<td>
				<TimeText t={d.created} digits={0} />
			</td>
			<td className={styles.acts}>
				{d.state === "failed" && (
					<button
						type="button"
						className="btn"
						disabled={busy}
						aria-label={`Try ${d.type} to ${d.target} again`}
						onClick={() => {
							setBusy(true);
							void onAgain().finally(() => setBusy(false));
						}}
					>
						Try again
					</button>
				)}
			</td>
		</tr>
	);
}

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
	filterWords,
	type Outcome,
	pauseSubscription,
	removeSubscription,
	type Subscription,
	subscriptionsQuestion,
	targetWords,
	testSubscription,
} from "../../api/notification";
import { type ProblemError, toProblem } from "../../api/problem";
import { duration, plural, written } from "../../base/quantity";
import { EndButton } from "../../widgets/EndButton";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./NotificationsPanel.module.css";

/** What the reader wants to be told, and by which way. */
export function SubscriptionList() {
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(subscriptionsQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const does = async (act: () => Promise<unknown>) => {
		try {
			await act();
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: subscriptionsQuestion.queryKey });
	};
	return (
		<Panel title="Subscriptions" about={data === undefined || data.length === 0 ? undefined : plural(data.length, "subscription")}>
			{trouble !== undefined && <Failed what="The subscription" head="That was not done" trouble={trouble} />}
			{data === undefined ? (
				error !== null ? (
					<Failed what="Your subscriptions" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={2} label="subscriptions" />
				)
			) : data.length === 0 ? (
				<Empty title="You have no subscriptions" icon="bell">
					<p>With one you are told when contracts break, schemas change or consumers appear.</p>
				</Empty>
			) : (
				<Scroll label="Subscriptions" className={styles.list}>
					<table aria-label="Subscriptions">
						<thead>
							<tr>
								<th>To</th>
								<th>Of</th>
								<th>Reminds</th>
								<th>
									<span className="hide">Do</span>
								</th>
							</tr>
						</thead>
						<tbody>
							{data.map((s) => (
								<Row
									key={s.id}
									subscription={s}
									onPause={() => does(() => pauseSubscription(s, !s.paused))}
									onEnd={() => does(() => removeSubscription(s.id))}
								/>
							))}
						</tbody>
					</table>
				</Scroll>
			)}
		</Panel>
	);
}

type RowProps = { readonly subscription: Subscription; readonly onPause: () => Promise<void>; readonly onEnd: () => Promise<void> };

function Row({ subscription: s, onPause, onEnd }: RowProps) {
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly outcome?: Outcome; readonly trouble?: ProblemError }>({});
	const name = s.name === "" ? targetWords(s.target) : s.name;
	const run = (act: () => Promise<void>) => async () => {
		setBusy(true);
		await act();
		setBusy(false);
	};
	const test = run(async () => {
		setSaid({});
		try {
			setSaid({ outcome: await testSubscription(s.id) });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		}
	});
	return (
		<tr>
			<td>
				{s.name !== "" && <b>{s.name}: </b>}
				{targetWords(s.target)}
				{s.paused && <span className="c-late"> (paused)</span>}
				<Answer {...said} />
			</td>
			<td>
				{filterWords(s.filter)}
				{s.after > 0n && <span className="dim">; only what nobody acknowledges within {written(duration(Number(s.after) * 1000))}</span>}
			</td>
			<td>{s.remind === 0n ? <span className="dim">never</span> : `every ${written(duration(Number(s.remind) * 1000))}`}</td>
			<td className={styles.acts}>
				<button type="button" className="btn" disabled={busy} aria-label={`Send a test to ${name}`} onClick={() => void test()}>
					Send a test
				</button>
				<button
					type="button"
					className="btn quiet"
					disabled={busy}
					aria-label={`${s.paused ? "Go on with" : "Pause"} ${name}`}
					onClick={() => void run(onPause)()}
				>
					{s.paused ? "Go on" : "Pause"}
				</button>
				<EndButton label={`End the subscription ${name}`} sure="End it" onEnd={onEnd} />
			</td>
		</tr>
	);
}

function Answer({ outcome, trouble }: { readonly outcome?: Outcome; readonly trouble?: ProblemError }) {
	if (trouble !== undefined) return <Failed what="The test" head="It was not sent" trouble={trouble} />;
	if (outcome === undefined) return null;
	return (
		<p role="status">
			<Icon name={outcome.ok ? "ok" : "failed"} className={outcome.ok ? "c-ok" : "c-drop"} />{" "}
			{outcome.ok ? "The test arrived" : "The test did not arrive"}: {outcome.status}
			{outcome.detail !== undefined && <span className="dim"> {outcome.detail}</span>}
		</p>
	);
}

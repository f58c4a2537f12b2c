import { useState } from "react";
import { type Grant, givenWords } from "../../api/grant";
import { duration, written } from "../../base/quantity";
import { useNow } from "../../widgets/clock";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { TimeText } from "../../widgets/TimeText";
import styles from "./GrantsPanel.module.css";

type Acts = {
	readonly onApprove: (g: Grant) => Promise<void>;
	readonly onRefuse: (g: Grant) => Promise<void>;
	readonly onEnd: (g: Grant) => Promise<void>;
};

type Props = Acts & { readonly title: string; readonly grants: readonly Grant[]; readonly empty?: string };

/** Grants with what the reader may do about each. */
export function GrantList({ title, grants, empty, ...acts }: Props) {
	if (grants.length === 0) {
		return (
			<Panel title={title}>
				<p className={`${styles.said} dim`}>{empty}</p>
			</Panel>
		);
	}
	return (
		<Panel title={title}>
			<Scroll label={title} className={styles.list}>
				<table aria-label={title}>
					<thead>
						<tr>
							<th>Who</th>
							<th>What</th>
							<th>On</th>
							<th>Reason</th>
							<th>How it stands</th>
							<th>
								<span className="hide">Do</span>
							</th>
						</tr>
					</thead>
					<tbody>
						{grants.map((g) => (
							<Row key={g.id} grant={g} {...acts} />
						))}
					</tbody>
				</table>
			</Scroll>
		</Panel>
	);
}

function Row({ grant: g, onApprove, onRefuse, onEnd }: Acts & { readonly grant: Grant }) {
	const [busy, setBusy] = useState(false);
	const run = (act: (g: Grant) => Promise<void>) => async () => {
		setBusy(true);
		await act(g);
		setBusy(false);
	};
	return (
		<tr>
			<td>
				<b>{g.yours ? "you" : g.name}</b> <span className="mono dim">{g.id}</span>
			</td>
			<td>
				{givenWords(g)} <span className="dim">({g.rule})</span>
			</td>
			<td className="mono">{g.resources.join(" ")}</td>
			<td>{g.reason}</td>
			<td>
				<Standing grant={g} />
			</td>
			<td className={styles.acts}>
				{g.decide && (
					<>
						<button
							type="button"
							className="btn main"
							disabled={busy}
							aria-label={`Approve ${g.id} of ${g.name}`}
							onClick={() => void run(onApprove)()}
						>
							Approve
						</button>
						<button
							type="button"
							className="btn"
							disabled={busy}
							aria-label={`Refuse ${g.id} of ${g.name}`}
							onClick={() => void run(onRefuse)()}
						>
							Refuse
						</button>
					</>
				)}
				{g.end && !g.decide && (
					<button type="button" className="btn" disabled={busy} aria-label={`End ${g.id}`} onClick={() => void run(onEnd)()}>
						{g.state === "pending" ? "Take back" : "End now"}
					</button>
				)}
			</td>
		</tr>
	);
}

function Standing({ grant: g }: { readonly grant: Grant }) {
	const left = (g.until ?? 0n) - BigInt(useNow()) * 1000n;
	const length = written(duration(Number(g.seconds) * 1000));
	switch (g.state) {
		case "pending":
			return (
				<>
					waits since <TimeText t={g.asked} digits={0} />, for {length}
				</>
			);
		case "in-force":
			if (g.until === undefined || left <= 0n) return <>its time is over</>;
			return (
				<>
					<b>{written(duration(Number(left / 1_000_000n) * 1000))} left</b>, until <TimeText t={g.until} digits={0} />
					{g.approver !== undefined && <span className="dim">, approved by {g.approver}</span>}
				</>
			);
	}
	return (
		<>
			{g.state === "expired" ? "over" : g.state}
			{g.over !== undefined && (
				<>
					{" "}
					<TimeText t={g.over} digits={0} />
				</>
			)}
			{g.by !== undefined && <span className="dim"> by {g.by}</span>}
			{g.why !== undefined && <span>: {g.why}</span>}
		</>
	);
}

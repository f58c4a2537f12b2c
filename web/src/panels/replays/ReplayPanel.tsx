import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ProblemError, toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import {
	cancelReplay,
	isOver,
	type Replay,
	replayAction,
	replayQuestion,
	startReplay,
	type ReplayVerdict as Verdict,
} from "../../api/replay";
import { count, duration, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { link } from "../../model/address";
import { go } from "../../model/navigation";
import { Findings } from "../../replays/Findings";
import { ReplayProgress } from "../../replays/ReplayProgress";
import { ReplayVerdict } from "../../replays/ReplayVerdict";
import { Senders } from "../../replays/Senders";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { Difference } from "./Difference";
import styles from "./ReplaysPanel.module.css";
import { WhatIf } from "./WhatIf";

/** One replay: how far it is, or what it proves. */
export default function ReplayPanel({ id }: { readonly id: string }) {
	const query = useQuery(replayQuestion(id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what={`Replay ${id}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="the replay" />;
	}
	const r = query.data;
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.body}>
				<Head of={r} />
				{r.verdict !== undefined && <Proven verdict={r.verdict} />}
				{r.kind !== "replay" && <WhatIf of={r} />}
				{r.state === "failed" && (
					<Panel title="It failed">
						<p className={`${styles.pad} mono`} role="alert">
							{r.error ?? "nobody knows why"}
						</p>
					</Panel>
				)}
				{r.verdict?.verdict === "not-replayable" && (
					<Panel title="What is missing">
						<div className={styles.pad}>
							<Findings of={r.findings} />
						</div>
					</Panel>
				)}
				{r.senders.length > 0 && (
					<Panel title="Where its input comes from" about="what the recording has no bytes of, tasks before it gave when they ran again">
						<div className={styles.pad}>
							<Senders of={r.senders} />
						</div>
					</Panel>
				)}
				{r.verdict?.first !== undefined && <Difference of={r} first={r.verdict.first} />}
				{r.verdict !== undefined && r.verdict.causes.length > 0 && (
					<Panel title="Likely causes" about="the likeliest first">
						<ol className={styles.causes}>
							{r.verdict.causes.map((c) => (
								<li key={c.kind + c.text}>
									{c.text} <span className="dim">({c.sure ? "seen in this replay" : "often the cause of such a difference"})</span>
								</li>
							))}
						</ol>
					</Panel>
				)}
				<Facts of={r} />
			</div>
		</div>
	);
}

function Head({ of: r }: { readonly of: Replay }) {
	const client = useQueryClient();
	const principal = useQuery(principalQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const [busy, setBusy] = useState(false);
	const may = principal.data?.actions.includes(replayAction) === true;
	const act = async (what: () => Promise<Replay>, after?: (done: Replay) => void) => {
		setBusy(true);
		try {
			const done = await what();
			after?.(done);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		} finally {
			setBusy(false);
			await client.invalidateQueries({ queryKey: ["replays"] });
		}
	};
	const position = r.from > 0n ? `${r.operator}.${r.subtask}.${r.attempt}.${r.from}` : `${r.attempt_key}#1`;
	return (
		<>
			<div className={styles.headline}>
				<h1>
					{r.operator === "" ? r.task : r.operator} <span className="mono dim">#{r.subtask}</span>, attempt {r.attempt}
				</h1>
				<span role="status" className="row">
					<ReplayVerdict of={r} />
					<ReplayProgress of={r} />
				</span>
				{r.derived !== undefined && (
					<a className="btn main" href={link({ screen: "events", rec: r.derived }, r.from > 0n ? { at: position } : {})}>
						<Icon name="recording" size="s" />
						What it did this time
					</a>
				)}
				{!isOver(r) ? (
					<button type="button" className="btn" disabled={busy || !may} onClick={() => void act(() => cancelReplay(r.id))}>
						Cancel
					</button>
				) : r.kind !== "replay" ? null : (
					<button
						type="button"
						className="btn"
						disabled={busy || !may}
						onClick={() =>
							void act(
								() => startReplay(r.recording, { position, ...(r.to > 0n ? { to: String(r.to) } : {}), checkpoint: String(r.checkpoint) }),
								(next) => go(link({ screen: "replay", id: next.id })),
							)
						}
					>
						Again
					</button>
				)}
			</div>
			{trouble !== undefined && <Failed what="The replay" head="That could not be done" trouble={trouble} />}
		</>
	);
}

function Proven({ verdict: v }: { readonly verdict: Verdict }) {
	return (
		<Panel
			title={v.verdict === "unchanged" ? "What came of it" : "What it proves"}
			about={v.verdict === "not-replayable" ? undefined : `${count(v.equal)} of ${count(v.recorded)} outputs equal`}
		>
			<div className={styles.pad}>
				<p className="strong">{v.text}</p>
				{v.state !== undefined && v.state.first.length > 0 && <StateThatDiffers of={v.state.first} />}
				{v.notes.length > 0 && (
					<ul aria-label="What bounds the verdict" className="mid">
						{v.notes.map((n) => (
							<li key={n}>{n}</li>
						))}
					</ul>
				)}
			</div>
		</Panel>
	);
}

type Parting = NonNullable<Verdict["state"]>["first"][number];

/** States that are not the same at a checkpoint, although the task got the same input. */
function StateThatDiffers({ of }: { readonly of: readonly Parting[] }) {
	return (
		<table className="table" aria-label="State that differs">
			<thead>
				<tr>
					<th>State</th>
					<th>Operator</th>
					<th className="num">Recorded entries</th>
					<th className="num">Replayed</th>
					<th className="num">Missing or other</th>
					<th className="num">Only replayed</th>
				</tr>
			</thead>
			<tbody>
				{of.map((d) => (
					<tr key={d.operator + d.state}>
						<td className="mono">{d.state}</td>
						<td>{d.operator}</td>
						<td className="num">{count(d.recorded)}</td>
						<td className="num">{count(d.replayed)}</td>
						<td className="num">{d.lost < 0n ? "not counted" : count(d.lost)}</td>
						<td className="num">{d.extra < 0n ? "not counted" : count(d.extra)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Facts({ of: r }: { readonly of: Replay }) {
	return (
		<Panel title="The run">
			<dl className={`kv ${styles.facts}`}>
				<dt>Task</dt>
				<dd>{r.task}</dd>
				<dt>Recording</dt>
				<dd>
					<a
						className="link"
						href={link(
							{ screen: "events", rec: r.recording },
							r.from > 0n ? { at: `${r.operator}.${r.subtask}.${r.attempt}.${r.from}` } : {},
						)}
					>
						{r.job} <span className="mono">{shortId(r.recording)}</span>
					</a>
				</dd>
				{r.for !== undefined && (
					<>
						<dt>For</dt>
						<dd>
							<a className="link mono" href={link({ screen: "replay", id: r.for })}>
								{r.for}
							</a>
							, which takes in what it sent
						</dd>
					</>
				)}
				<dt>Begins</dt>
				<dd>{r.checkpoint === 0n ? "where the attempt began" : `behind checkpoint ${r.checkpoint}`}</dd>
				<dt>Went</dt>
				<dd className="mono">
					to invocation {count(r.reached)} of {count(r.last)}
				</dd>
				<dt>Asked</dt>
				<dd>
					<TimeText t={r.created} digits={0} /> by {r.who}
				</dd>
				{r.began !== undefined && r.ended !== undefined && (
					<>
						<dt>Took</dt>
						<dd>{written(duration(Number((r.ended - r.began) / 1000n)))}</dd>
					</>
				)}
				<dt>Sandbox</dt>
				<dd>{r.sandbox ?? (isOver(r) ? "none" : "not yet")}</dd>
			</dl>
		</Panel>
	);
}

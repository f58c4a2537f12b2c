/** What a job has besides its graph: checkpoints, exceptions, attempts. */
import type { JobDetail } from "../../api/job";
import { duration, size } from "../../base/quantity";
import { link } from "../../model/address";
import { Again } from "../../moments/Again";
import { ReplayButton } from "../../replays/ReplayButton";
import { Amount } from "../../widgets/Amount";
import { Icon } from "../../widgets/Icon";
import { Empty } from "../../widgets/states";
import { Age, TimeText } from "../../widgets/TimeText";
import styles from "./GraphPanel.module.css";

export function Checkpoints({ detail }: { readonly detail: JobDetail }) {
	if (detail.checkpoints.length === 0) {
		return (
			<Empty title="No checkpoint recorded">
				<p>Either the job takes none, or the JobManager has no agent: checkpoints are seen there.</p>
			</Empty>
		);
	}
	return (
		<table aria-label="Checkpoints, newest first">
			<thead>
				<tr>
					<th className="n">Number</th>
					<th>State</th>
					<th>Triggered</th>
					<th className="n">Took</th>
					<th className="n">Size</th>
				</tr>
			</thead>
			<tbody>
				{detail.checkpoints.map((c) => (
					<tr key={String(c.id)}>
						<td className="n">
							<a
								className="link"
								href={link({ screen: "inflight", rec: detail.id }, { cp: String(c.id) })}
								title="What was on its way when its barriers came"
							>
								{String(c.id)}
							</a>
						</td>
						<td className={c.state === "failed" ? "c-drop" : "mid"}>
							<Icon name={c.state === "completed" ? "ok" : c.state === "failed" ? "failed" : "wait"} size="s" /> {c.state}
							{c.discarded !== undefined && <span className="dim">, replaced by a newer one</span>}
						</td>
						<td>{c.triggered === undefined ? "" : <TimeText t={c.triggered} />}</td>
						<td className="n">{c.state === "completed" ? <Amount q={duration(Number(c.duration_ms))} /> : ""}</td>
						<td className="n">{c.state === "completed" ? <Amount q={size(c.bytes)} /> : ""}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

export function Exceptions({ detail }: { readonly detail: JobDetail }) {
	if (detail.exceptions.length === 0) {
		return (
			<Empty title="No exception recorded" icon="ok">
				<p>Exceptions appear with the record that was being handled.</p>
			</Empty>
		);
	}
	return (
		<ol>
			{detail.exceptions.map((e) => (
				<li key={`${e.time} ${e.attempt_key} ${e.class}`} className={styles.exception}>
					<div className="row">
						<Icon name="failed" className="c-drop" />
						<b className="cut">{e.class.split(".").at(-1)}</b>
						<span className={styles.end2}>
							<TimeText t={e.time} /> <Age t={e.time} />
						</span>
					</div>
					<p className="mono">{e.text}</p>
					<div className="row wrap mid">
						<span>
							{e.op_name || "task"} <span className="mono dim">#{e.subtask}</span>
						</span>
						{e.position !== undefined && (
							<a className="link" href={link({ screen: "events", rec: detail.id }, { at: e.position })}>
								the moment
							</a>
						)}
						{e.position !== undefined && <Again rec={detail.id} position={e.position} quiet />}
						{e.element !== undefined && (
							<a className="link" href={link({ screen: "journey", rec: detail.id, record: e.element })}>
								the record's journey
							</a>
						)}
					</div>
				</li>
			))}
		</ol>
	);
}

export function Attempts({ detail }: { readonly detail: JobDetail }) {
	const sorted = [...detail.attempts].sort((a, b) => b.attempt - a.attempt || a.task.localeCompare(b.task) || a.subtask - b.subtask);
	return (
		<table aria-label="Attempts">
			<thead>
				<tr>
					<th>Task</th>
					<th className="n">Attempt</th>
					<th>State</th>
					<th>On</th>
					<th>Started</th>
					<th className="n">From</th>
					<th>
						<span className="hide">Replay</span>
					</th>
				</tr>
			</thead>
			<tbody>
				{sorted.slice(0, 400).map((a) => (
					<tr key={a.attempt_key} title={a.error}>
						<td title={a.task}>
							<span className={styles.task}>{a.task}</span> <span className="mono dim">#{a.subtask}</span>
						</td>
						<td className="n">{a.attempt}</td>
						<td className={a.state === "failed" ? "c-drop" : "mid"}>{a.state}</td>
						<td className="dim">{a.host}</td>
						<td>{a.started === undefined ? "" : <TimeText t={a.started} digits={0} />}</td>
						<td className="n" title="checkpoint that it was restored from">
							{a.restored === 0n ? <span className="dim">-</span> : String(a.restored)}
						</td>
						<td>{a.attempt_key !== "" && <ReplayButton rec={detail.id} position={`${a.attempt_key}#1`} attempt quiet />}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

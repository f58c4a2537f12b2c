import { useQuery } from "@tanstack/react-query";
import type { EffectiveAgent, EffectiveOperator } from "../../api/policy";
import { toProblem } from "../../api/problem";
import { effectivePolicyQuestion, jobsQuestion } from "../../api/questions";
import { plural } from "../../base/quantity";
import { link } from "../../model/address";
import { refine } from "../../model/navigation";
import { Icon, type IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./PolicyPanel.module.css";

/** What the policy comes to in a job that runs, and what its agents made of it. */
export function Effect({ chosen }: { readonly chosen: string | undefined }) {
	const jobs = useQuery(jobsQuestion());
	const running = (jobs.data ?? []).filter((j) => j.state === "running");
	const job = running.find((j) => j.id === chosen || j.name === chosen) ?? running[0];
	const pick =
		job === undefined ? undefined : (
			<select aria-label="Job" className={styles.pick} value={job.id} onChange={(e) => refine({ sel: e.currentTarget.value })}>
				{running.map((j) => (
					<option key={j.id} value={j.id}>
						{j.name}
					</option>
				))}
			</select>
		);
	return (
		<Panel title="In a job" end={pick}>
			{jobs.data === undefined ? (
				jobs.isError ? (
					<Failed what="The jobs" trouble={toProblem(jobs.error)} onRetry={() => void jobs.refetch()} />
				) : (
					<SkeletonRows rows={4} label="jobs" />
				)
			) : job === undefined ? (
				<Empty title="No job runs" icon="wait">
					<p>What the policy comes to is shown for jobs that run.</p>
				</Empty>
			) : (
				<InJob id={job.id} />
			)}
		</Panel>
	);
}

function InJob({ id }: { readonly id: string }) {
	const query = useQuery(effectivePolicyQuestion(id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The effect" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} label="what the policy comes to" />;
	}
	const { operators, agents, told } = query.data;
	return (
		<>
			<table aria-label="Operators">
				<thead>
					<tr>
						<th>Operator</th>
						<th>Level</th>
						<th>Because of</th>
						<th>Recorded</th>
					</tr>
				</thead>
				<tbody>
					{operators.map((o) => (
						<tr key={`${o.vertex} ${o.op}`}>
							<td>{o.name}</td>
							<td className="mono" title={`payload ${o.payload}, ${o.sample}, logs from ${o.logs}`}>
								{o.word}
							</td>
							<td className="mid">{o.rule}</td>
							<td>
								<Recorded operator={o} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
			<table aria-label="Agents">
				<thead>
					<tr>
						<th>Agent</th>
						<th>State</th>
						<th>Version</th>
						<th>Why</th>
					</tr>
				</thead>
				<tbody>
					{agents.map((a) => (
						<AgentRow key={a.process} agent={a} told={told} />
					))}
				</tbody>
			</table>
			<p className={styles.text}>
				<a className="link" href={link({ screen: "graph", job: id }, { tab: "levels" })}>
					Change levels of this job for a while
				</a>
			</p>
		</>
	);
}

/** What subtasks really record, where that is not simply what holds. */
function Recorded({ operator: o }: { readonly operator: EffectiveOperator }) {
	if (o.applied.length === 0) return <span className="dim">not known yet</span>;
	const [only] = o.applied;
	if (o.applied.length === 1 && only !== undefined && only.word === o.word) {
		return (
			<span className="mid">
				<Icon name="ok" size="s" className="c-ok" /> so, by {plural(only.subtasks.length, "subtask")}
			</span>
		);
	}
	return (
		<ul>
			{o.applied.map((a) => (
				<li key={`${a.word} ${a.why}`} className={a.word === o.word ? "mid" : "c-late"}>
					<span className="mono">{a.word}</span> by {plural(a.subtasks.length, "subtask")}
					{a.why !== undefined && `: ${a.why}`}
				</li>
			))}
		</ul>
	);
}

const looks: Readonly<Record<EffectiveAgent["state"], readonly [IconName, string]>> = {
	follows: ["ok", "c-ok"],
	lags: ["wait", "c-late"],
	refuses: ["failed", "c-drop"],
	off: ["failed", "c-drop"],
	unknown: ["unknown", "dim"],
};

function AgentRow({ agent: a, told }: { readonly agent: EffectiveAgent; readonly told: string }) {
	const [icon, tone] = looks[a.state];
	return (
		<tr>
			<td>
				{a.host} <span className="dim">{a.pid}</span>
			</td>
			<td>
				<Icon name={icon} size="s" className={tone} /> {a.state}
			</td>
			<td className="mono mid" title={`agents are told ${told}`}>
				{a.version || "-"}
			</td>
			<td className={a.reason === undefined ? "dim" : "c-late"}>{a.reason ?? "-"}</td>
		</tr>
	);
}

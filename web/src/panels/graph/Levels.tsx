import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeLevel, endLevelChange } from "../../api/changes";
import type { JobDetail } from "../../api/job";
import type { LevelChange } from "../../api/policy";
import { type ProblemError, toProblem } from "../../api/problem";
import { effectivePolicyQuestion, policyQuestion, principalQuestion } from "../../api/questions";
import { link } from "../../model/address";
import { Segmented } from "../../widgets/Segmented";
import { Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./GraphPanel.module.css";

type Level = "positions" | "flight" | "trace";
const levels = [
	{ value: "positions", label: "positions" },
	{ value: "flight", label: "flight" },
	{ value: "trace", label: "trace" },
] as const;

type Time = "60" | "600" | "3600";
const times = [
	{ value: "60", label: "1 min" },
	{ value: "600", label: "10 min" },
	{ value: "3600", label: "1 h" },
] as const;

/** What is recorded of a job or of one vertex, and a way to change it for a while. */
export function Levels({ detail, vertex, operator }: { readonly detail: JobDetail; readonly vertex?: string; readonly operator?: string }) {
	const query = useQuery(effectivePolicyQuestion(detail.id));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The levels" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} label="levels" />;
	}
	const shown = query.data.operators.filter((o) => vertex === undefined || o.vertex === vertex);
	return (
		<>
			<Raise key={operator} job={detail.id} running={detail.state === "running"} operators={shown} chosen={operator ?? ""} />
			<Holding job={detail.id} />
			<table aria-label="Levels">
				<thead>
					<tr>
						<th>Operator</th>
						<th>Level</th>
						<th>Because of</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((o) => (
						<tr key={`${o.vertex} ${o.op}`}>
							<td title={o.name}>{o.name}</td>
							<td
								className="mono"
								title={o.pending ? "Some subtask records something else; it changes over when it has something to do" : undefined}
							>
								{o.word}
								{o.pending && <span className="c-late"> soon</span>}
							</td>
							<td className="mid">{o.rule}</td>
						</tr>
					))}
				</tbody>
			</table>
			<p className={styles.levels}>
				<a className="link" href={link({ screen: "policy" }, { sel: detail.id })}>
					The policy
				</a>{" "}
				says what holds for good.
			</p>
		</>
	);
}

/** Asks for levels and for what holds anew: something was changed. */
function useAnew(): () => Promise<void> {
	const client = useQueryClient();
	return () => client.invalidateQueries({ queryKey: policyQuestion.queryKey });
}

type RaiseProps = {
	readonly job: string;
	readonly running: boolean;
	readonly operators: readonly { readonly op: string; readonly name: string }[];
	readonly chosen: string;
};

function Raise({ job, running, operators, chosen }: RaiseProps) {
	const principal = useQuery(principalQuestion);
	const anew = useAnew();
	const [op, setOp] = useState(chosen);
	const [level, setLevel] = useState<Level>("trace");
	const [time, setTime] = useState<Time>("600");
	const [kept, setKept] = useState(false);
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	if (!running) return null; // what ended records nothing any more
	const may = principal.data?.actions.includes("record:write") === true;
	const raise = async () => {
		setBusy(true);
		setTrouble(undefined);
		try {
			await changeLevel(job, { level, for_s: Number(time), lookback: kept, ...(op === "" ? {} : { operator: op }) });
			await anew();
		} catch (e) {
			setTrouble(toProblem(e));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form
			className={styles.levels}
			aria-label="Change levels for a while"
			onSubmit={(e) => {
				e.preventDefault();
				void raise();
			}}
		>
			<select aria-label="Operator" className={styles.pick} value={op} onChange={(e) => setOp(e.currentTarget.value)}>
				<option value="">every operator of the job</option>
				{operators.map((o) => (
					<option key={o.op} value={o.op}>
						{o.name}
					</option>
				))}
			</select>
			<Segmented label="Level" value={level} choices={levels} onChange={setLevel} />
			<Segmented label="For how long" value={time} choices={times} onChange={setTime} />
			<label className="row mid">
				<input type="checkbox" checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} />
				and send what was kept of the minutes before
			</label>
			<button type="submit" className="btn main" disabled={busy || !may} title={may ? undefined : "needs the action record:write"}>
				Record at {level} for {times.find((t) => t.value === time)?.label}
			</button>
			{trouble !== undefined && <Failed what="The change" head="The levels were not changed" trouble={trouble} />}
		</form>
	);
}

/** Changes of the job's levels that hold now. */
function Holding({ job }: { readonly job: string }) {
	const query = useQuery(policyQuestion);
	const anew = useAnew();
	const [trouble, setTrouble] = useState<ProblemError>();
	const holding = (query.data?.changes ?? []).filter((c) => c.recording === job);
	if (holding.length === 0) return null;
	const end = async (c: LevelChange) => {
		setTrouble(undefined);
		try {
			await endLevelChange(job, c.id);
			await anew();
		} catch (e) {
			setTrouble(toProblem(e));
		}
	};
	return (
		<>
			<ul className={styles.levels} aria-label="Changed for a while">
				{holding.map((c) => (
					<li key={String(c.id)} className="row">
						<span className="grow">
							{c.trigger === undefined ? `${c.who ?? "Somebody"} said so` : `trigger ${c.trigger}`}:{" "}
							{c.operators[0]?.to ?? "nothing to raise"}, until <TimeText t={c.until} digits={0} />
						</span>
						<button type="button" className="btn" onClick={() => void end(c)}>
							End
						</button>
					</li>
				))}
			</ul>
			{trouble !== undefined && <Failed what="The change" head="The levels were not changed" trouble={trouble} />}
		</>
	);
}

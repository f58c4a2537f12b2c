import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { toProblem } from "../../api/problem";
import { jobQuestion } from "../../api/questions";
import { watermarksQuestion } from "../../api/travel";
import type { TaskWatermark, WatermarkInput } from "../../api/watermark";
import { classes } from "../../base/classes";
import { count, duration } from "../../base/quantity";
import type { EventTime } from "../../base/time";
import { link, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { Amount } from "../../widgets/Amount";
import { AskBody, AskForm, AskPage, AskSelect } from "../../widgets/Ask";
import { Chip, type Tone } from "../../widgets/Chip";
import type { IconName } from "../../widgets/Icon";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./WatermarksPanel.module.css";

type Props = { readonly rec: string; readonly state: ViewState };

/** What the inputs of an operator's task had for watermarks at a moment, and which one holds it back. */
export default function WatermarksPanel({ rec, state }: Props) {
	const asked = state.op !== undefined || state.at !== undefined;
	return (
		<AskPage>
			<Ask key={`${state.op ?? ""} ${state.at ?? ""}`} rec={rec} state={state} />
			{asked ? (
				<Answer rec={rec} state={state} />
			) : (
				<Empty title="Whose watermarks?" icon="watermark">
					<p>Choose an operator; without a moment it is the end of what is recorded.</p>
				</Empty>
			)}
		</AskPage>
	);
}

function Ask({ rec, state }: Props) {
	const job = useQuery(jobQuestion(rec));
	const operators = (job.data?.graph.vertices.flatMap((v) => v.operators) ?? []).map((o) => ({ id: o.id, value: o.slug, name: o.name }));
	return (
		<AskForm at={state.at} label="Moment" placeholder="14:02:11, -5m, a position or a record" onShow={(at) => refine({ at }, "push")}>
			<AskSelect label="Operator" none="of the moment" value={state.op} choices={operators} onChose={(op) => refine({ op }, "push")} />
		</AskForm>
	);
}

function Answer({ rec, state }: Props) {
	const query = useQuery(watermarksQuestion(rec, state.op, state.at));
	const report = query.data;
	if (report === undefined) {
		if (query.isError) return <Failed what="The watermarks" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} label="watermarks" />;
	}
	return (
		<AskBody>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<h1>
				{report.op_name}{" "}
				<span className="dim">at {report.at === undefined ? "the end of what is recorded" : <TimeText t={report.at} digits={6} />}</span>
			</h1>
			{report.items.map((t) => (
				<Task key={t.attempt_key} rec={rec} task={t} />
			))}
		</AskBody>
	);
}

const looks: Readonly<Record<WatermarkInput["state"], readonly [Tone, IconName, string]>> = {
	active: ["ok", "ok", "it counts for the task's watermark"],
	idle: ["plain", "wait", "it is idle and holds nothing"],
	unaligned: ["late", "clock", "it was idle and has not come up to the task's watermark: until then it holds nothing"],
	ended: ["plain", "close", "it has ended"],
	unknown: ["late", "unknown", "its watermark or status is not recorded"],
};

function Task({ rec, task: t }: { readonly rec: string; readonly task: TaskWatermark }) {
	return (
		<section className="panel" aria-label={`Subtask ${t.subtask}`}>
			<header>
				<h2 className="cut">
					{t.task} <span className="mono dim">#{t.subtask}</span>
				</h2>
				<span className="dim">
					{t.ended ? (
						"ended"
					) : t.watermark === undefined ? (
						<span className="c-late">no watermark yet</span>
					) : (
						<>
							watermark <TimeText t={t.watermark} />
							{t.lag_ms !== undefined && (
								<>
									, <Amount q={duration(Number(t.lag_ms))} /> behind
								</>
							)}
						</>
					)}
					{t.idle && ", all inputs are idle"}
				</span>
				{t.position !== undefined && (
					<span className="end">
						after{" "}
						<a className="link mono" href={link({ screen: "events", rec }, { at: t.position })}>
							{t.position}
						</a>
					</span>
				)}
			</header>
			<Scroll label={`Inputs of subtask ${t.subtask}`}>
				<table aria-label={`Inputs of subtask ${t.subtask}`}>
					<thead>
						<tr>
							<th>Input</th>
							<th>State</th>
							<th className="n">Watermark</th>
							<th className="n">Behind</th>
							<th className="n">Since</th>
							<th className="n" title="Elements of the channel that were taken in; of a split the offset that was read last">
								Taken in
							</th>
							<th>Channel</th>
						</tr>
					</thead>
					<tbody>
						{t.inputs.map((in_) => (
							<Input key={in_.channel ?? in_.split} rec={rec} input={in_} />
						))}
						{t.operators.map((o) => (
							<tr key={o.op} className={styles.passed}>
								<td>
									passed on by {o.op_name}
									{o.held_by !== undefined && <span className="dim">, held by {o.held_by}</span>}
								</td>
								<td />
								<Times watermark={o.watermark} lag={o.lag_ms} />
								<td className="n">{o.since !== undefined && <TimeText t={o.since} />}</td>
								<td />
								<td />
							</tr>
						))}
					</tbody>
				</table>
			</Scroll>
			{t.notes.map((n) => (
				<p key={n.text} className={styles.note}>
					<Icon name="gap" size="s" className="c-late" /> {n.text}. <span className="dim">{n.hint}</span>
				</p>
			))}
		</section>
	);
}

function Times({ watermark, lag }: { readonly watermark: EventTime | undefined; readonly lag: bigint | undefined }) {
	return (
		<>
			<td className="n">{watermark === undefined ? <span className="dim">none</span> : <TimeText t={watermark} />}</td>
			<td className="n">{lag === undefined ? "" : <Amount q={duration(Number(lag))} />}</td>
		</>
	);
}

function Input({ rec, input }: { readonly rec: string; readonly input: WatermarkInput }) {
	const [tone, icon, about] = looks[input.state];
	return (
		<Fragment>
			<tr className={classes(input.holds && styles.holds)}>
				<td>
					{input.split !== undefined
						? `split ${input.split}`
						: input.from === undefined
							? "not known"
							: `${input.from.task} #${input.from.subtask}`}{" "}
					{input.holds && (
						<Chip tone="wm" icon="watermark" title="The task's watermark is this one's: it waits for this input">
							holds it back
						</Chip>
					)}
				</td>
				<td>
					<Chip tone={tone} icon={icon} title={about}>
						{input.state}
					</Chip>
				</td>
				<Times watermark={input.watermark} lag={input.lag_ms} />
				<td className="n">{input.since !== undefined && <TimeText t={input.since} />}</td>
				<td className="n">{input.split === undefined ? count(input.taken) : input.offset === undefined ? "" : count(input.offset)}</td>
				<td className="m">
					{input.element === undefined ? (
						input.channel
					) : (
						<a className="link" href={link({ screen: "journey", rec, record: input.element })}>
							{input.element}
						</a>
					)}
				</td>
			</tr>
			{!input.exact && input.note !== undefined && (
				<tr>
					<td colSpan={7} className={styles.why}>
						<Icon name="warning" size="s" /> {input.note}
					</td>
				</tr>
			)}
		</Fragment>
	);
}

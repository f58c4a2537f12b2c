/** What was on its way at a checkpoint: of each channel, what lay between its sender's barrier and its receiver's snapshot. */
import { useQuery } from "@tanstack/react-query";
import { type Elements, type InFlight, type InFlightChannel, type InFlightName, inFlightQuestion } from "../../api/inflight";
import { toProblem } from "../../api/problem";
import { jobQuestion } from "../../api/questions";
import { count, duration, plural, written } from "../../base/quantity";
import { toRfc3339 } from "../../base/time";
import { link, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { Amount } from "../../widgets/Amount";
import { AskBody, AskForm, AskPage, AskSelect } from "../../widgets/Ask";
import { Chip, type Tone, Verdict } from "../../widgets/Chip";
import { Icon, type IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./InFlightPanel.module.css";

type Props = { readonly rec: string; readonly state: ViewState };

export default function InFlightPanel({ rec, state }: Props) {
	return (
		<AskPage>
			<Ask key={state.at ?? ""} rec={rec} state={state} />
			{state.cp === undefined ? (
				<Which rec={rec} />
			) : (
				<Answer
					rec={rec}
					name={{
						checkpoint: state.cp,
						...(state.op === undefined ? {} : { op: state.op }),
						...(state.at === undefined ? {} : { at: state.at }),
					}}
				/>
			)}
		</AskPage>
	);
}

function Ask({ rec, state }: Props) {
	const job = useQuery(jobQuestion(rec));
	const checkpoints = (job.data?.checkpoints ?? []).map((c) => String(c.id)).map((id) => ({ id, value: id, name: id }));
	const operators = (job.data?.graph.vertices.flatMap((v) => v.operators) ?? []).map((o) => ({ id: o.id, value: o.slug, name: o.name }));
	return (
		<AskForm
			at={state.at}
			label="Moment; empty: when each sender passed the barrier"
			placeholder="when senders passed the barrier"
			onShow={(at) => refine({ at }, "push")}
		>
			<AskSelect label="Checkpoint" none="which one?" value={state.cp} choices={checkpoints} onChose={(cp) => refine({ cp }, "push")} />
			<AskSelect label="Into" none="every operator" value={state.op} choices={operators} onChose={(op) => refine({ op }, "push")} />
		</AskForm>
	);
}

/** The checkpoints to choose from. */
function Which({ rec }: { readonly rec: string }) {
	const job = useQuery(jobQuestion(rec));
	if (job.data === undefined) {
		if (job.isError) return <Failed what="The checkpoints" trouble={toProblem(job.error)} onRetry={() => void job.refetch()} />;
		return <SkeletonRows rows={6} label="checkpoints" />;
	}
	if (job.data.checkpoints.length === 0) {
		return (
			<Empty title="No checkpoint recorded" icon="barrier">
				<p>Either the job takes none, or the JobManager has no agent. One that is known otherwise can be asked for by its number:</p>
				<code>sightglass inflight JOB --checkpoint ID</code>
			</Empty>
		);
	}
	return (
		<AskBody>
			<h1>At which checkpoint?</h1>
			<table aria-label="Checkpoints, newest first">
				<thead>
					<tr>
						<th className="n">Number</th>
						<th>State</th>
						<th>Triggered</th>
					</tr>
				</thead>
				<tbody>
					{job.data.checkpoints.map((c) => (
						<tr key={String(c.id)}>
							<td className="n">
								<a className="link" href={link({ screen: "inflight", rec }, { cp: String(c.id) })}>
									{String(c.id)}
								</a>
							</td>
							<td className={c.state === "failed" ? "c-drop" : "mid"}>{c.state}</td>
							<td>{c.triggered !== undefined && <TimeText t={c.triggered} />}</td>
						</tr>
					))}
				</tbody>
			</table>
		</AskBody>
	);
}

function Answer({ rec, name }: { readonly rec: string; readonly name: InFlightName }) {
	const query = useQuery(inFlightQuestion(rec, name));
	const report = query.data;
	if (report === undefined) {
		if (query.isError) return <Failed what="What was in flight" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="what was in flight" />;
	}
	return (
		<AskBody>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<Headline report={report} />
			{report.items.length === 0 ? (
				<Empty title="No channel of it is recorded" icon="barrier">
					<p>Sources and what is chained have no channel before them; the others need an agent at one of their ends.</p>
				</Empty>
			) : (
				<Channels rec={rec} channels={report.items} />
			)}
			{report.notes.map((n) => (
				<p key={n.text} className={styles.note}>
					<Icon name="gap" size="s" className="c-late" /> {n.text}. <span className="dim">{n.hint}</span>
				</p>
			))}
		</AskBody>
	);
}

function Headline({ report: r }: { readonly report: InFlight }) {
	return (
		<>
			<h1>
				{plural(r.waiting, "element")} in flight, {count(r.overtaken)} overtaken{" "}
				<span className="dim">
					at checkpoint {String(r.checkpoint)}
					{r.state !== undefined && `, ${r.state}`}
				</span>
			</h1>
			<p className="mid">
				{r.proven ? (
					<Verdict kind="proven">both ends of every channel are recorded</Verdict>
				) : (
					<Verdict kind="unproven">of a channel one end is not recorded</Verdict>
				)}{" "}
				counted {r.at === undefined ? "when each sender passed the barrier" : <TimeText t={r.at} digits={6} />}
				{r.triggered !== undefined && (
					<>
						, triggered <TimeText t={r.triggered} />
					</>
				)}
			</p>
		</>
	);
}

const looks: Readonly<Record<InFlightChannel["state"], readonly [Tone, IconName, string]>> = {
	aligned: ["ok", "ok", "all that was sent before the barrier was taken in before the snapshot"],
	unaligned: ["wm", "barrier", "the barrier went past what lay before it; that is kept in the checkpoint"],
	"on-the-way": ["plain", "wait", "the receiver has not taken its snapshot, as far as is recorded"],
	"no-sender": ["late", "unknown", "what the sender had sent is not recorded"],
	recovering: ["plain", "restart", "one end was still taking in what a checkpoint before had kept: the numbers do not compare"],
	unequal: ["drop", "failed", "the counts of both ends differ"],
};

function Channels({ rec, channels }: { readonly rec: string; readonly channels: readonly InFlightChannel[] }) {
	// What holds something stands first.
	const weight = (c: InFlightChannel) => c.waiting.elements + c.overtaken.elements;
	const sorted = [...channels].sort((a, b) => Number(weight(b) - weight(a)));
	const shown = sorted.slice(0, 500);
	return (
		<Panel title={plural(channels.length, "channel")} about="the fullest first">
			<Scroll label="Channels at the checkpoint">
				<table aria-label="Channels at the checkpoint">
					<thead>
						<tr>
							<th>From</th>
							<th>To</th>
							<th>Barrier</th>
							<th className="n">Sent before it</th>
							<th>In flight</th>
							<th>Overtaken</th>
							<th className="n" title="From the sender's snapshot to the barrier's arrival; two machines' clocks may be in it">
								Travelled
							</th>
							<th className="n" title="How long the channel stood still until the other barriers had come">
								Stood still
							</th>
							<th className="n">Arrived</th>
						</tr>
					</thead>
					<tbody>
						{shown.map((c) => {
							const [tone, icon, about] = looks[c.state];
							return (
								<tr key={c.channel}>
									<td title={c.from.task}>
										{c.from.task || "not known"} <span className="mono dim">#{c.from.subtask}</span>
									</td>
									<td title={c.to.task}>
										{c.to.task || "not known"} <span className="mono dim">#{c.to.subtask}</span>
									</td>
									<td>
										<Chip tone={tone} icon={icon} title={about}>
											{c.state}
										</Chip>{" "}
										{c.last && (
											<Chip tone="late" icon="clock" title="Of the receiver's channels the barrier of this one came last">
												came last
											</Chip>
										)}
									</td>
									<td className="n">{count(c.sent)}</td>
									<td>
										<Some rec={rec} of={c.waiting} />
									</td>
									<td>
										<Some rec={rec} of={c.overtaken} />
									</td>
									<td className="n">{c.travel_us === undefined ? "" : <Amount q={duration(Number(c.travel_us) / 1000)} />}</td>
									<td className="n">{c.waited_us === undefined ? "" : <Amount q={duration(Number(c.waited_us) / 1000)} />}</td>
									<td className="n">
										{c.arrived !== undefined && (
											<a
												className="link"
												href={link({ screen: "timeline", rec }, { win: around(c.arrived) })}
												title={`The timeline around ${toRfc3339(c.arrived)}, ${written(duration(2_000))} wide`}
											>
												<TimeText t={c.arrived} />
											</a>
										)}
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			</Scroll>
			{sorted.length > shown.length && <p className={styles.note}>and {count(sorted.length - shown.length)} more: choose an operator</p>}
		</Panel>
	);
}

function around<T extends bigint>(t: T) {
	return { from: (t - 1_000_000n) as T, to: (t + 1_000_000n) as T };
}

/** How many elements, with the journeys of the first and the last. */
function Some({ rec, of }: { readonly rec: string; readonly of: Elements }) {
	if (of.elements === 0n) return <span className="dim">0</span>;
	const to = (record: string, word: string) => (
		<a className="link" href={link({ screen: "journey", rec, record })} title={record}>
			{word}
		</a>
	);
	return (
		<span className={styles.stretch}>
			{count(of.elements)} {of.first !== undefined && to(of.first, of.elements === 1n ? "it" : "first")}{" "}
			{of.last !== undefined && of.elements > 1n && to(of.last, "last")}
		</span>
	);
}

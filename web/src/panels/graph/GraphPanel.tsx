import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Graph, Job, JobDetail, Live } from "../../api/job";
import { hasEnded, useLiveJob } from "../../api/live";
import { toProblem } from "../../api/problem";
import { jobQuestion, jobsQuestion } from "../../api/questions";
import { Samples } from "../../base/history";
import { count, duration, plural, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { Charts } from "./Charts";
import styles from "./GraphPanel.module.css";
import { GraphTree } from "./GraphTree";
import { type OtherUse, Picture } from "./Picture";
import { Side } from "./Side";
import { flowOrder, formatSelected, parseSelected, type Selected } from "./topology";

/** How far back the charts go. */
const chartSpan = 300_000;
/** Other jobs that are asked for the topics they share; more would be a burden on a large fleet. */
const mostOthers = 24;

type Props = { readonly job: string; readonly state: ViewState };

export default function GraphPanel({ job: id, state }: Props) {
	const query = useQuery(jobQuestion(id));
	const detail = query.data;
	if (detail === undefined) {
		if (query.isError) return <Failed what={`Job ${shortId(id)}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={60} label="the job" />;
	}
	return <JobGraph detail={detail} state={state} />;
}

type Charted = { readonly rates: Samples; readonly lags: Samples };

/** What the charts show: records per second of sources and sinks, and how far each chain's watermark is behind. */
function sample(charted: Charted, { graph, job }: Live, at: number): void {
	charted.rates.add(at, new Map([["in", job.in_per_s] as const, ["out", job.out_per_s] as const]));
	charted.lags.add(
		at,
		new Map(
			graph.vertices.map(
				(v) => [v.operators[0]?.name ?? v.name, v.watermark_lag_ms === undefined ? undefined : Number(v.watermark_lag_ms) / 1000] as const,
			),
		),
	);
}

function JobGraph({ detail, state }: { readonly detail: JobDetail; readonly state: ViewState }) {
	const ended = hasEnded(detail.state) || detail.state === "last-seen";
	const charted = useRef<Charted>({ rates: new Samples(chartSpan), lags: new Samples(chartSpan) });
	const [attempt, setAttempt] = useState(0);
	const [version, setVersion] = useState(0);
	const onLive = useCallback((live: Live, at: number) => {
		sample(charted.current, live, at);
		setVersion((n) => n + 1);
	}, []);
	const live = useLiveJob(detail.id, !ended, onLive, attempt);
	const job: Job = live.latest?.job ?? detail;
	const graph: Graph = live.latest?.graph ?? detail.graph;
	const broken = live.state.phase === "broken" ? live.state : undefined;
	const others = useOthers(detail.id, graph);

	const selected = useMemo(() => parseSelected(state.sel), [state.sel]);
	const select = useCallback(
		(s: Selected | undefined) => refine({ sel: s === undefined ? undefined : formatSelected(s), tab: undefined }),
		[],
	);
	const order = useMemo(() => walk(graph), [graph]);
	const step = (by: number) => {
		const at = order.findIndex((s) => formatSelected(s) === state.sel);
		const next = order[at < 0 ? (by > 0 ? 0 : order.length - 1) : Math.max(0, Math.min(order.length - 1, at + by))];
		if (next !== undefined) select(next);
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("close", () => select(undefined), selected !== undefined);
	useCommand("open", () => go(eventsLink(detail.id, graph, selected)));
	useCommand("tree", () => refine({ view: state.view === "tree" ? undefined : "tree" }));

	const tools = (
		<Segmented
			label="Form of the graph"
			value={state.view ?? "picture"}
			choices={[
				{ value: "picture", label: "Picture" },
				{ value: "tree", label: "As tree" },
			]}
			onChange={(v) => refine({ view: v === "tree" ? "tree" : undefined })}
		/>
	);
	return (
		<div className={styles.page}>
			{broken !== undefined && (
				<StaleBanner since={live.at} reason={broken.problem.title} retryAt={broken.retryAt} onRetry={() => setAttempt((n) => n + 1)} />
			)}
			<Facts job={job} detail={detail} ended={ended} />
			<div className={styles.grid}>
				<section className={styles.picture} aria-label="Job graph">
					<h1 className="hide">Graph of {detail.name}</h1>
					{graph.vertices.length === 0 ? (
						<Empty title="No graph yet" icon="graph">
							<p>
								The job graph comes with the first block of the JobManager's agent, or is put together when tasks begin. Is the second line
								in Flink's configuration as well?
							</p>
							<a className="btn" href={link({ screen: "agents" })}>
								Agents and their self-test
							</a>
						</Empty>
					) : state.view === "tree" ? (
						<GraphTree graph={graph} selected={selected} onSelect={select} tools={tools} />
					) : (
						<Picture graph={graph} selected={selected} onSelect={select} others={others} stale={broken !== undefined} tools={tools} />
					)}
					{graph.inferred && graph.vertices.length > 0 && (
						<p className={styles.inferred}>
							<Icon name="warning" size="s" className="c-late" /> The JobManager has no agent: this graph is put together from what tasks
							sent, and may miss edges that nothing has passed yet.
						</p>
					)}
				</section>
				<Charts rates={charted.current.rates} lags={charted.current.lags} version={version} ended={ended} />
				<Side
					detail={detail}
					graph={graph}
					others={others}
					selected={selected}
					tab={state.tab}
					onClose={() => select(undefined)}
					onSelect={select}
				/>
			</div>
		</div>
	);
}

/** Everything that can be selected by keys, in the order of the flow. */
function walk(graph: Graph): readonly Selected[] {
	return flowOrder(graph).flatMap(({ vertex }): Selected[] => [
		{ kind: "vertex", id: vertex.id },
		...(vertex.operators.length > 1
			? vertex.operators.map((o): Selected => ({ kind: "operator", vertex: vertex.id, index: o.index }))
			: []),
	]);
}

/** The events of what is selected. */
export function eventsLink(rec: string, graph: Graph, s: Selected | undefined): string {
	const page = { screen: "events", rec } as const;
	const by = (op: string | undefined, more = "") =>
		link(page, op === undefined || op === "" ? {} : { filter: `op == ${JSON.stringify(op)}${more}` });
	switch (s?.kind) {
		case "vertex":
			return by(graph.vertices.find((v) => v.id === s.id)?.operators[0]?.slug);
		case "operator":
			return by(graph.vertices.find((v) => v.id === s.vertex)?.operators.find((o) => o.index === s.index)?.slug);
		case "edge":
			return by(graph.edges.find((e) => e.id === s.id && e.to === s.to)?.from_operator, ' && kind == "record"');
		case "topic": {
			const use = graph.topics.find((t) => t.topic === s.topic);
			return by(use?.operator, use?.role === "written" ? ' && kind == "written"' : ' && kind == "source-record"');
		}
		case undefined:
			return link(page);
	}
}

/** What other jobs do with the topics of this one. */
function useOthers(id: string, graph: Graph): ReadonlyMap<string, readonly OtherUse[]> {
	const jobs = useQuery({ ...jobsQuestion(), refetchInterval: 10_000 });
	const ids = (jobs.data ?? []).filter((j) => j.id !== id).slice(0, mostOthers);
	const details = useQueries({ queries: ids.map((j) => ({ ...jobQuestion(j.id), refetchInterval: 30_000, staleTime: 15_000 })) });
	const topics = [...new Set(graph.topics.map((t) => t.topic))];
	const key = JSON.stringify([topics, details.map((d) => d.data?.graph.topics.map((t) => [d.data.id, t.topic, t.role]))]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: key stands for what the answers say about topics
	return useMemo(() => {
		const out = new Map<string, OtherUse[]>();
		for (const { data } of details) {
			for (const use of data?.graph.topics ?? []) {
				if (data === undefined || !topics.includes(use.topic)) continue;
				const list = out.get(use.topic) ?? [];
				if (!list.some((o) => o.job === data.id && o.role === use.role)) list.push({ job: data.id, name: data.name, role: use.role });
				out.set(use.topic, list);
			}
		}
		return out;
	}, [key]);
}

function Facts({ job, detail, ended }: { readonly job: Job; readonly detail: JobDetail; readonly ended: boolean }) {
	const { checks } = detail;
	return (
		<div className={styles.facts}>
			<span>Flink {job.flink || "not known"}</span>
			{job.type !== "" && <span>{job.type}</span>}
			<span>parallelism {job.parallelism}</span>
			<span>{plural(job.subtasks, "subtask")}</span>
			{job.started !== undefined && (
				<span>
					since <TimeText t={job.started} digits={0} />
				</span>
			)}
			{ended && job.ended !== undefined && (
				<span>
					until <TimeText t={job.ended} digits={0} />
				</span>
			)}
			{job.attempts_restarted > 0 && <span className="c-late">{plural(job.attempts_restarted, "attempt")} restarted</span>}
			<button type="button" className="link" onClick={() => refine({ sel: undefined, tab: "channels" })}>
				{checks.unequal > 0n ? (
					<span className="c-drop">
						<Icon name="warning" size="s" /> {count(checks.unequal)} of {count(checks.compared)} counters differ at barriers
					</span>
				) : checks.compared === 0n ? (
					<span className="dim">no barrier compared yet</span>
				) : (
					<span className="c-ok">
						<Icon name="equal" size="s" /> {count(checks.compared)} counters equal at barriers
					</span>
				)}
			</button>
			<span className={styles.end}>
				{job.watermark !== undefined && (
					<span className="c-wm">
						<Icon name="watermark" size="s" /> watermark <TimeText t={job.watermark} />
						{job.watermark_lag_ms !== undefined && `, ${written(duration(Number(job.watermark_lag_ms)))} behind`}
					</span>
				)}
				<a className="btn" href={link({ screen: "entity", id: `job:${detail.name}` })}>
					<Icon name="catalog" size="s" />
					In the catalog
				</a>
				<a className="btn" href={link({ screen: "events", rec: detail.id })}>
					<Icon name="recording" size="s" />
					Recording {shortId(detail.id)}
				</a>
			</span>
		</div>
	);
}

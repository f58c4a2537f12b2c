import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Job } from "../../api/job";
import { toProblem } from "../../api/problem";
import { jobsQuestion, statusQuestion } from "../../api/questions";
import { Samples } from "../../base/history";
import { count, plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import { Empty, Failed, Lines, SkeletonRows, StaleBanner } from "../../widgets/states";
import { Activity } from "./Activity";
import { Charts } from "./Charts";
import { columns } from "./columns";
import styles from "./FleetPanel.module.css";
import { type Health, healthLook, healthOf, reasons, worstFirst } from "./health";
import { ToLookAt } from "./ToLookAt";

/** How far back charts and little lines go. */
const seenSpan = 300_000;

export function FleetPanel({ state }: { readonly state: ViewState }) {
	const all = state.runs === "all";
	const query = useQuery(jobsQuestion(all));
	const jobs = query.data;
	const seen = useSeen(jobs, query.dataUpdatedAt);
	if (jobs === undefined) {
		if (query.isError) return <Failed what="The jobs" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="jobs" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{jobs.length === 0 ? <NoJobs /> : <Jobs jobs={jobs} state={state} seen={seen} version={query.dataUpdatedAt} stale={query.isError} />}
		</div>
	);
}

/** Rates and watermarks of every job since the page was opened: the answer holds the present only. */
export type Seen = { readonly rates: Samples; readonly lags: Samples };

function useSeen(jobs: readonly Job[] | undefined, at: number): Seen {
	const [seen] = useState<Seen>(() => ({ rates: new Samples(seenSpan), lags: new Samples(seenSpan) }));
	useMemo(() => {
		if (jobs === undefined) return;
		const lag = (j: Job) => (j.watermark_lag_ms === undefined ? undefined : Number(j.watermark_lag_ms) / 1000);
		seen.rates.add(at, new Map(jobs.map((j) => [j.id, j.in_per_s])));
		seen.lags.add(at, new Map(jobs.map((j) => [j.id, lag(j)])));
	}, [jobs, at, seen]);
	return seen;
}

/** Nothing is attached yet: the line that goes into Flink's configuration. */
function NoJobs() {
	const status = useQuery(statusQuestion);
	return (
		<Empty title="No job is attached yet" icon="fleet">
			<p>
				A Flink cluster records itself as soon as the agent is on its command line. These lines go into <code>conf/config.yaml</code> (Flink
				1.x before 1.19: <code>flink-conf.yaml</code>); then start the processes again.
			</p>
			{status.data !== undefined && status.data.flink_lines.length > 0 && (
				<Lines lines={status.data.flink_lines} label="the lines for Flink's configuration" />
			)}
			{status.isError && <p className="c-late">The server did not say which lines: {toProblem(status.error).title}.</p>}
			<p className="mid">
				Or let the command do it: <code>sightglass attach --flink-home DIR --write</code>. It shows the change first when asked without{" "}
				<code>--write</code>, and <code>sightglass detach</code> takes it back. To see a job at once: <code>sightglass demo</code>.
			</p>
			{status.data !== undefined && (
				<p className="dim">
					Listening for agents on <code>{status.data.agent_listen}</code>; {plural(status.data.agents, "agent")} connected. This page shows
					jobs by itself when they arrive.
				</p>
			)}
		</Empty>
	);
}

const order: readonly Health[] = ["running", "look", "failed", "ended"];

type JobsProps = {
	readonly jobs: readonly Job[];
	readonly state: ViewState;
	readonly seen: Seen;
	readonly version: number;
	readonly stale: boolean;
};

function Jobs({ jobs, state, seen, version, stale }: JobsProps) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(state.filter ?? "");
	useEffect(() => setTyped(state.filter ?? ""), [state.filter]);
	const filter = (state.filter ?? "").trim().toLowerCase();
	const sort = readSort(state.sort);
	const table = useMemo(() => columns(seen.rates), [seen]);
	const shown = useMemo(() => {
		const found = jobs.filter((j) => filter === "" || `${j.name} ${j.state} ${j.id}`.toLowerCase().includes(filter));
		return sortRows(worstFirst(found), table, sort);
	}, [jobs, filter, table, sort]);
	const selected = shown.find((j) => j.id === state.sel) ?? shown[0];
	const needs = jobs.filter((j) => reasons(j).length > 0);
	const step = (by: number) => {
		const i = selected === undefined ? -1 : shown.indexOf(selected);
		const next = shown[Math.max(0, Math.min(shown.length - 1, i + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	const open = (job: Job | undefined) => job !== undefined && go(link({ screen: "graph", job: job.id }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ filter: undefined }), filter !== "");
	const rate = jobs.reduce((sum, j) => sum + j.in_per_s, 0);
	return (
		<div className={styles.fleet}>
			<div className={styles.main}>
				<div className={styles.headline}>
					<h1>{headline(jobs.length, needs.length)}</h1>
					<ul className={styles.legend}>
						{order.map((h) => {
							const n = jobs.filter((j) => healthOf(j) === h).length;
							if (n === 0) return null;
							return (
								<li key={h}>
									<Icon name={healthLook[h].icon} className={healthLook[h].tone} /> {n} {healthLook[h].word}
								</li>
							);
						})}
					</ul>
				</div>
				<div className={styles.bar}>
					<div className="filter grow">
						<Icon name="filter" className="dim" />
						<input
							ref={field}
							aria-label="Filter jobs by name, state or id"
							placeholder="name, state or id"
							value={typed}
							onChange={(e) => {
								setTyped(e.currentTarget.value);
								refine({ filter: e.currentTarget.value });
							}}
							onKeyDown={(e) => e.key === "Enter" && open(shown[0])}
						/>
						<kbd>/</kbd>
					</div>
					<Segmented
						label="Runs"
						value={state.runs === "all" ? "all" : "newest"}
						choices={[
							{ value: "newest", label: "newest runs" },
							{ value: "all", label: "all runs" },
						]}
						onChange={(v) => refine({ runs: v === "all" ? "all" : undefined })}
					/>
					<span className="dim nowrap">{sort === undefined ? "worst first" : "sorted by column"}</span>
				</div>
				<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Jobs">
					<div className="scroll">
						<DataTable
							label="Jobs"
							columns={table}
							rows={shown}
							rowId={(j) => j.id}
							{...(sort === undefined ? {} : { sort })}
							onSort={(next) => refine({ sort: writeSort(next) })}
							{...(selected === undefined ? {} : { selected: selected.id })}
							onSelect={(id) => refine({ sel: id })}
							onOpen={open}
						/>
						{shown.length === 0 && (
							<Empty title="No job has that in its name, state or id" icon="filter">
								<button type="button" className="btn" onClick={() => refine({ filter: undefined })}>
									Show all {jobs.length}
								</button>
							</Empty>
						)}
					</div>
					<footer className={styles.foot}>
						<span>{plural(jobs.length, "job")}</span>
						<span>{count(Math.round(rate))} records/s in</span>
					</footer>
				</section>
				{selected !== undefined && <Activity key={selected.id} job={selected} />}
				<Charts jobs={shown} seen={seen} version={version} />
			</div>
			<ToLookAt jobs={worstFirst(jobs)} />
		</div>
	);
}

function headline(jobs: number, needs: number): string {
	if (needs === 0) return jobs === 1 ? "The job runs as it should" : `All ${jobs} jobs run as they should`;
	return `${needs} of ${plural(jobs, "job")} ${needs === 1 ? "needs" : "need"} a look`;
}

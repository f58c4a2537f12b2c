import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { toProblem } from "../../api/problem";
import type { Process } from "../../api/process";
import { agentsQuestion, statusQuestion } from "../../api/questions";
import { plural } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { refine } from "../../model/navigation";
import { DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, Lines, SkeletonRows, StaleBanner } from "../../widgets/states";
import styles from "./AgentsPanel.module.css";
import { Checks } from "./Checks";
import { Counters } from "./Counters";
import { hookColumns, processColumns } from "./columns";
import { missingHooks, roleName, worstHooksFirst, worstProcessesFirst } from "./looks";

/** The processes that record, what their agents found in them, and the server's own examination. */
export default function AgentsPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(agentsQuestion);
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The agents" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="agents" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.length === 0 ? <NoAgents /> : <Agents processes={query.data} state={state} stale={query.isError} />}
		</div>
	);
}

function NoAgents() {
	const status = useQuery(statusQuestion);
	return (
		<Empty title="No agent has reported itself" icon="agent">
			<p>
				An agent lives in each Flink process that has these lines in its <code>conf/config.yaml</code>; it connects when the process starts.
			</p>
			{status.data !== undefined && status.data.flink_lines.length > 0 && (
				<Lines lines={status.data.flink_lines} label="the lines for Flink's configuration" />
			)}
			{status.data !== undefined && (
				<p className="dim">
					The server listens for agents on <code>{status.data.agent_listen}</code>. Not there in spite of the lines? The standard output of
					the process says why, on lines that begin with <code>[sightglass]</code>.
				</p>
			)}
			{status.isError && <p className="c-late">The server did not say which lines: {toProblem(status.error).title}.</p>}
		</Empty>
	);
}

function headline(processes: readonly Process[]): string {
	const off = processes.filter((p) => p.off).length;
	if (off > 0) return `${off} of ${plural(processes.length, "process", "processes")} ${off === 1 ? "has" : "have"} recording switched off`;
	const connected = processes.filter((p) => p.connected).length;
	if (connected === 0) return `None of ${plural(processes.length, "process", "processes")} is connected`;
	return `${plural(connected, "process", "processes")} ${connected === 1 ? "records" : "record"}`;
}

type Props = { readonly processes: readonly Process[]; readonly state: ViewState; readonly stale: boolean };

function Agents({ processes, state, stale }: Props) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(state.filter ?? "");
	useEffect(() => setTyped(state.filter ?? ""), [state.filter]);
	const filter = (state.filter ?? "").trim().toLowerCase();
	const sort = readSort(state.sort);
	const shown = useMemo(() => {
		const found = processes.filter(
			(p) => filter === "" || `${p.host} ${p.role} ${p.pid} ${p.flink} ${p.process}`.toLowerCase().includes(filter),
		);
		return sortRows(worstProcessesFirst(found), processColumns, sort);
	}, [processes, filter, sort]);
	const selected = shown.find((p) => p.process === state.sel) ?? shown[0];
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, (selected === undefined ? -1 : shown.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.process });
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ filter: undefined }), filter !== "");
	const missing = processes.reduce((sum, p) => sum + missingHooks(p), 0);
	const lost = processes.reduce((sum, p) => sum + p.counters.lost_events, 0n);
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>{headline(processes)}</h1>
				<span className="mid">
					<Icon name={missing === 0 ? "ok" : "warning"} className={missing === 0 ? "c-ok" : "c-drop"} />{" "}
					{missing === 0 ? "no hook missing" : `${plural(missing, "hook")} missing`}
				</span>
				<span className="mid">
					<Icon name={lost === 0n ? "ok" : "gap"} className={lost === 0n ? "c-ok" : "c-late"} />{" "}
					{lost === 0n ? "nothing lost" : `${plural(lost, "event")} lost`}
				</span>
				<div className="filter grow" style={{ maxWidth: 340, marginLeft: "auto" }}>
					<Icon name="filter" className="dim" />
					<input
						ref={field}
						aria-label="Filter processes by host, role, pid or version"
						placeholder="host, role, pid or version"
						value={typed}
						onChange={(e) => {
							setTyped(e.currentTarget.value);
							refine({ filter: e.currentTarget.value });
						}}
					/>
					<kbd>/</kbd>
				</div>
			</div>
			<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Processes">
				<div className="scroll">
					<DataTable
						label="Processes"
						columns={processColumns}
						rows={shown}
						rowId={(p) => p.process}
						{...(sort === undefined ? {} : { sort })}
						onSort={(next) => refine({ sort: writeSort(next) })}
						{...(selected === undefined ? {} : { selected: selected.process })}
						onSelect={(id) => refine({ sel: id })}
					/>
					{shown.length === 0 && (
						<Empty title="No process has that in its host, role, pid or version" icon="filter">
							<button type="button" className="btn" onClick={() => refine({ filter: undefined })}>
								Show all {processes.length}
							</button>
						</Empty>
					)}
				</div>
			</section>
			{selected !== undefined && <Hooks process={selected} />}
			<Scroll className={styles.side} label="Counters and checks">
				{selected !== undefined && <Counters process={selected} />}
				<Checks />
			</Scroll>
		</div>
	);
}

/** The self-test of one process: which places in Flink its agent is in. */
function Hooks({ process: p }: { readonly process: Process }) {
	const hooks = useMemo(() => worstHooksFirst(p.hooks), [p.hooks]);
	return (
		<Panel title={`Hooks in ${p.host}`} about={`${roleName(p.role)}, pid ${p.pid}`} className={styles.hooks ?? ""}>
			{p.off && (
				<p className={styles.off} role="alert">
					<Icon name="failed" className="c-drop" />
					<span>
						<b className="strong">Recording is switched off in this process.</b> {p.reason ?? "The agent gave no reason."}
					</span>
				</p>
			)}
			{hooks.length === 0 ? (
				<Empty title="This agent has not reported its hooks" icon="agent">
					<p>It does so when it has connected, and again at each change.</p>
				</Empty>
			) : (
				<Scroll label={`Hooks in ${p.host}`}>
					<DataTable label={`Hooks in ${p.host}`} columns={hookColumns} rows={hooks} rowId={(h) => `${h.id} ${h.class}`} />
				</Scroll>
			)}
		</Panel>
	);
}

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { hasEnded } from "../../api/live";
import { toProblem } from "../../api/problem";
import { recordingsQuestion, statusQuestion } from "../../api/questions";
import type { Recording } from "../../api/recording";
import { count, plural, size, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { PinForm } from "../../pins/PinForm";
import { PinList } from "../../pins/PinList";
import { LinkList } from "../../share/LinkList";
import { ShareButton } from "../../share/ShareButton";
import { DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, Lines, SkeletonRows, StaleBanner } from "../../widgets/states";
import { columns } from "./columns";
import styles from "./RecordingsPanel.module.css";

/** What is kept: every run with its size and its gaps. */
export default function RecordingsPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(recordingsQuestion);
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The recordings" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="recordings" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.length === 0 ? <NoRecordings /> : <Recordings recordings={query.data} state={state} stale={query.isError} />}
		</div>
	);
}

function NoRecordings() {
	const status = useQuery(statusQuestion);
	return (
		<Empty title="Nothing is recorded yet" icon="recording">
			<p>
				A recording begins by itself with the first record of a job whose processes have the agent on their command line. These lines go
				into <code>conf/config.yaml</code>; then start the processes again.
			</p>
			{status.data !== undefined && status.data.flink_lines.length > 0 && (
				<Lines lines={status.data.flink_lines} label="the lines for Flink's configuration" />
			)}
			{status.isError && <p className="c-late">The server did not say which lines: {toProblem(status.error).title}.</p>}
			<p className="mid">
				To see one at once: <code>sightglass demo</code>.
			</p>
		</Empty>
	);
}

/** What is being recorded first, then the newest. */
export function newestFirst(list: readonly Recording[]): readonly Recording[] {
	const still = (r: Recording) => Number(hasEnded(r.state) || r.state === "last-seen");
	const at = (r: Recording) => r.started ?? 0n;
	return [...list].sort((a, b) => still(a) - still(b) || Number(at(b) - at(a)) || a.job.localeCompare(b.job));
}

type Props = { readonly recordings: readonly Recording[]; readonly state: ViewState; readonly stale: boolean };

function Recordings({ recordings, state, stale }: Props) {
	const field = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(state.filter ?? "");
	useEffect(() => setTyped(state.filter ?? ""), [state.filter]);
	const filter = (state.filter ?? "").trim().toLowerCase();
	const sort = readSort(state.sort);
	const shown = useMemo(() => {
		const found = recordings.filter((r) => filter === "" || `${r.job} ${r.state} ${r.id} ${r.flink}`.toLowerCase().includes(filter));
		return sortRows(newestFirst(found), columns, sort);
	}, [recordings, filter, sort]);
	const selected = shown.find((r) => r.id === state.sel) ?? shown[0];
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, (selected === undefined ? -1 : shown.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	const open = (r: Recording | undefined) => r !== undefined && go(link({ screen: "events", rec: r.id }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ filter: undefined }), filter !== "");
	const bytes = recordings.reduce((sum, r) => sum + r.bytes, 0n);
	const events = recordings.reduce((sum, r) => sum + r.events, 0n);
	const gaps = recordings.reduce((sum, r) => sum + r.gaps, 0);
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>
					{plural(recordings.length, "recording")}, {written(size(bytes))}
				</h1>
				<span className="mid">
					{gaps === 0 ? (
						<>
							<Icon name="ok" className="c-ok" /> nothing is missing in any of them
						</>
					) : (
						<>
							<Icon name="gap" className="c-late" /> {plural(gaps, "gap")} in{" "}
							{plural(recordings.filter((r) => r.gaps > 0).length, "recording")}
						</>
					)}
				</span>
			</div>
			<div className="filter">
				<Icon name="filter" className="dim" />
				<input
					ref={field}
					aria-label="Filter recordings by job, state, Flink version or id"
					placeholder="job, state, Flink version or id"
					value={typed}
					onChange={(e) => {
						setTyped(e.currentTarget.value);
						refine({ filter: e.currentTarget.value });
					}}
					onKeyDown={(e) => e.key === "Enter" && open(shown[0])}
				/>
				<kbd>/</kbd>
			</div>
			<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Recordings">
				<div className="scroll">
					<DataTable
						label="Recordings"
						columns={columns}
						rows={shown}
						rowId={(r) => r.id}
						{...(sort === undefined ? {} : { sort })}
						onSort={(next) => refine({ sort: writeSort(next) })}
						{...(selected === undefined ? {} : { selected: selected.id })}
						onSelect={(id) => refine({ sel: id })}
						onOpen={open}
					/>
					{shown.length === 0 && (
						<Empty title="No recording has that in its job, state, version or id" icon="filter">
							<button type="button" className="btn" onClick={() => refine({ filter: undefined })}>
								Show all {recordings.length}
							</button>
						</Empty>
					)}
				</div>
				<footer className={styles.foot}>
					<span>{shown.length === recordings.length ? "all" : `${shown.length} of ${recordings.length}`} shown</span>
					<span>{count(events)} events</span>
					<span>{sort === undefined ? "running first, then the newest" : "sorted by column"}</span>
				</footer>
			</section>
			{selected !== undefined && (
				<Panel title="Keep or share a recording" about="the selected one">
					<PinForm
						key={selected.id}
						rec={selected.id}
						what={
							<>
								all of {selected.job} <span className="mono dim">{shortId(selected.id)}</span>
							</>
						}
					/>
					<div className={styles.share}>
						<ShareButton key={selected.id} rec={selected.id} word="Share it" />
					</div>
				</Panel>
			)}
			<PinList />
			<LinkList />
		</div>
	);
}

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ProblemError, toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { cancelReplay, isOver, type Replay, removeReplay, replayAction, replaysQuestion } from "../../api/replay";
import { duration, plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { ReplayProgress } from "../../replays/ReplayProgress";
import { ReplayVerdict } from "../../replays/ReplayVerdict";
import { Amount } from "../../widgets/Amount";
import { type Column, DataTable } from "../../widgets/DataTable";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./ReplaysPanel.module.css";

/** Replays that wait, run or are over, newest first. */
export default function ReplaysPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(replaysQuestion);
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The replays" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="replays" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.length === 0 ? (
				<Empty title="Nothing was replayed yet" icon="restart">
					<p>
						A recorded task runs again with its inputs, clocks and random numbers, and is held against what it did. Open an event, a
						record's journey, an exception or an attempt, and choose Replay.
					</p>
					<p className="mid">
						In a terminal: <code>sightglass replay POSITION</code>.
					</p>
				</Empty>
			) : (
				<Replays replays={query.data} state={state} stale={query.isError} />
			)}
		</div>
	);
}

type Props = { readonly replays: readonly Replay[]; readonly state: ViewState; readonly stale: boolean };

function Replays({ replays, state, stale }: Props) {
	const client = useQueryClient();
	const principal = useQuery(principalQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const [busy, setBusy] = useState(false);
	const may = principal.data?.actions.includes(replayAction) === true;
	const selected = replays.find((r) => r.id === state.sel) ?? replays[0];
	const step = (by: number) => {
		const at = selected === undefined ? -1 : replays.indexOf(selected);
		const next = replays[Math.max(0, Math.min(replays.length - 1, at + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	const open = (r: Replay | undefined) => r !== undefined && go(link({ screen: "replay", id: r.id }));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	const end = async (r: Replay) => {
		setBusy(true);
		try {
			await (isOver(r) ? removeReplay(r.id) : cancelReplay(r.id));
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		} finally {
			setBusy(false);
			await client.invalidateQueries({ queryKey: replaysQuestion.queryKey });
		}
	};
	const waiting = replays.filter((r) => r.state === "queued").length;
	const running = replays.filter((r) => r.state === "running").length;
	const all: readonly Column<Replay>[] = [
		...columns,
		{
			id: "end",
			head: <span className="hide">End or remove</span>,
			cell: (r) => (
				<button
					type="button"
					className="btn quiet"
					disabled={busy || !may}
					title={may ? undefined : `needs the action ${replayAction}`}
					aria-label={`${isOver(r) ? "Remove" : "Cancel"} replay ${r.id}`}
					onClick={() => void end(r)}
				>
					{isOver(r) ? "Remove" : "Cancel"}
				</button>
			),
		},
	];
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>{plural(replays.length, "replay")}</h1>
				<span className="mid" role="status">
					{running === 0 && waiting === 0
						? "none runs"
						: `${running === 1 ? "one runs" : `${running} run`}, ${waiting} ${waiting === 1 ? "waits" : "wait"}`}
				</span>
			</div>
			{trouble !== undefined && <Failed what="The replay" head="That could not be done" trouble={trouble} />}
			<section className={stale ? "panel stale" : "panel"} aria-label="Replays">
				<div className="scroll">
					<DataTable
						label="Replays"
						columns={all}
						rows={replays}
						rowId={(r) => r.id}
						{...(selected === undefined ? {} : { selected: selected.id })}
						onSelect={(id) => refine({ sel: id })}
						onOpen={open}
					/>
				</div>
			</section>
		</div>
	);
}

const columns: readonly Column<Replay>[] = [
	{
		id: "id",
		head: "Replay",
		mono: true,
		cell: (r) => (
			<a className="link" href={link({ screen: "replay", id: r.id })}>
				{r.id}
			</a>
		),
	},
	{
		id: "task",
		head: "Of",
		cell: (r) => (
			<span className="cut" title={`${r.task}, subtask ${r.subtask}, attempt ${r.attempt}`}>
				<b className="strong">{r.operator}</b> <span className="mono dim">#{r.subtask}</span>, attempt {r.attempt}
			</span>
		),
	},
	{
		id: "job",
		head: "Job",
		cell: (r) => (
			<a className="link cut" href={link({ screen: "graph", job: r.recording })}>
				{r.job}
			</a>
		),
	},
	{
		id: "verdict",
		head: "Verdict",
		cell: (r) => (
			<span className="row">
				<ReplayVerdict of={r} />
				<ReplayProgress of={r} />
			</span>
		),
	},
	{ id: "asked", head: "Asked", cell: (r) => <TimeText t={r.created} digits={0} /> },
	{ id: "who", head: "By", cell: (r) => <span className="mid">{r.who}</span> },
	{
		id: "took",
		head: "Took",
		align: "right",
		cell: (r) => (r.began === undefined || r.ended === undefined ? "" : <Amount q={duration(Number((r.ended - r.began) / 1000n))} />),
	},
];

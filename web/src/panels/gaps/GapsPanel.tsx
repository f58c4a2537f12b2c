import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { toProblem } from "../../api/problem";
import { gapsQuestion, recordingQuestion } from "../../api/questions";
import type { Gap } from "../../api/recording";
import { count, duration, plural, size, written } from "../../base/quantity";
import { addMicros } from "../../base/time";
import { link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { writeFilter } from "../../model/filter";
import { go, refine } from "../../model/navigation";
import { DataTable, readSort, sortRows, writeSort } from "../../widgets/DataTable";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { columns, gapId, invocationsOf, lengthOf } from "./columns";
import styles from "./GapsPanel.module.css";
import { reasonOf } from "./reasons";

type Props = { readonly rec: string; readonly state: ViewState };

/** What a recording does not hold, and why. */
export default function GapsPanel({ rec, state }: Props) {
	const query = useQuery(gapsQuestion(rec));
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The gaps" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={6} height={31} label="gaps" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{query.data.length === 0 ? <NothingMissing rec={rec} /> : <Gaps rec={rec} gaps={query.data} state={state} stale={query.isError} />}
		</div>
	);
}

function NothingMissing({ rec }: { readonly rec: string }) {
	const recording = useQuery(recordingQuestion(rec)).data;
	return (
		<Empty title="Nothing is missing" icon="ok">
			<p>
				{recording === undefined
					? "No stretch of this recording is known to be absent."
					: `All ${count(recording.blocks)} blocks that were announced are here, with ${plural(recording.events, "event")}.`}{" "}
				Agents count what they could not send, and the server counts the numbers that it did not see: whatever either finds is listed here.
				Both ends of every channel are compared at barriers as well.
			</p>
			<p className="row">
				<a className="btn" href={link({ screen: "graph", job: rec }, { tab: "channels" })}>
					Compare the channels
				</a>
				<a className="btn" href={link({ screen: "events", rec })}>
					All events
				</a>
			</p>
		</Empty>
	);
}

type ListProps = { readonly rec: string; readonly gaps: readonly Gap[]; readonly state: ViewState; readonly stale: boolean };

function Gaps({ rec, gaps, state, stale }: ListProps) {
	const sort = readSort(state.sort);
	const shown = useMemo(() => sortRows(gaps, columns, sort), [gaps, sort]);
	const selected = shown.find((g) => gapId(g) === state.sel) ?? shown[0];
	const step = (by: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, (selected === undefined ? -1 : shown.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: gapId(next) });
	};
	const open = (g: Gap | undefined) => g !== undefined && go(eventsAround(rec, g));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	const events = gaps.reduce((sum, g) => sum + g.events, 0n);
	const bytes = gaps.reduce((sum, g) => sum + g.bytes, 0n);
	return (
		<div className={styles.body}>
			<div className={styles.headline}>
				<h1>
					{events === 0n
						? `${plural(gaps.length, "gap")} of unknown size`
						: `${plural(gaps.length, "gap")}, ${plural(events, "event")} not recorded`}
				</h1>
				<span className="mid">
					{bytes > 0n && `${written(size(bytes))}; `}answers across {gaps.length === 1 ? "it" : "them"} are not proven
				</span>
			</div>
			<section className={stale ? `panel ${styles.table} stale` : `panel ${styles.table}`} aria-label="Gaps">
				<div className="scroll">
					<DataTable
						label="Gaps"
						columns={columns}
						rows={shown}
						rowId={gapId}
						{...(sort === undefined ? {} : { sort })}
						onSort={(next) => refine({ sort: writeSort(next) })}
						{...(selected === undefined ? {} : { selected: gapId(selected) })}
						onSelect={(id) => refine({ sel: id })}
						onOpen={open}
					/>
				</div>
			</section>
			{selected !== undefined && <About rec={rec} gap={selected} />}
		</div>
	);
}

const aroundMicros = 2_000_000n;

/** The events of the same task a little before and after. */
function eventsAround(rec: string, g: Gap): string {
	const filter = writeFilter({
		...(g.operator === undefined || g.operator === "" ? {} : { op: g.operator }),
		...(g.subtask === undefined || g.subtask < 0 ? {} : { subtask: g.subtask }),
	});
	const win = {
		...(g.from === undefined ? {} : { from: addMicros(g.from, -aroundMicros) }),
		...(g.to === undefined ? {} : { to: addMicros(g.to, aroundMicros) }),
	};
	return link(
		{ screen: "events", rec },
		{ ...(filter === "" ? {} : { filter }), ...(g.from === undefined && g.to === undefined ? {} : { win }) },
	);
}

function About({ rec, gap: g }: { readonly rec: string; readonly gap: Gap }) {
	const reason = reasonOf(g.reason);
	const ms = lengthOf(g);
	return (
		<Panel
			title={
				<>
					<Icon name="gap" className="c-late" /> {g.reason}
				</>
			}
			className={styles.side ?? ""}
		>
			<div className={styles.about}>
				<div className={`${styles.mark} hatch`} aria-hidden="true" />
				{g.text !== "" && <p className="strong">{g.text}</p>}
				<p>{reason.about}</p>
				<dl className="kv">
					<dt>Where</dt>
					<dd>
						{g.task || "the whole process"}
						{g.subtask !== undefined && g.subtask >= 0 && `, subtask ${g.subtask}`}
					</dd>
					<dt>Lane</dt>
					<dd>{g.lane === "" ? "all of them" : g.lane}</dd>
					<dt>From</dt>
					<dd>{g.from === undefined ? "not known" : <TimeText t={g.from} />}</dd>
					<dt>To</dt>
					<dd>{g.to === undefined ? "not known" : <TimeText t={g.to} />}</dd>
					{ms !== undefined && (
						<>
							<dt>Length</dt>
							<dd className="mono">{written(duration(ms))}</dd>
						</>
					)}
					<dt>Invocations</dt>
					<dd className="mono">{invocationsOf(g) ?? "not known"}</dd>
					<dt>Attempt</dt>
					<dd className="mono">{g.attempt_key}</dd>
				</dl>
				{reason.remedy !== "" && <p className="mid">{reason.remedy}</p>}
				<p className={styles.links}>
					<a className="btn" href={eventsAround(rec, g)}>
						Events around it
					</a>
					<a className="btn" href={link({ screen: "agents" })}>
						Agents
					</a>
				</p>
			</div>
		</Panel>
	);
}

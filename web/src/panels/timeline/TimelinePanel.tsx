/**
 * What every operator and subtask did over time, on one axis: activity, drops by reason, watermarks, checkpoints, restarts, gaps. The
 * strip above is the whole recording; dragging there zooms, dragging in the tracks selects, and a selection is added up below.
 */
import { useQuery } from "@tanstack/react-query";
import { Fragment, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { LatencyStretch } from "../../api/latency";
import { hasEnded } from "../../api/live";
import { toProblem } from "../../api/problem";
import { jobQuestion, timelineQuestion, tracksQuestion } from "../../api/questions";
import type { Tracks } from "../../api/tracks";
import { count, duration, plural, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { addMicros, bareTime, millisOf, toRfc3339, type WallTime, wallFromMillis } from "../../base/time";
import { formatStretch, link, parseStretch, type Stretch, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { writeFilter } from "../../model/filter";
import { refine } from "../../model/navigation";
import { reasonWords } from "../../timeline/drops";
import { Strip, StripLegend } from "../../timeline/Strip";
import { ticks } from "../../timeline/scale";
import { zoomed } from "../../timeline/zoom";
import { useZone } from "../../widgets/clock";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { Band, LaneChoice, type Lanes, LatencyTotals, lanesOf, useLatency } from "./Latency";
import { apart, type Mark, marksOf } from "./marks";
import { PinStretch } from "./PinStretch";
import { bucketsOf, type Group, groupsOf, type Range, type Reason, type Row, reasonsOf } from "./rows";
import styles from "./TimelinePanel.module.css";
import { Totals } from "./Totals";
import { Track } from "./Track";

type Props = { readonly rec: string; readonly state: ViewState };

const buckets = 300;

export default function TimelinePanel({ rec, state }: Props) {
	const { win } = state;
	const job = useQuery(jobQuestion(rec));
	const growing = job.data !== undefined && !hasEnded(job.data.state) && job.data.state !== "last-seen";
	const whole = useQuery(timelineQuestion(rec, {}, 400, growing ? 5_000 : false));
	const stretch = {
		...(win?.from === undefined ? {} : { from: toRfc3339(win.from) }),
		...(win?.to === undefined ? {} : { to: toRfc3339(win.to) }),
	};
	const refresh = growing && win === undefined ? 5_000 : false;
	const tracks = useQuery(tracksQuestion(rec, stretch, buckets, refresh));
	const selection = useSelection(tracks.data, state.sel);
	const lanes = lanesOf(state.lanes);
	const latency = useLatency(rec, lanes, stretch, buckets, refresh);
	const setWindow = (w: Stretch | undefined) => refine({ win: w }, "push");
	const zoom = (how: "in" | "out" | "left" | "right") => {
		const next = zoomed(whole.data, win, selection?.from, how);
		if (next !== "same") setWindow(next);
	};
	const fit = () => setWindow(selection === undefined ? undefined : { from: selection.from, to: selection.to });
	useCommand("zoom-in", () => zoom("in"));
	useCommand("zoom-out", () => zoom("out"));
	useCommand("pan-left", () => zoom("left"));
	useCommand("pan-right", () => zoom("right"));
	useCommand("fit", fit);
	useCommand("close", () => refine({ sel: undefined }), state.sel !== undefined);
	return (
		<div className={styles.page}>
			<h1 className="hide">Timeline of recording {shortId(rec)}</h1>
			{tracks.isError && tracks.data !== undefined && (
				<StaleBanner since={tracks.dataUpdatedAt} reason={toProblem(tracks.error).title} onRetry={() => void tracks.refetch()} />
			)}
			<div className={styles.overview}>
				{whole.data === undefined ? (
					whole.isError ? (
						<Failed what="The whole recording" trouble={toProblem(whole.error)} onRetry={() => void whole.refetch()} />
					) : (
						<SkeletonRows rows={2} label="the whole recording" />
					)
				) : (
					<Strip
						timeline={whole.data}
						label="The whole recording; drag to zoom in"
						height={46}
						{...(win === undefined ? {} : { window: win })}
						onChoose={(from, to) => setWindow({ from, to })}
						onJump={(t) => setWindow(around(t, win, whole.data))}
					/>
				)}
			</div>
			<div className={styles.tools} role="toolbar" aria-label="Zoom">
				<button type="button" className="btn" onClick={() => zoom("in")} title="Zoom in (W)">
					Zoom in
				</button>
				<button type="button" className="btn" onClick={() => zoom("out")} disabled={win === undefined} title="Zoom out (S)">
					Zoom out
				</button>
				<button type="button" className="btn" onClick={fit} disabled={selection === undefined && win === undefined} title="F">
					{selection === undefined ? "All of it" : "Zoom to the selection"}
				</button>
				<button type="button" className="btn" onClick={() => refine({ sel: undefined })} disabled={state.sel === undefined}>
					Clear the selection
				</button>
				<LaneChoice lanes={lanes} />
				{tracks.data !== undefined && (
					<span className="dim">
						{written(duration(Number(tracks.data.bucket_us) / 1000))} a mark, {plural(tracks.data.total, "event")}
						{tracks.data.approximate && ", in proportion where a block crosses a border"}
						{tracks.isFetching && ", loading"}
					</span>
				)}
				{whole.data !== undefined && <StripLegend timeline={whole.data} />}
			</div>
			{tracks.data === undefined ? (
				tracks.isError ? (
					<Failed what="The tracks" trouble={toProblem(tracks.error)} onRetry={() => void tracks.refetch()} />
				) : (
					<SkeletonRows rows={12} label="tracks" />
				)
			) : tracks.data.tracks.length === 0 ? (
				<Nothing win={win} onAll={() => setWindow(undefined)} />
			) : (
				<Body rec={rec} tracks={tracks.data} job={job.data} selection={selection} latency={latency} asked={{ stretch, refresh }} />
			)}
		</div>
	);
}

/** A window of the size of this one around an instant; without one, a twentieth of the recording. */
function around(
	t: WallTime,
	win: Stretch | undefined,
	whole: { readonly from?: WallTime | undefined; readonly to?: WallTime | undefined },
) {
	const from = win?.from ?? whole.from ?? t;
	const to = win?.to ?? whole.to ?? t;
	const half = (to - from) / (win === undefined ? 40n : 2n);
	return { from: addMicros(t, -half), to: addMicros(t, half) };
}

function Nothing({ win, onAll }: { readonly win: Stretch | undefined; readonly onAll: () => void }) {
	if (win === undefined) {
		return (
			<Empty title="Nothing is recorded here yet">
				<p>Tracks appear with the first block of an agent. The self-test of each agent is on the page Agents.</p>
				<a className="btn" href={link({ screen: "agents" })}>
					Agents
				</a>
			</Empty>
		);
	}
	return (
		<Empty title="Nothing happened in this stretch" icon="filter">
			<p>No event of it is recorded. If it lies in a gap, what happened is not known.</p>
			<button type="button" className="btn" onClick={onAll}>
				The whole recording
			</button>
		</Empty>
	);
}

type Chosen = { readonly from: WallTime; readonly to: WallTime; readonly range: Range };

function timeOf(t: Tracks, bucket: number): WallTime {
	return addMicros(t.from ?? (0n as WallTime), t.bucket_us * BigInt(bucket));
}

/** The selection, out to the borders of the buckets that it touches, so that what it adds up to is what is drawn. */
function useSelection(tracks: Tracks | undefined, sel: string | undefined): Chosen | undefined {
	return useMemo(() => {
		const of = sel === undefined ? undefined : parseStretch(sel);
		if (of?.from === undefined || of.to === undefined || tracks?.from === undefined || tracks.to === undefined) return undefined;
		if (of.to <= tracks.from || of.from >= tracks.to || tracks.bucket_us <= 0n) return undefined;
		const n = bucketsOf(tracks);
		const at = (t: WallTime) => Number((t - (tracks.from ?? t)) / tracks.bucket_us);
		const first = Math.max(0, Math.min(n - 1, at(of.from)));
		const last = Math.max(first, Math.min(n - 1, at(addMicros(of.to, -1n))));
		return { from: timeOf(tracks, first), to: timeOf(tracks, last + 1), range: { first, last } };
	}, [tracks, sel]);
}

type BodyProps = {
	readonly rec: string;
	readonly tracks: Tracks;
	readonly job: Parameters<typeof marksOf>[0] | undefined;
	readonly selection: Chosen | undefined;
	readonly latency: Lanes;
	/** What is shown, as the server was asked for it. */
	readonly asked: { readonly stretch: LatencyStretch; readonly refresh: number | false };
};

function Body({ rec, tracks, job, selection, latency, asked: shown }: BodyProps) {
	const asked =
		selection === undefined
			? shown
			: { stretch: { from: toRfc3339(selection.from), to: toRfc3339(selection.to) }, refresh: false as const };
	const zone = useZone();
	const groups = useMemo(() => groupsOf(tracks, job?.graph), [tracks, job?.graph]);
	const reasons = useMemo(() => reasonsOf(tracks), [tracks]);
	const marks = useMemo(() => (job === undefined ? [] : marksOf(job)), [job]);
	const [open, setOpen] = useState<readonly string[]>([]);
	const toggle = (id: string) => setOpen((o) => (o.includes(id) ? o.filter((x) => x !== id) : [...o, id]));
	const from = tracks.from ?? (0n as WallTime);
	const to = tracks.to ?? from;
	const share = (t: WallTime) => Number(t - from) / Math.max(1, Number(to - from));
	const gaps = tracks.gaps.filter((g) => g.from !== undefined && g.from < to && (g.to === undefined || g.to > from));
	const gapsOf = (row?: Row) =>
		gaps
			.filter((g) => row === undefined || ((g.operator === undefined || g.operator === row.op) && sameSubtask(g.subtask, row.subtask)))
			.map((g) => ({ from: Math.max(0, share(g.from ?? from)), to: g.to === undefined ? 1 : Math.min(1, share(g.to)) }));
	const all: Chosen = { from, to, range: { first: 0, last: bucketsOf(tracks) - 1 } };
	const { area, drag, handlers, width } = useBrush(tracks);
	const scale = { from: millisOf(from), to: millisOf(to), width };
	const axis = ticks(scale);
	const drops = (r: Reason) => link({ screen: "events", rec }, { win: { from, to }, filter: writeFilter({ reasons: [r.reason] }) });
	return (
		<div className={styles.body}>
			<div className={styles.tracks}>
				<div className={styles.line}>
					<div className={styles.name} />
					<div className={styles.axis} aria-hidden="true">
						{axis.at.map((t) => (
							<span key={t} style={{ left: `${((t - scale.from) / Math.max(1, scale.to - scale.from)) * 100}%` }}>
								{bareTime(wallFromMillis(t), zone, axis.step < 1000 ? 3 : 0)}
							</span>
						))}
					</div>
				</div>
				<Marks word="Checkpoints" kind="checkpoint" marks={marks} share={share} width={width} />
				<Marks word="Restarts" kind="restart" marks={marks} share={share} width={width} />
				<Marks word="Exceptions" kind="exception" marks={marks} share={share} width={width} />
				{gaps.length > 0 && (
					<div className={styles.line}>
						<div className={styles.name}>
							<a href={link({ screen: "gaps", rec })}>Not recorded</a>
							<span className="dim">{plural(gaps.length, "gap")}</span>
						</div>
						<Track height={18} activity={[]} dropped={[]} lag={[]} gaps={gapsOf()} />
					</div>
				)}
				{reasons.map((r) => (
					<div key={r.reason} className={styles.line}>
						<div className={styles.name}>
							<Icon name="dropped" size="s" className={r.kept ? "c-late" : "c-drop"} />
							<a href={drops(r)} title={r.reason}>
								{reasonWords(r.reason)}
							</a>
							<span className="dim">
								{count(r.total)}
								{r.kept && ", kept"}
							</span>
						</div>
						<Track height={26} activity={r.counts} dropped={[]} lag={[]} gaps={[]} bars={r.kept ? "--late" : "--drop"} />
					</div>
				))}
				{groups.map((g) => (
					<Fragment key={g.row.id}>
						<Lines group={g} open={open.includes(g.row.id)} onToggle={() => toggle(g.row.id)} gapsOf={gapsOf} />
						{latency.chosen.map((m) => (
							<Band key={m} lanes={latency} op={g.row.op} measure={m} from={from} to={to} />
						))}
					</Fragment>
				))}
				<div ref={area} className={styles.brush} {...handlers} data-testid="brush">
					{selection !== undefined && (
						<span className={styles.chosen} style={placed(share(selection.from), share(selection.to))}>
							<b>{written(duration(Number(selection.to - selection.from) / 1000))}</b>
						</span>
					)}
					{drag !== undefined && <span className={styles.drag} style={placed(drag.from, drag.to)} />}
				</div>
			</div>
			<Totals
				rec={rec}
				groups={groups}
				range={(selection ?? all).range}
				stretch={selection ?? all}
				chosen={selection !== undefined}
				marks={marks}
				gaps={gaps.filter((g) => (g.from ?? from) < (selection ?? all).to && (g.to === undefined || g.to > (selection ?? all).from)).length}
				job={job}
			/>
			{latency.chosen.length > 0 && <LatencyTotals rec={rec} chosen={latency.chosen} {...asked} />}
			<PinStretch rec={rec} stretch={selection ?? all} chosen={selection !== undefined} />
		</div>
	);
}

function placed(from: number, to: number) {
	return { left: `${Math.max(0, from) * 100}%`, width: `${(Math.min(1, to) - Math.max(0, from)) * 100}%` };
}

function sameSubtask(of: number | undefined, row: number | undefined): boolean {
	return of === undefined || row === undefined || of === row;
}

type LinesProps = {
	readonly group: Group;
	readonly open: boolean;
	readonly onToggle: () => void;
	readonly gapsOf: (row: Row) => readonly { readonly from: number; readonly to: number }[];
};

function Lines({ group, open, onToggle, gapsOf }: LinesProps) {
	const { row, parts } = group;
	return (
		<>
			<div className={styles.line}>
				<div className={styles.name}>
					{parts.length > 0 ? (
						<button type="button" className={styles.fold} aria-expanded={open} onClick={onToggle}>
							<Icon name={open ? "down" : "right"} size="s" /> {row.name}
						</button>
					) : (
						<span className={styles.alone}>{row.name}</span>
					)}
					<span className="dim">{parts.length > 0 ? plural(parts.length, "subtask") : ""}</span>
				</div>
				<Track height={30} activity={row.activity} dropped={row.dropped} lag={row.lag} gaps={gapsOf(row)} />
			</div>
			{open &&
				parts.map((p) => (
					<div key={p.id} className={styles.line}>
						<div className={styles.name}>
							<span className={styles.part}>#{p.subtask ?? "?"}</span>
							<LagText row={p} />
						</div>
						<Track height={26} activity={p.activity} dropped={p.dropped} lag={p.lag} gaps={gapsOf(p)} />
					</div>
				))}
		</>
	);
}

/** The highest lag, which the line reaches at the top. */
function LagText({ row }: { readonly row: Row }) {
	const known = row.lag.filter((l) => l !== undefined);
	if (known.length === 0) return null;
	return <span className="dim">watermark lag to {written(duration(Math.max(...known)))}</span>;
}

type MarksProps = {
	readonly word: string;
	readonly kind: Mark["kind"];
	readonly marks: readonly Mark[];
	readonly share: (t: WallTime) => number;
	readonly width: number;
};

function Marks({ word, kind, marks, share, width }: MarksProps) {
	const here = marks.filter((m) => m.kind === kind && share(m.at) >= 0 && share(m.at) <= 1);
	if (here.length === 0) return null;
	return (
		<div className={styles.line}>
			<div className={styles.name}>
				{word} <span className="dim">{count(here.length)}</span>
			</div>
			<div className={styles.marks} aria-hidden="true">
				{apart(here, (m) => share(m.at) * Math.max(width, 300)).map((m) => (
					<i
						key={`${m.at} ${m.word}`}
						className={m.bad ? styles.bad : undefined}
						style={{ left: `${share(m.at) * 100}%` }}
						title={m.word}
					/>
				))}
			</div>
		</div>
	);
}

/** Dragging over the tracks: a selection of whole buckets; a click clears it. */
function useBrush(tracks: Tracks) {
	const area = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(0);
	const [begin, setBegin] = useState<number>();
	const [now, setNow] = useState<number>();
	useEffect(() => {
		const element = area.current;
		if (element === null) return;
		const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
		sizes.observe(element);
		setWidth(element.clientWidth);
		return () => sizes.disconnect();
	}, []);
	const place = (e: PointerEvent) => {
		const box = area.current?.getBoundingClientRect();
		return box === undefined || box.width === 0 ? 0 : Math.max(0, Math.min(1, (e.clientX - box.left) / box.width));
	};
	const choose = (a: number, b: number) => {
		if (tracks.from === undefined || tracks.to === undefined) return;
		const n = bucketsOf(tracks);
		const first = Math.floor(Math.min(a, b) * n);
		const last = Math.min(n, Math.ceil(Math.max(a, b) * n));
		refine({ sel: formatStretch({ from: timeOf(tracks, first), to: timeOf(tracks, last) }) });
	};
	const handlers = {
		onPointerDown: (e: PointerEvent) => {
			if (e.button !== 0) return;
			setBegin(place(e));
			setNow(place(e));
			e.currentTarget.setPointerCapture?.(e.pointerId);
		},
		onPointerMove: (e: PointerEvent) => begin !== undefined && setNow(place(e)),
		onPointerCancel: () => setBegin(undefined),
		onPointerUp: (e: PointerEvent) => {
			if (begin === undefined) return;
			const end = place(e);
			setBegin(undefined);
			if (Math.abs(end - begin) * Math.max(width, 300) > 4) choose(begin, end);
			else refine({ sel: undefined });
		},
	};
	const drag = begin === undefined || now === undefined ? undefined : { from: Math.min(begin, now), to: Math.max(begin, now) };
	return { area, drag, handlers, width };
}

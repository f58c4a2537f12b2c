/** Latency and lateness on the timeline: which of them are shown, one lane for each operator, and what a stretch comes to as numbers. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { type Latency, type LatencyStretch, type LatencySummary, latencyQuestion, type Measure, measures } from "../../api/latency";
import { toProblem } from "../../api/problem";
import { count, duration, percent, plural, written } from "../../base/quantity";
import type { WallTime } from "../../base/time";
import { refine } from "../../model/navigation";
import { type Paint, useCanvas } from "../../timeline/canvas";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { paintBand } from "./band";
import styles from "./TimelinePanel.module.css";

const words: Readonly<Record<Measure, readonly [word: string, about: string]>> = {
	inside: ["In the task", "From when the task took a record in to when the operator sent on or wrote what came of it, to some 15 ms"],
	age: ["Age", "From a record's own time to when a source read it, or another operator sent it on or wrote it"],
	lateness: ["Behind the watermark", "By how much the watermark was ahead of a record's time when it came in; below zero it was in time"],
	dropped: ["Late by", "By how much records that the operator treated as late were too late by its rule"],
};

/** The measures that a link names; what else it names is another version's. */
export function lanesOf(text: string | undefined): readonly Measure[] {
	const named = (text ?? "").split(",");
	return measures.filter((m) => named.includes(m));
}

export function LaneChoice({ lanes }: { readonly lanes: readonly Measure[] }) {
	const toggle = (m: Measure) => {
		const next = measures.filter((x) => (x === m ? !lanes.includes(m) : lanes.includes(x)));
		refine({ lanes: next.length === 0 ? undefined : next.join(",") });
	};
	return (
		<span className={styles.lanes} role="group" aria-label="Lanes of latency and lateness">
			{measures.map((m) => (
				<button key={m} type="button" className="btn" aria-pressed={lanes.includes(m)} title={words[m][1]} onClick={() => toggle(m)}>
					{lanes.includes(m) && <Icon name="ok" size="s" />}
					{words[m][0]}
				</button>
			))}
		</span>
	);
}

/** What is shown, and the answer as far as there is one. */
export type Lanes = {
	readonly chosen: readonly Measure[];
	readonly data: Latency | undefined;
	readonly trouble: string | undefined;
	readonly retry: () => void;
};

export function useLatency(
	rec: string,
	chosen: readonly Measure[],
	stretch: LatencyStretch,
	buckets: number,
	refresh: number | false,
): Lanes {
	const query = useQuery({ ...latencyQuestion(rec, stretch, buckets, refresh), enabled: chosen.length > 0 });
	return {
		chosen,
		data: query.data,
		trouble: query.isError ? toProblem(query.error).title : undefined,
		retry: () => void query.refetch(),
	};
}

type BandProps = {
	readonly lanes: Lanes;
	readonly op: string;
	readonly measure: Measure;
	readonly from: WallTime;
	readonly to: WallTime;
};

/** One measure of one operator over time. */
export function Band({ lanes, op, measure, from, to }: BandProps) {
	if (op === "") return null;
	const series = lanes.data?.series.find((s) => s.op === op && s.measure === measure && s.subtask < 0);
	if (lanes.data !== undefined && series === undefined) return null;
	return (
		<div className={styles.line}>
			<div className={styles.name}>
				<span className={styles.lane} title={words[measure][1]}>
					{words[measure][0]}
				</span>
				{series !== undefined ? (
					<span className="dim">{series.total.count === 0n ? <NotMeasured of={series.total} /> : `p95 ${time(series.total.p95)}`}</span>
				) : lanes.trouble === undefined ? (
					<span className="dim">loading</span>
				) : (
					<button type="button" className="link" onClick={lanes.retry} title={lanes.trouble}>
						failed, try again
					</button>
				)}
			</div>
			{series !== undefined && lanes.data !== undefined && <BandTrack data={lanes.data} series={series} from={from} to={to} />}
		</div>
	);
}

type BandTrackProps = {
	readonly data: Latency;
	readonly series: Latency["series"][number];
	readonly from: WallTime;
	readonly to: WallTime;
};

const height = 26;

function BandTrack({ data, series, from, to }: BandTrackProps) {
	const whole = Math.max(1, Number(to - from));
	const begin = Number((data.from ?? from) - from) / whole;
	const end = begin + (Number(data.bucket_us) * data.buckets) / whole;
	const draw = useCallback<Paint>(
		(g, width, colour) => paintBand(g, { width, height, series, from: begin, to: end, colour }),
		[series, begin, end],
	);
	const { canvas } = useCanvas(height, draw);
	return <canvas ref={canvas} className={styles.canvas} style={{ height }} />;
}

/** Microseconds in words. */
function time(us: number): string {
	return written(duration(us / 1000));
}

const reasons: Readonly<Record<LatencySummary["without"][number]["why"], string>> = {
	"no-time": "without a time of their own",
	"not-recorded": "not recorded at this level",
	"no-watermark": "without a watermark",
	"several-inputs": "of several inputs, whose watermarks are not told apart",
};

function NotMeasured({ of }: { readonly of: LatencySummary }) {
	if (of.without.length === 0) return "–";
	return of.without.map((w) => `${count(w.count)} ${reasons[w.why]}`).join(", ");
}

type TotalsProps = {
	readonly rec: string;
	readonly chosen: readonly Measure[];
	/** As it is asked for: an end that goes on with the recording stays open, else each question would be another one. */
	readonly stretch: LatencyStretch;
	readonly refresh: number | false;
};

/** The lanes as numbers, over a stretch. */
export function LatencyTotals({ rec, chosen, stretch, refresh }: TotalsProps) {
	const query = useQuery(latencyQuestion(rec, stretch, 1, refresh));
	const series = query.data?.series.filter((s) => s.subtask < 0 && chosen.includes(s.measure)) ?? [];
	return (
		<Panel title="Latency and lateness" about="of the same stretch">
			{query.data === undefined ? (
				query.isError ? (
					<Failed what="Latency and lateness" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={4} label="latency and lateness" />
				)
			) : series.length === 0 ? (
				<Empty title="Nothing of it is recorded in this stretch">
					<p>It is measured where records are recorded one by one: at levels flight and trace.</p>
				</Empty>
			) : (
				<Scroll label="Latency and lateness by operator">
					<table aria-label="Latency and lateness by operator">
						<thead>
							<tr>
								<th scope="col">Operator</th>
								<th scope="col">Measure</th>
								<th scope="col" className="n">
									Records
								</th>
								<th scope="col" className="n">
									Median
								</th>
								<th scope="col" className="n">
									95 %
								</th>
								<th scope="col" className="n">
									99 %
								</th>
								<th scope="col" className="n">
									Greatest
								</th>
								<th scope="col" className="n">
									Late
								</th>
								<th scope="col">Not measured</th>
							</tr>
						</thead>
						<tbody>
							{series.map((s) => (
								<tr key={`${s.op} ${s.measure}`}>
									<th scope="row">{s.op_name === "" ? "not known" : s.op_name}</th>
									<td title={words[s.measure][1]}>{words[s.measure][0]}</td>
									<td className="n">{count(s.total.count)}</td>
									{[s.total.p50, s.total.p95, s.total.p99, s.total.max].map((v, i) => (
										// biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
										<td key={i} className="n">
											{s.total.count === 0n ? "–" : time(v)}
										</td>
									))}
									<td className={s.total.late > 0n ? "n c-late" : "n"}>
										{s.measure !== "lateness" || s.total.count === 0n
											? "–"
											: s.total.late === 0n
												? "none"
												: `${count(s.total.late)}, ${written(percent(Number(s.total.late) / Number(s.total.count)))}`}
									</td>
									<td className="dim">
										<NotMeasured of={s.total} />
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
			)}
			{query.data !== undefined && query.data.pending > 0n && (
				<p className={styles.note}>
					<Icon name="wait" size="s" /> {plural(query.data.pending, "block")} are not in it yet: they are summed up in the background.
				</p>
			)}
		</Panel>
	);
}

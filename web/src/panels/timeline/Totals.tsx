import type { JobDetail } from "../../api/job";
import { count, duration, written } from "../../base/quantity";
import { link, type Stretch } from "../../model/address";
import { writeFilter } from "../../model/filter";
import { reasonWords } from "../../timeline/drops";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import type { Mark } from "./marks";
import { type Group, type Range, totalOf } from "./rows";
import styles from "./TimelinePanel.module.css";

type Props = {
	readonly rec: string;
	readonly groups: readonly Group[];
	readonly range: Range;
	readonly stretch: { readonly from: NonNullable<Stretch["from"]>; readonly to: NonNullable<Stretch["to"]> };
	/** The stretch is a selection, not all that is shown. */
	readonly chosen: boolean;
	readonly marks: readonly Mark[];
	readonly gaps: number;
	readonly job: JobDetail | undefined;
};

/** A mark in words, which lead to where more is told of it. */
function Word({ rec, mark: m }: { readonly rec: string; readonly mark: Mark }) {
	if (m.checkpoint !== undefined) {
		return (
			<a href={link({ screen: "inflight", rec }, { cp: m.checkpoint })} title="What was on its way when its barriers came">
				{m.word}
			</a>
		);
	}
	return m.position === undefined ? m.word : <a href={link({ screen: "events", rec }, { at: m.position })}>{m.word}</a>;
}

/** What a stretch of time adds up to, and what was found in it. */
export function Totals({ rec, groups, range, stretch, chosen, marks, gaps, job }: Props) {
	const totals = groups.filter((g) => g.row.op !== "").map((g) => totalOf(g.row, range));
	const events = (op: string, reason?: string) =>
		link({ screen: "events", rec }, { win: stretch, filter: writeFilter(reason === undefined ? { op } : { op, reasons: [reason] }) });
	const found = marks.filter((m) => m.at >= stretch.from && m.at < stretch.to);
	return (
		<div className={styles.below}>
			<Panel
				title={chosen ? "Selection" : "All that is shown"}
				about={
					<>
						<TimeText t={stretch.from} /> to <TimeText t={stretch.to} />, {written(duration(Number(stretch.to - stretch.from) / 1000))}
					</>
				}
			>
				<div className={styles.scroll}>
					<table aria-label="Totals by operator">
						<thead>
							<tr>
								<th scope="col">Operator</th>
								<th scope="col" className="n">
									In
								</th>
								<th scope="col" className="n">
									Out
								</th>
								<th scope="col">Dropped</th>
								<th scope="col" className="n" title="The greatest lag of its slowest input behind the clock">
									Watermark lag
								</th>
								<th scope="col" className="n" title="What the busiest subtask took in, over an equal share; 1 = all the same">
									Skew
								</th>
							</tr>
						</thead>
						<tbody>
							{totals.map((t) => (
								<tr key={t.row.id}>
									<th scope="row">
										<a href={events(t.row.op)}>{t.row.name}</a>
									</th>
									<td className="n">{count(t.in)}</td>
									<td className="n">{count(t.out)}</td>
									<td>
										{t.drops.length === 0
											? "–"
											: t.drops.map((d) => (
													<a key={d.reason} className={d.kept ? "c-late" : "c-drop"} href={events(t.row.op, d.reason)}>
														{count(d.count)} {reasonWords(d.reason)}{" "}
													</a>
												))}
									</td>
									<td className="n">{t.lag === undefined ? "–" : written(duration(t.lag))}</td>
									<td className="n">{t.skew === undefined ? "–" : t.skew.toFixed(2)}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</Panel>
			<Panel title="Found in it" about={found.length === 0 && gaps === 0 ? "no checkpoint, restart, exception or gap" : undefined}>
				<ul className={styles.found} aria-label="Found in it">
					{gaps > 0 && (
						<li>
							<Icon name="gap" className="c-late" />
							<a href={link({ screen: "gaps", rec })}>{count(gaps)} not recorded stretches: what fell into them is not counted</a>
						</li>
					)}
					{found.slice(0, 200).map((m) => (
						<li key={`${m.kind} ${m.at} ${m.word}`}>
							<Icon
								name={m.kind === "checkpoint" ? "state" : m.kind === "restart" ? "restart" : "failed"}
								className={m.bad ? "c-drop" : "dim"}
							/>
							<TimeText t={m.at} />
							<Word rec={rec} mark={m} />
						</li>
					))}
					{found.length > 200 && <li className="dim">and {count(found.length - 200)} more: choose a shorter stretch</li>}
					{job === undefined && <li className="dim">checkpoints and exceptions are still loading</li>}
				</ul>
			</Panel>
		</div>
	);
}

import { useQueries, useQuery } from "@tanstack/react-query";
import { type ContractCheck, type ContractCoverage, checksQuestion, windowsQuestion } from "../../api/contract";
import { toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { count, duration, percent, plural, written } from "../../base/quantity";
import { wallNow } from "../../base/time";
import { refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./Contracts.module.css";
import { HourStrip } from "./HourStrip";
import { lastHour } from "./minutes";
import { checkLooks } from "./words";

/** So many checks have their minutes asked for: each is a question to the server. */
const mostStrips = 40;

type Props = { readonly contract: string; readonly chosen: string | undefined };

/** How the checks of a contract stand, live. The page of a stream in the catalog has it as a tab. */
export function Checks({ contract, chosen }: Props) {
	const query = useQuery(checksQuestion(contract));
	const all = query.data?.items ?? [];
	const strips = useQueries({ queries: all.slice(0, mostStrips).map((c) => windowsQuestion(contract, c.id)) });
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The checks" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="the checks" />;
	}
	if (all.length === 0)
		return (
			<Empty title="It promises nothing that can be checked" icon="unknown">
				<p>Types, required fields, uniqueness, quality rules and service levels of the contract are checks.</p>
			</Empty>
		);
	const topics = [...new Map(all.map((c) => [`${c.cluster}/${c.topic}`, c])).values()];
	const now = wallNow();
	return (
		<>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			{topics.map(({ cluster, topic }) => {
				const mine = all.filter((c) => c.cluster === cluster && c.topic === topic);
				const one = mine.find((c) => c.id === chosen);
				const windows = all.flatMap((c, i) => (mine.includes(c) && (one === undefined || c === one) ? (strips[i]?.data ?? []) : []));
				const coverage = query.data.coverage.find((c) => c.cluster === cluster && c.topic === topic);
				return (
					<Panel
						key={`${cluster}/${topic}`}
						title={`${topic} live, last hour`}
						about={cluster}
						end={
							one !== undefined && (
								<button type="button" className="btn quiet" onClick={() => refine({ sel: undefined })}>
									All checks
								</button>
							)
						}
					>
						<HourStrip
							minutes={lastHour(windows, coverage?.gaps ?? [], now)}
							name={one?.id ?? topic}
							cluster={cluster}
							topic={topic}
							coverage={coverage?.share}
						/>
						<CheckTable checks={mine} chosen={one?.id} />
						{coverage !== undefined && <Unseen coverage={coverage} />}
					</Panel>
				);
			})}
		</>
	);
}

function CheckTable({ checks, chosen }: { readonly checks: readonly ContractCheck[]; readonly chosen: string | undefined }) {
	return (
		<table aria-label="Checks">
			<thead>
				<tr>
					<th>Check</th>
					<th>Rule</th>
					<th>State</th>
					<th title="1: just as fast as the objective allows">Burn rate</th>
					<th className="n">Open</th>
				</tr>
			</thead>
			<tbody>
				{checks.map((c) => {
					const look = checkLooks[c.state];
					return (
						<tr key={c.id} aria-selected={c.id === chosen}>
							<td>
								<button type="button" className="link" title={`Only the minutes of ${c.id}`} onClick={() => refine({ sel: c.id })}>
									{c.name ?? c.id}
								</button>{" "}
								<span className="dim">{c.kind}</span>
							</td>
							<td className={classes("mid", styles.wraps)}>{c.says}</td>
							<td className={styles.wraps}>
								<span className="nowrap">
									<Icon name={look.icon} size="s" className={look.tone} /> {look.word}
								</span>
								{c.detail !== undefined && <span className="dim">: {c.detail}</span>}
							</td>
							<td>
								<Burns check={c} />
							</td>
							<td className={classes("n", c.open > 0 && "c-drop")}>{c.open}</td>
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}

function Burns({ check: { burns, objective } }: { readonly check: ContractCheck }) {
	if (burns.length === 0) return <span className="dim">-</span>;
	return (
		<span className={styles.burns}>
			{burns.map((b) => {
				const over = written(duration(Number(b.over_s) * 1000));
				return (
					<span
						key={String(b.over_s)}
						className={classes("mono", b.rate > 1 ? "c-drop" : "mid")}
						title={`${count(b.bad)} of ${plural(b.records, "record")} bad in ${over}, objective ${objective * 100} %, ${written(percent(b.left))} of what it leaves is left`}
					>
						<span className="dim">{over}</span> {b.rate >= 100 ? "100+" : b.rate.toFixed(b.rate < 10 ? 1 : 0)}
					</span>
				);
			})}
		</span>
	);
}

/** What nobody looked at, and why: never hidden. */
function Unseen({ coverage: { appended, checked, gaps } }: { readonly coverage: ContractCoverage }) {
	if (gaps.length === 0 && checked >= appended) return null;
	return (
		<div className={styles.text}>
			<p>
				<Icon name="gap" size="s" className="c-late" /> {count(checked)} of {plural(appended, "record")} of the last hour looked at
			</p>
			<ul aria-label="Not looked at">
				{gaps.map((g) => (
					<li key={`${g.partition} ${g.from}`}>
						<span className="mono">
							partition {g.partition}, {String(g.from)} to {g.to < 0n ? "not known" : String(g.to)}
						</span>{" "}
						<TimeText t={g.at} digits={0} />: {g.why}
					</li>
				))}
			</ul>
		</div>
	);
}

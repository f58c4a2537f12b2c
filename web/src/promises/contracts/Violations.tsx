import { useInfiniteQuery } from "@tanstack/react-query";
import { contractAckAction, type Violation, violationsQuestion } from "../../api/contract";
import { toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { plural } from "../../base/quantity";
import { link } from "../../model/address";
import { Chip } from "../../widgets/Chip";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { ActForm } from "./ActForm";
import styles from "./Contracts.module.css";
import { useMay } from "./useMay";
import { firstPlace, recordHref, violationHref, violationLooks } from "./words";

/** What was not kept, newest first, with the places of the records. */
export function Violations({ contract }: { readonly contract: string }) {
	const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(violationsQuestion(contract));
	const mayAck = useMay(contractAckAction);
	const items = data?.pages.flatMap((p) => p.items);
	if (items === undefined) {
		if (error !== null) return <Failed what="The violations" trouble={toProblem(error)} onRetry={() => void refetch()} />;
		return <SkeletonRows rows={6} label="the violations" />;
	}
	if (items.length === 0)
		return (
			<Empty title="No violation" icon="ok">
				<p>As far as was looked: coverage and gaps stand with the checks.</p>
			</Empty>
		);
	return (
		<>
			<table aria-label="Violations">
				<thead>
					<tr>
						<th>State</th>
						<th>Check</th>
						<th>First record</th>
						<th className="n">Records</th>
						<th>Written by</th>
						<th>Since</th>
						<th>
							<span className="hide">Do</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{items.map((v) => (
						<Row key={v.id} violation={v} mayAck={mayAck} />
					))}
				</tbody>
			</table>
			{hasNextPage && (
				<p className={styles.text}>
					<button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
						Older ones
					</button>
				</p>
			)}
		</>
	);
}

function Row({ violation: v, mayAck }: { readonly violation: Violation; readonly mayAck: boolean }) {
	const [tone, icon, word] = violationLooks[v.state];
	return (
		<tr>
			<td className={styles.wraps}>
				<Chip tone={tone} icon={icon}>
					{word}
				</Chip>
				{v.who !== undefined && (
					<span className="dim">
						{" "}
						{v.who}
						{v.why !== undefined && `: ${v.why}`}
					</span>
				)}
			</td>
			<td className={styles.wraps}>
				<a className="strong" href={violationHref(v)}>
					{v.check}
				</a>
				{v.detail !== undefined && <span className="dim"> {v.detail}</span>}
			</td>
			<td>
				<Place violation={v} />
			</td>
			<td className={classes("n", v.state === "open" && "c-drop")}>{String(v.count)}</td>
			<td>
				<Writer violation={v} />
			</td>
			<td>
				<TimeText t={v.began} digits={0} />
			</td>
			<td className={styles.wraps}>{mayAck && <ActForm violation={v} />}</td>
		</tr>
	);
}

export function Place({ violation: v }: { readonly violation: Violation }) {
	const place = firstPlace(v);
	if (place === undefined) return <span className="dim">about no record in particular</span>;
	return (
		<a className="link mono" href={recordHref(v.cluster, v.topic, v.partition, v.first)} title={`first of ${plural(v.count, "record")}`}>
			{place}
		</a>
	);
}

/** Why nobody is named as the writer of the first bad record. */
function noWriter(v: Violation): string {
	if (v.producer_search === "looking") return "still looked for";
	if (v.producer_search === "hidden") return "a job that you may not see";
	return v.producer_search === "not-found" ? "no recording has it" : "not looked for";
}

/** Who wrote the first bad record, with the ways to the journey and to the line of code. */
export function Writer({ violation: v }: { readonly violation: Violation }) {
	const p = v.producer;
	const place = firstPlace(v);
	if (p === undefined || p.recording === "") return <span className="dim">{noWriter(v)}</span>;
	return (
		<span className="row">
			<a className="link" href={link({ screen: "graph", job: p.recording })}>
				{p.job}
			</a>
			<span className="mid">{p.operator}</span>
			{place !== undefined && (
				<a className="link" href={link({ screen: "journey", rec: p.recording, record: place })}>
					journey
				</a>
			)}
			{p.position !== "" && (
				<a className="link" href={link({ screen: "step", rec: p.recording, position: p.position })}>
					step
				</a>
			)}
		</span>
	);
}

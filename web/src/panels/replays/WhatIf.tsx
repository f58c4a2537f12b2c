import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { type CodePlace, comparisonQuestion, type Replay, type ReplayChange, type ReplayCounts } from "../../api/replay";
import { link } from "../../model/address";
import { Panel } from "../../widgets/Panel";
import { Failed, SkeletonRows } from "../../widgets/states";
import styles from "./ReplaysPanel.module.css";

/** What was changed in a run, and what it did otherwise than without. */
export function WhatIf({ of: r }: { readonly of: Replay }) {
	const changed = [...(r.changes ?? []).map(words), ...program(r)];
	return (
		<>
			<Panel title="What was changed" about="what follows from it is no proof of what production would have done">
				<ul className={styles.causes}>
					{changed.map((c) => (
						<li key={c}>{c}</li>
					))}
				</ul>
				{r.unchanged !== undefined && (
					<p className={styles.pad}>
						Unchanged: {r.unchanged.verdict.replaceAll("-", " ")}, {r.unchanged.text}.
						{r.base !== undefined && (
							<>
								{" "}
								<a className="link" href={link({ screen: "events", rec: r.base })}>
									What it did unchanged
								</a>
							</>
						)}
					</p>
				)}
			</Panel>
			{r.parted !== undefined && <Parted of={r.parted} />}
			{r.differences !== undefined && <Differences of={r} />}
		</>
	);
}

function words(c: ReplayChange): string {
	const parts = [c.kind.replaceAll("-", " "), c.begin === true ? "at the beginning" : `at ${c.at ?? 0n}`];
	if (c.state !== undefined) parts.push(`of ${c.operator === undefined ? "" : `${c.operator}/`}${c.state}`);
	for (const [name, value] of [
		["key", c.key],
		["window", c.namespace],
		["map key", c.map_key],
	] as const) {
		if (value !== undefined) parts.push(`${name} ${value}`);
	}
	if (c.source !== undefined) parts.push(`of ${c.source}`);
	if (c.path !== undefined) parts.push(c.path);
	if (c.value !== undefined) parts.push(`= ${c.value}`);
	if (c.by_ms !== undefined && c.by_ms !== 0n) parts.push(`by ${c.by_ms} ms`);
	return parts.join(" ");
}

function program(r: Replay): readonly string[] {
	const v = r.variant;
	if (v === undefined) return [];
	return [
		...(v.jars ?? []).map((j) => `jar ${j.name ?? ""} ${j.id.slice(0, 12)}`),
		...Object.entries(v.config ?? {}).map(([k, text]) => `${k}: ${text}`),
		...(v.flink === undefined ? [] : [`Flink ${v.flink}`]),
	];
}

function Parted({ of: p }: { readonly of: NonNullable<Replay["parted"]> }) {
	const place = (c: CodePlace | undefined) =>
		c === undefined ? (
			<span className="dim">nothing more</span>
		) : (
			`${c.class.slice(c.class.lastIndexOf(".") + 1)}.${c.method} (${c.source ?? "?"}:${c.line})`
		);
	return (
		<Panel title="Where the code parted" about={p.position}>
			{p.note === undefined ? (
				<dl className={`kv ${styles.facts}`}>
					<dt>Both ran</dt>
					<dd className="mono">{place(p.before)}</dd>
					<dt>Recorded</dt>
					<dd className="mono">{place(p.unchanged)}</dd>
					<dt>Changed</dt>
					<dd className="mono">{place(p.changed)}</dd>
					{p.variables.length > 0 && (
						<>
							<dt>Values</dt>
							<dd>{p.variables.join(", ")} differ there</dd>
						</>
					)}
				</dl>
			) : (
				<p className={styles.pad}>{p.note}</p>
			)}
		</Panel>
	);
}

const sum = (c: ReplayCounts) => c.altered + c.added + c.missing;

function Differences({ of: r }: { readonly of: Replay }) {
	const query = useQuery(comparisonQuestion(r.id));
	const d = query.data;
	const about = (c: ReplayCounts) => `${c.altered} altered, ${c.added} added, ${c.missing} missing, ${c.equal} equal`;
	if (d === undefined) {
		return (
			<Panel title="Otherwise than without the change">
				{query.isError ? (
					<Failed what="What differs" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={6} label="what differs" />
				)}
			</Panel>
		);
	}
	return (
		<Panel title="Otherwise than without the change" about={`outputs: ${about(d.outputs)}; state: ${about(d.state)}`}>
			<div className={styles.pad}>
				{d.note !== undefined && <p className="mid">{d.note}</p>}
				{sum(d.outputs) + sum(d.state) === 0n ? (
					<p>Nothing came out otherwise.</p>
				) : (
					<table aria-label="What differs">
						<thead>
							<tr>
								<th>What</th>
								<th>Where</th>
								<th>Unchanged</th>
								<th>Changed</th>
							</tr>
						</thead>
						<tbody>
							{d.shown.map((x) => (
								<tr key={`${x.of} ${x.kind} ${x.position} ${x.unchanged?.text ?? ""} ${x.changed?.text ?? ""}`}>
									<td>
										{x.of} {x.kind}
									</td>
									<td className="m">{x.position}</td>
									<td className="m">{x.unchanged?.text ?? <span className="dim">absent</span>}</td>
									<td className="m c-drop">{x.changed?.text ?? <span className="dim">absent</span>}</td>
								</tr>
							))}
						</tbody>
					</table>
				)}
				{d.more > 0n && (
					<p className="mid">
						and {String(d.more)} more: sightglass replays {r.id}
					</p>
				)}
			</div>
		</Panel>
	);
}

import type { ImpactConverted, ImpactReport, ImpactRun, ImpactSystem } from "../../api/impact";
import { count, percent, plural, written } from "../../base/quantity";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import { recordHref } from "../contracts/words";
import styles from "./Impact.module.css";
import { VerdictMark } from "./Verdict";

type Props = { readonly run: ImpactRun; readonly report: ImpactReport };

/** What a change comes to: what changes, each reader with its verdict, what is to be done before. */
export function Report({ run, report: r }: Props) {
	return (
		<>
			<Panel
				title="What changes"
				about={r.profile === undefined ? undefined : `rules of ${r.profile}`}
				end={plural(r.changes.length, "change")}
			>
				<ol className={styles.text} aria-label="Changes">
					{r.changes.map((c, i) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: systems name changes by their number
						<li key={i}>
							<span className="dim">{i + 1}</span> {c.path !== undefined && <code>{c.path}</code>} {c.text}
							{c.from !== undefined && c.to !== undefined && (
								<span className="mid">
									{" "}
									<code>{c.from}</code> to <code>{c.to}</code>
								</span>
							)}
							{c.advice !== undefined && <span className="mid">; {c.advice}</span>}
						</li>
					))}
				</ol>
				{r.registry !== undefined && (
					<div className={styles.text}>
						<p>
							<Icon name={r.registry.compatible ? "ok" : "failed"} size="s" className={r.registry.compatible ? "c-ok" : "c-drop"} />{" "}
							{r.registry.compatible ? "It may be registered" : "It may not be registered"} as <code>{r.registry.subject}</code>, level{" "}
							{r.registry.level}
						</p>
						<ul>
							{r.registry.messages.map((m) => (
								<li key={m} className="mid">
									{m}
								</li>
							))}
						</ul>
					</div>
				)}
				{r.data !== undefined && <Data run={run} data={r.data} />}
			</Panel>
			<Panel title="Readers" end={plural(r.systems.length + r.hidden, "system")}>
				<ul className={styles.systems} aria-label="Systems">
					{r.systems.map((s) => (
						<System key={`${s.role} ${s.id}`} run={run} system={s} />
					))}
				</ul>
				{r.systems.length === 0 && r.hidden === 0 && (
					<p className={styles.text}>Nobody was seen to read it. Who was never seen is not among them.</p>
				)}
				{r.hidden > 0 && (
					<p className={styles.text}>
						<Icon name="mask" size="s" className="c-mask" /> {plural(r.hidden, "system")} that you may not see{" "}
						{r.hidden === 1 ? "is" : "are"} counted as unknown.
					</p>
				)}
			</Panel>
			{(r.plan.length > 0 || r.notes.length > 0) && (
				<Panel title="Before it is changed">
					<ol className={styles.text} aria-label="Plan">
						{r.plan.map((s) => (
							<li key={`${s.who} ${s.text}`}>
								<b className="strong">{s.who}</b> {s.text}
							</li>
						))}
					</ol>
					{r.notes.map((n) => (
						<p key={n} className={`${styles.text} c-late`}>
							<Icon name="warning" size="s" /> {n}
						</p>
					))}
				</Panel>
			)}
			{run.outcome !== undefined && <Outcome outcome={run.outcome} />}
		</>
	);
}

function System({ run, system: s }: { readonly run: ImpactRun; readonly system: ImpactSystem }) {
	const said = run.acks.findLast((a) => s.owners.includes(a.team));
	return (
		<li>
			<span>
				<VerdictMark verdict={s.verdict} />
			</span>
			<span>
				<b className="strong">{s.name}</b> <span className="dim">{s.kind}</span>{" "}
				{s.owners.length === 0 ? <span className="c-late">no owner</span> : <span className="mid">{s.owners.join(", ")}</span>}
				<br />
				{s.why}
				{s.changes.length > 0 && <span className="dim"> (change {s.changes.map((c) => c + 1).join(", ")})</span>}
				{s.path.length > 0 && <span className="mid"> by way of {s.path.join(", ")}</span>}
			</span>
			<span className={said?.decision === "object" ? "c-drop" : "dim"}>
				{said === undefined
					? s.owners.length === 0
						? "nobody to ask"
						: s.verdict === "safe"
							? "not needed"
							: "no answer"
					: said.decision === "agree"
						? "agreed"
						: "objects"}
			</span>
			<details className={styles.evidence} open={s.verdict === "broken"}>
				<summary>
					{plural(s.evidence.length, "piece")} of evidence,{" "}
					{s.fields_known ? `reads ${plural(s.fields.length, "field")}` : "what it reads is not known"}
				</summary>
				{s.fields.length > 0 && (
					<p>
						reads <code>{s.fields.join(", ")}</code>
					</p>
				)}
				<ul>
					{s.evidence.map((e) => (
						<li key={`${e.kind} ${e.source} ${e.detail}`}>
							<span className="dim">{e.kind}</span> {e.source}: {e.detail} {e.at !== undefined && <TimeText t={e.at} digits={0} />}
						</li>
					))}
				</ul>
				{s.records !== undefined && <Tried run={run} records={s.records} />}
			</details>
		</li>
	);
}

/** The newest records as a reader would read them, with the places of those that failed. */
function Tried({ run, records: r }: { readonly run: ImpactRun; readonly records: ImpactConverted }) {
	return (
		<div>
			<p>
				{count(r.converted)} of {plural(r.of, "record")} read
				{r.failed > 0 && <span className="c-drop">, {count(r.failed)} fail</span>}
				{r.not_simulated > 0 && <span className="c-late">, {count(r.not_simulated)} not simulated</span>}
			</p>
			<ul>
				{r.reasons.map((w) => (
					<li key={`${w.path} ${w.reason}`}>
						{count(w.records)} {w.path !== undefined && <code>{w.path}</code>} {w.reason}
					</li>
				))}
			</ul>
			{r.first.length > 0 && (
				<p>
					first:{" "}
					{r.first.map((p) => (
						<a
							key={`${p.partition} ${p.offset}`}
							className="link mono"
							href={recordHref(run.cluster, run.topic, p.partition, p.offset)}
							title={p.reason}
						>
							{run.topic}/{p.partition}@{String(p.offset)}{" "}
						</a>
					))}
				</p>
			)}
		</div>
	);
}

function Data({ run, data: d }: { readonly run: ImpactRun; readonly data: NonNullable<ImpactReport["data"]> }) {
	return (
		<div className={styles.text}>
			<p>
				{plural(d.records, "record")} looked at{d.note !== undefined && `: ${d.note}`}
			</p>
			<ul aria-label="What records hold">
				{d.fields.map((f) => (
					<li key={f.path}>
						<code>{f.path}</code>{" "}
						{f.suppressed === true ? (
							<span className="dim">of so few records nothing is said</span>
						) : (
							<>
								in {written(percent(f.present))} of records, not null in {written(percent(f.not_null))}
								{f.hidden === true && <Icon name="mask" size="s" className="c-mask" label="some is masked" />}
								{f.last_offset >= 0n && (
									<>
										, last{" "}
										<a className="link mono" href={recordHref(run.cluster, run.topic, f.last_partition, f.last_offset)}>
											{run.topic}/{f.last_partition}@{String(f.last_offset)}
										</a>
									</>
								)}
							</>
						)}
					</li>
				))}
			</ul>
			{d.valid !== undefined && <Tried run={run} records={d.valid} />}
		</div>
	);
}

type Came = NonNullable<ImpactRun["outcome"]>["systems"][number];

/** Whether a reader that is no recorded job can still read, nobody sees: it is neither right nor wrong. */
function cameMark(s: Came): { readonly name: "ok" | "failed" | "unknown"; readonly className: string } {
	if (s.blind === true) return { name: "unknown", className: "dim" };
	return s.held ? { name: "ok", className: "c-ok" } : { name: "failed", className: "c-drop" };
}

function came(s: Came): string {
	if (s.troubles.length > 0)
		return s.troubles.map((t) => `${plural(t.count, t.kind)}${t.path === undefined ? "" : ` of ${t.path}`}`).join(", ");
	return s.blind === true ? "nothing is seen of it: it is no recorded job" : "no trouble";
}

/** What came behind the release beside what was predicted. */
function Outcome({ outcome: o }: { readonly outcome: NonNullable<ImpactRun["outcome"]> }) {
	return (
		<Panel title="What came of it" about={o.over ? "seven days behind the release" : "so far"}>
			<ul className={styles.text} aria-label="Outcome">
				{o.systems.map((s) => (
					<li key={s.system}>
						<Icon {...cameMark(s)} size="s" /> {s.name}
						{(s.predicted !== undefined || s.system !== "") && <>: predicted {s.predicted ?? "nothing"}, </>}
						{s.predicted === undefined && s.system === "" && ": "}
						{came(s)}
						{!s.held && s.blind !== true && <span className="c-drop"> – otherwise than predicted</span>}
					</li>
				))}
			</ul>
		</Panel>
	);
}

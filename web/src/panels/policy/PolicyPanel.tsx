import { useQuery } from "@tanstack/react-query";
import type { LevelChange, RecordingPolicy } from "../../api/policy";
import { toProblem } from "../../api/problem";
import { policyQuestion, principalQuestion } from "../../api/questions";
import { duration, plural, written } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { Editor } from "./Editor";
import { Effect } from "./Effect";
import styles from "./PolicyPanel.module.css";

/** What is to be recorded: the policy's text, and what it comes to in jobs. */
export default function PolicyPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(policyQuestion);
	const principal = useQuery(principalQuestion);
	const p = query.data;
	if (p === undefined) {
		if (query.isError) return <Failed what="The policy" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} height={31} label="the policy" />;
	}
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.body}>
				<div className={styles.headline}>
					<h1>{p.version === 0n ? "Nobody wrote a policy yet" : `Version ${p.version} of the policy is in force`}</h1>
					<span className="mid">
						{p.version === 0n ? (
							"every operator is recorded at the server's level"
						) : (
							<>
								since {p.at !== undefined && <TimeText t={p.at} digits={0} />}, by {p.who}
								{p.why !== "" && `: ${p.why}`}
							</>
						)}
					</span>
				</div>
				<Editor policy={p} mayWrite={principal.data?.actions.includes("record:write") === true} />
				<Scroll className={styles.side} label="What the policy comes to">
					{p.mistakes.length > 0 && <FileMistakes policy={p} />}
					<Effect chosen={state.sel} />
					<Changes changes={p.changes} />
					<Triggers policy={p} />
				</Scroll>
			</div>
		</div>
	);
}

/** The file was changed into something that cannot be followed: what was in force goes on. */
function FileMistakes({ policy }: { readonly policy: RecordingPolicy }) {
	return (
		<Panel title="The file has mistakes" about={policy.file}>
			<div className={styles.text} role="alert">
				<p>
					<Icon name="warning" className="c-drop" /> It was changed on the server and is not in force.
				</p>
				<ol>
					{policy.mistakes.map((m) => (
						<li key={`${m.line} ${m.text}`}>
							<span className="mono">line {m.line}</span> {m.text}
						</li>
					))}
				</ol>
			</div>
		</Panel>
	);
}

/** What a change of levels is, in one line. */
function tells(c: LevelChange): string {
	const [first] = c.operators;
	const what =
		first === undefined
			? "nothing to raise"
			: c.operators.length > 1
				? `${plural(c.operators.length, "operator")} at ${first.to}`
				: `${first.operator === "*" ? "every operator" : first.operator} at ${first.to}`;
	return `${what}, ${c.trigger === undefined ? `said so by ${c.who ?? "somebody"}` : `trigger ${c.trigger}`}`;
}

function Changes({ changes }: { readonly changes: readonly LevelChange[] }) {
	return (
		<Panel title="Changed for a while" end={changes.length === 0 ? undefined : changes.length}>
			{changes.length === 0 ? (
				<p className={`${styles.text} dim`}>No trigger and nobody changes levels at the moment.</p>
			) : (
				<ul className={styles.text}>
					{changes.map((c) => (
						<li key={String(c.id)}>
							<a className="link" href={link({ screen: "graph", job: c.recording }, { tab: "levels" })}>
								{c.job}
							</a>{" "}
							{tells(c)}, until <TimeText t={c.until} digits={0} />
							{c.cause !== undefined && <span className="dim">: {c.cause}</span>}
						</li>
					))}
				</ul>
			)}
		</Panel>
	);
}

function Triggers({ policy: { triggers } }: { readonly policy: RecordingPolicy }) {
	if (triggers.length === 0) return null;
	return (
		<Panel title="Triggers" end={triggers.length}>
			<ul className={styles.text}>
				{triggers.map((t) => (
					<li key={t.name}>
						<b className="strong">{t.name}</b> <span className="dim">line {t.line}</span>: on {t.on}
						{t.operator !== undefined && ` at ${t.operator}`}
						{t.job !== undefined && ` in ${t.job}`}
						{t.when !== undefined && (
							<>
								{" "}
								when <code>{t.when}</code>
							</>
						)}
						, level {t.level} for {written(duration(Number(t.for_s) * 1000))}
						{t.unclear > 0n && (
							<p className="c-late">
								<Icon name="warning" size="s" /> could not be told for {plural(t.unclear, "event")}: {t.reason}
							</p>
						)}
					</li>
				))}
			</ul>
		</Panel>
	);
}

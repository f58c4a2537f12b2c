import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { checkPolicy, setPolicy } from "../../api/changes";
import type { Mistake, PolicyReport, RecordingPolicy } from "../../api/policy";
import { type ProblemError, toProblem } from "../../api/problem";
import { policyQuestion } from "../../api/questions";
import { plural } from "../../base/quantity";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import styles from "./PolicyPanel.module.css";

/** A text that is being written, and the version that it was made from. */
type Draft = { readonly text: string; readonly base: bigint };

type Said = { readonly report?: PolicyReport; readonly trouble?: ProblemError };

type Props = { readonly policy: RecordingPolicy; readonly mayWrite: boolean };

/** The policy's text: to read, to change, to check, to put in force. */
export function Editor({ policy, mayWrite }: Props) {
	const client = useQueryClient();
	const field = useRef<HTMLTextAreaElement>(null);
	const gutter = useRef<HTMLDivElement>(null);
	const [draft, setDraft] = useState<Draft>();
	const [why, setWhy] = useState("");
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<Said>({});
	const text = draft?.text ?? policy.text;
	const mistakes = said.report?.mistakes ?? [];

	const write = (next: string) => {
		setSaid({});
		setDraft({ text: next, base: draft?.base ?? policy.version });
	};
	const drop = () => {
		setSaid({});
		setDraft(undefined);
	};
	const run = async (what: () => Promise<PolicyReport>) => {
		setBusy(true);
		try {
			setSaid({ report: await what() });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	const apply = async () => {
		const report = await checkPolicy(text);
		if (report.mistakes.length > 0) return report;
		const done = await setPolicy(text, draft?.base ?? policy.version, why);
		await client.invalidateQueries({ queryKey: policyQuestion.queryKey });
		setDraft(undefined);
		setWhy("");
		return done;
	};
	const show = ({ line }: Mistake) => {
		const lines = text.split("\n");
		const from = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
		field.current?.focus();
		field.current?.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
	};
	const wrong = new Set(mistakes.map((m) => m.line));
	return (
		<Panel
			title="Policy"
			about={policy.file}
			className={styles.editor ?? ""}
			end={draft === undefined ? undefined : "changed, not in force"}
		>
			<div className={styles.paper}>
				<div ref={gutter} className={styles.gutter} aria-hidden="true">
					{text.split("\n").map((_, i) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
						<div key={i} className={wrong.has(i + 1) ? styles.wrong : undefined}>
							{i + 1}
						</div>
					))}
				</div>
				<textarea
					ref={field}
					aria-label="Text of the policy"
					aria-invalid={mistakes.length > 0}
					placeholder={"level: flight\nrules:\n  - {job: order-*, operator: dedup*, level: trace}"}
					spellCheck={false}
					wrap="off"
					readOnly={!mayWrite}
					value={text}
					onChange={(e) => write(e.currentTarget.value)}
					onScroll={(e) => {
						if (gutter.current !== null) gutter.current.scrollTop = e.currentTarget.scrollTop;
					}}
				/>
			</div>
			{draft !== undefined && draft.base !== policy.version && (
				<p className={`${styles.text} c-late`} role="status">
					<Icon name="warning" size="s" /> Version {String(policy.version)} came into force while you were writing.{" "}
					<button type="button" className="link" onClick={drop}>
						Drop what I wrote and show it
					</button>
				</p>
			)}
			<form
				className={styles.tools}
				onSubmit={(e) => {
					e.preventDefault();
					void run(apply);
				}}
			>
				<button type="button" className="btn" disabled={busy} onClick={() => void run(() => checkPolicy(text))}>
					Check
				</button>
				<span className="filter grow">
					<input aria-label="Why" placeholder="why, for the list of versions" value={why} onChange={(e) => setWhy(e.currentTarget.value)} />
				</span>
				<button type="button" className="btn quiet" disabled={draft === undefined} onClick={drop}>
					Take back
				</button>
				<button type="submit" className="btn main" disabled={busy || !mayWrite || draft === undefined}>
					Put in force
				</button>
			</form>
			{!mayWrite && <p className={`${styles.text} dim`}>Who reads this may not change the policy (action record:write).</p>}
			{said.trouble !== undefined && <Failed what="The policy" head="That was not done" trouble={said.trouble} />}
			{said.report !== undefined && <Report report={said.report} onShow={show} />}
		</Panel>
	);
}

/** What was said of a text: its mistakes, or what it changes. */
function Report({ report, onShow }: { readonly report: PolicyReport; readonly onShow: (m: Mistake) => void }) {
	if (report.mistakes.length > 0) {
		return (
			<div className={styles.text} role="alert">
				<p>
					<Icon name="failed" className="c-drop" /> {plural(report.mistakes.length, "mistake")}, nothing was changed
				</p>
				<ol aria-label="Mistakes">
					{report.mistakes.map((m) => (
						<li key={`${m.line} ${m.column} ${m.text}`}>
							<button type="button" className="link mono" onClick={() => onShow(m)}>
								line {m.line}
							</button>{" "}
							{m.text}
						</li>
					))}
				</ol>
			</div>
		);
	}
	return (
		<div className={styles.text} role="status">
			<p>
				<Icon name="ok" className="c-ok" /> {report.version === undefined ? "No mistake" : `Version ${report.version} is in force`}:{" "}
				{plural(report.rules, "rule")}, {plural(report.triggers, "trigger")}.
				{report.moves.length === 0 && " No operator of a running job changes."}
			</p>
			{report.warnings.map((w) => (
				<p key={w} className="c-late">
					<Icon name="warning" size="s" /> {w}
				</p>
			))}
			{report.moves.length > 0 && (
				<table aria-label="What changes" className={styles.moves}>
					<thead>
						<tr>
							<th>Job</th>
							<th>Operator</th>
							<th>Before</th>
							<th>After</th>
						</tr>
					</thead>
					<tbody>
						{report.moves.map((m, i) => (
							// biome-ignore lint/suspicious/noArrayIndexKey: operators may have one name, and the list is never changed
							<tr key={i}>
								<td>{m.job}</td>
								<td>{m.operator}</td>
								<td className="mono mid">{m.from}</td>
								<td className="mono">{m.to}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</div>
	);
}

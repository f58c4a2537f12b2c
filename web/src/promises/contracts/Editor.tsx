import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { applyContract, type ContractApplied, lintContract } from "../../api/contract";
import { type ProblemError, toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { TextEditor, type TextHandle } from "../../inspect/TextEditor";
import { link } from "../../model/address";
import { Icon } from "../../widgets/Icon";
import { Failed } from "../../widgets/states";
import styles from "./Contracts.module.css";
import { useSettled } from "./useSettled";
import { ChangeList } from "./Versions";

type Props = {
	/** What it begins with: the text in force, a proposal, nothing. Another object puts a text in again. */
	readonly start: { readonly text: string };
	readonly mayWrite: boolean;
};

/** So long after the last letter a text is checked, in milliseconds. */
const pause = 400;

/** The text of a contract: checked as it is written, with its mistakes at their lines, put in force with a reason. */
export function Editor({ start, mayWrite }: Props) {
	const client = useQueryClient();
	const [text, setText] = useState(start.text);
	const [given, setGiven] = useState(start);
	const [why, setWhy] = useState("");
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly trouble?: ProblemError; readonly applied?: ContractApplied }>({});
	const field = useRef<TextHandle>(null);
	if (given !== start) {
		setGiven(start);
		setText(start.text);
	}
	const settled = useSettled(text, pause);
	const lint = useQuery({
		queryKey: ["contract-lint", settled],
		queryFn: ({ signal }) => lintContract({ text: settled }, signal),
		enabled: settled.trim() !== "",
		staleTime: Number.POSITIVE_INFINITY,
		// What was said of the text before stands until the next answer, so that nothing flickers.
		placeholderData: (before) => before,
	});
	const report = settled.trim() === "" ? undefined : lint.data;
	const marks = useMemo(
		() => [
			...(report?.mistakes ?? []).map((m) => ({ line: m.line, text: m.text, wrong: true })),
			...(report?.notes ?? []).map((n) => ({ line: n.line, text: n.text, wrong: false })),
		],
		[report],
	);
	const wrong = (report?.mistakes.length ?? 0) > 0;
	const checked = settled === text && !lint.isPlaceholderData && report !== undefined;
	const send = async (dry: boolean) => {
		setBusy(true);
		try {
			const applied = await applyContract({ text, ...(why.trim() === "" ? {} : { why: why.trim() }), ...(dry ? { dry_run: true } : {}) });
			setSaid({ applied });
			if (!dry) {
				await client.invalidateQueries({ queryKey: ["contract", applied.id] });
				await client.invalidateQueries({ queryKey: ["contracts"] });
			}
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		}
		setBusy(false);
	};
	return (
		<div className={styles.editor}>
			<TextEditor
				label="Text of the contract"
				given={given}
				marks={marks}
				readOnly={!mayWrite}
				hint="apiVersion: v3.1.0"
				handle={field}
				onChange={(next) => {
					setText(next);
					setSaid({});
				}}
			/>
			<form
				className={styles.tools}
				onSubmit={(e) => {
					e.preventDefault();
					void send(false);
				}}
			>
				<button type="button" className="btn" disabled={busy || wrong || text.trim() === ""} onClick={() => void send(true)}>
					What would change
				</button>
				<span className="filter grow">
					<input
						aria-label="Why"
						maxLength={1000}
						placeholder="why, for the list of versions"
						value={why}
						onChange={(e) => setWhy(e.currentTarget.value)}
					/>
				</span>
				<button type="submit" className="btn main" disabled={busy || !mayWrite || wrong || text.trim() === "" || why.trim() === ""}>
					Put in force
				</button>
			</form>
			{!mayWrite && <p className={`${styles.text} dim`}>Who reads this may not change contracts (action contract:write).</p>}
			{lint.isError && <Failed what="The text" head="The text could not be checked" trouble={toProblem(lint.error)} />}
			{report !== undefined && (wrong || report.notes.length > 0 || checked) && (
				<div className={styles.text} role="status">
					{wrong ? (
						<p>
							<Icon name="failed" className="c-drop" /> {plural(report.mistakes.length, "mistake")}
						</p>
					) : (
						<p>
							<Icon name="ok" className="c-ok" /> No mistake: {plural(report.checks.length, "check")}
							{report.id !== undefined && ` of contract ${report.id}`}.
						</p>
					)}
					<ol aria-label="Mistakes and notes">
						{marks.map((m) => (
							<li key={`${m.line} ${m.text}`} className={m.wrong ? undefined : "mid"}>
								<button type="button" className="link mono" onClick={() => field.current?.goTo(m.line)}>
									line {m.line}
								</button>{" "}
								{m.text}
							</li>
						))}
					</ol>
				</div>
			)}
			{said.trouble !== undefined && <Failed what="The contract" head="That was not done" trouble={said.trouble} />}
			{said.applied !== undefined && <Applied of={said.applied} />}
		</div>
	);
}

function Applied({ of }: { readonly of: ContractApplied }) {
	const word = of.same
		? "It is in force already: nothing changes."
		: of.dry_run
			? of.changes.length === 0
				? "Nothing that is checked would change."
				: "This would change:"
			: `Version ${of.number} is in force.`;
	return (
		<div className={styles.text} role="status">
			<p>
				<Icon name="ok" className="c-ok" /> {word}{" "}
				{!of.dry_run && (
					<a className="link" href={link({ screen: "contract", contract: of.id })}>
						Its checks
					</a>
				)}
			</p>
			<ChangeList changes={of.changes} />
		</div>
	);
}

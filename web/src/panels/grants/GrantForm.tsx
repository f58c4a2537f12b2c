import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askGrant, type Grant, type GrantRule, givenWords, grantsQuestion } from "../../api/grant";
import { type ProblemError, toProblem } from "../../api/problem";
import { principalQuestion } from "../../api/questions";
import { duration, written } from "../../base/quantity";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import styles from "./GrantsPanel.module.css";

const minutes = [15n, 30n, 60n, 120n, 240n, 480n];

/** Asks for a grant: what of a rule, on what, for how long and why. */
export function GrantForm({ rules }: { readonly rules: readonly GrantRule[] }) {
	const client = useQueryClient();
	const [name, setName] = useState(rules[0]?.name ?? "");
	const [reason, setReason] = useState("");
	const [seconds, setSeconds] = useState<bigint>();
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [on, setOn] = useState("");
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly made?: Grant; readonly trouble?: ProblemError }>({});
	const rule = rules.find((r) => r.name === name) ?? rules[0];
	if (rule === undefined) {
		return (
			<Panel title="Ask for a grant">
				<p className={`${styles.said} dim`}>The access policy has nothing that your roles may ask for.</p>
			</Panel>
		);
	}
	const lengths = [...new Set([...minutes.map((m) => m * 60n).filter((s) => s < rule.seconds), rule.seconds])];
	const length = seconds !== undefined && lengths.includes(seconds) ? seconds : lengths.includes(rule.usual) ? rule.usual : rule.seconds;
	const clear = rule.clear.filter((c) => !left.has(c));
	const ask = async () => {
		setBusy(true);
		setSaid({});
		try {
			const resources = on.split(/\s+/).filter((r) => r !== "");
			const wish = {
				rule: rule.name,
				reason: reason.trim(),
				clear,
				seconds: String(length),
				...(resources.length === 0 ? {} : { resources }),
			};
			setSaid({ made: await askGrant(wish) });
			setReason("");
			await client.invalidateQueries({ queryKey: grantsQuestion.queryKey });
			await client.invalidateQueries({ queryKey: principalQuestion.queryKey });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	return (
		<Panel title="Ask for a grant" about={rule.approve ? "somebody else has to approve it" : "it is in force at once"}>
			<form
				className={styles.form}
				aria-label="Ask for a grant"
				onSubmit={(e) => {
					e.preventDefault();
					void ask();
				}}
			>
				<label>
					<span className="dim">What</span>
					<select className={styles.select} value={rule.name} onChange={(e) => setName(e.currentTarget.value)}>
						{rules.map((r) => (
							<option key={r.name} value={r.name}>
								{r.name}: {givenWords(r)}
							</option>
						))}
					</select>
				</label>
				<label>
					<span className="dim">For</span>
					<select className={styles.select} value={String(length)} onChange={(e) => setSeconds(BigInt(e.currentTarget.value))}>
						{lengths.map((s) => (
							<option key={String(s)} value={String(s)}>
								{written(duration(Number(s) * 1000))}
							</option>
						))}
					</select>
				</label>
				<label className={styles.wide}>
					<span className="dim">Why; it is shown to who approves, and written down with each look</span>
					<span className="filter">
						<input
							required
							maxLength={1024}
							placeholder="INC-4711: refunds fail"
							autoComplete="off"
							value={reason}
							onChange={(e) => setReason(e.currentTarget.value)}
						/>
					</span>
				</label>
				<label className={styles.wide}>
					<span className="dim">On, with blanks between; empty: all of {rule.resources.join(" ")}</span>
					<span className="filter">
						<input
							placeholder={rule.resources[0]}
							autoComplete="off"
							spellCheck={false}
							value={on}
							onChange={(e) => setOn(e.currentTarget.value)}
						/>
					</span>
				</label>
				{rule.clear.length > 1 && (
					<fieldset>
						<legend>Classes whose mask is lifted</legend>
						{rule.clear.map((c) => (
							<label key={c}>
								<input
									type="checkbox"
									checked={!left.has(c)}
									onChange={() => {
										const next = new Set(left);
										if (!next.delete(c)) next.add(c);
										setLeft(next);
									}}
								/>
								<code>{c}</code>
							</label>
						))}
					</fieldset>
				)}
				<button type="submit" className="btn main" disabled={busy || reason.trim() === "" || (clear.length === 0 && rule.clear.length > 0)}>
					Ask
				</button>
			</form>
			{said.trouble !== undefined && <Failed what="The grant" head="It was not asked for" trouble={said.trouble} />}
			{said.made !== undefined && (
				<p className={styles.said} role="status">
					<Icon name="ok" className="c-ok" />{" "}
					{said.made.state === "in-force" ? "It is in force." : "It waits for somebody to approve it, 8 hours at most."}
				</p>
			)}
		</Panel>
	);
}

/** What the reader keeps: watched expressions and breakpoints. Both stand in the address. */
import { useState } from "react";
import type { StepValue } from "../../api/step";
import { refine } from "../../model/navigation";
import { type Breakpoint, writeBreaks, writeWatch } from "../../model/steps";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import styles from "./StepPanel.module.css";

type WatchProps = {
	readonly watch: readonly string[];
	readonly values: readonly StepValue[];
	/** Names the field, so that a key leads to it. */
	readonly field: string;
};

/** Expressions in CEL and their values at the line. */
export function Watch({ watch, values, field }: WatchProps) {
	const [text, setText] = useState("");
	const known = new Map(values.map((v) => [v.expression, v]));
	return (
		<Panel title="Watch" about="CEL over the variables" className={styles.part ?? ""}>
			<ul className={styles.watch}>
				{watch.map((e) => {
					const v = known.get(e);
					return (
						<li key={e}>
							<code className="mid">{e}</code>
							<code className={v === undefined ? "dim" : v.ok ? "strong" : "c-late"}>{v === undefined ? "…" : v.text}</code>
							<button
								type="button"
								className="btn quiet icon"
								aria-label={`Watch ${e} no longer`}
								onClick={() => refine({ watch: writeWatch(watch.filter((x) => x !== e)) })}
							>
								<Icon name="close" size="s" />
							</button>
						</li>
					);
				})}
			</ul>
			<form
				className={styles.add}
				onSubmit={(e) => {
					e.preventDefault();
					if (text.trim() === "" || watch.includes(text.trim())) return;
					refine({ watch: writeWatch([...watch, text]) });
					setText("");
				}}
			>
				<div className="filter grow">
					<input
						id={field}
						aria-label="Expression to watch"
						placeholder={'order.totalCents > 90000, state["first-seen"]'}
						value={text}
						onChange={(e) => setText(e.currentTarget.value)}
					/>
				</div>
				<button type="submit" className="btn">
					Watch
				</button>
			</form>
		</Panel>
	);
}

/** Breakpoints, each with what must hold there. */
export function Breakpoints({ breaks }: { readonly breaks: readonly Breakpoint[] }) {
	if (breaks.length === 0) return null;
	const change = (at: Breakpoint, to: Breakpoint | undefined) =>
		refine({ breaks: writeBreaks(breaks.flatMap((b) => (b !== at ? [b] : to === undefined ? [] : [to]))) });
	return (
		<Panel title="Breakpoints" className={styles.part ?? ""}>
			<ul className={styles.watch}>
				{breaks.map((b) => (
					<li key={`${b.file}:${b.line}`}>
						<code title={b.file}>
							{b.file.split("/").at(-1)}:{b.line}
						</code>
						<Condition of={b} onChange={(condition) => change(b, { ...b, condition })} />
						<button
							type="button"
							className="btn quiet icon"
							aria-label={`Remove the breakpoint at line ${b.line}`}
							onClick={() => change(b, undefined)}
						>
							<Icon name="close" size="s" />
						</button>
					</li>
				))}
			</ul>
		</Panel>
	);
}

/** Counts when it is sent, or left. */
function Condition({ of, onChange }: { readonly of: Breakpoint; readonly onChange: (condition: string) => void }) {
	const [text, setText] = useState(of.condition);
	const put = () => text.trim() !== of.condition && onChange(text.trim());
	return (
		<form
			className="grow"
			onSubmit={(e) => {
				e.preventDefault();
				put();
			}}
		>
			<div className="filter">
				<input
					aria-label={`Condition of the breakpoint at line ${of.line}`}
					placeholder="stops every time; or an expression"
					value={text}
					onChange={(e) => setText(e.currentTarget.value)}
					onBlur={put}
				/>
			</div>
		</form>
	);
}

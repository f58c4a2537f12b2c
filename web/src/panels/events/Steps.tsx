import type { Event } from "../../api/event";
import { refine } from "../../model/navigation";
import { lookOf, wordColour } from "../../timeline/kinds";
import { changesOf } from "../../timeline/valueChanges";
import { Icon } from "../../widgets/Icon";
import styles from "./Steps.module.css";

type Group = { readonly op: string; readonly key: string; readonly steps: readonly Event[] };

/** Steps that follow one another for the same operator and key. */
function groups(steps: readonly Event[]): readonly Group[] {
	const out: { op: string; key: string; steps: Event[] }[] = [];
	for (const s of steps) {
		const key = s.key?.text ?? "";
		const last = out.at(-1);
		if (last !== undefined && last.op === s.op_name && last.key === key) last.steps.push(s);
		else out.push({ op: s.op_name, key, steps: [s] });
	}
	return out;
}

/** What operators did in one invocation, in order. A step leads to its event. */
export function Steps({ steps }: { readonly steps: readonly Event[] }) {
	return (
		<div className={styles.steps}>
			{groups(steps).map((g) => (
				<section key={g.steps[0]?.cursor} aria-label={g.key === "" ? g.op : `${g.op}, key ${g.key}`}>
					<h3>
						{g.op} {g.key !== "" && <code className="dim">{g.key}</code>}
					</h3>
					<ol>
						{g.steps.map((s) => (
							<li key={s.cursor}>
								<Step step={s} />
							</li>
						))}
					</ol>
				</section>
			))}
		</div>
	);
}

function Step({ step: s }: { readonly step: Event }) {
	const look = lookOf(s.kind);
	return (
		<>
			<button
				type="button"
				className={styles.step}
				title={look.about}
				onClick={() => refine({ sel: s.cursor, field: undefined, tab: undefined })}
			>
				<span style={{ color: `var(${wordColour(look.tone)})` }}>
					<Icon name={look.icon} size="s" label={look.word} />
				</span>
				<span className="mono">{s.text}</span>
			</button>
			<Changes step={s} />
		</>
	);
}

/** Where the one line is too short for what changed, the members that did. */
function Changes({ step: s }: { readonly step: Event }) {
	const before = s.state?.before?.node;
	const after = s.state?.after?.node;
	if (!s.text.endsWith("…") || before === undefined || after === undefined) return null;
	const changes = changesOf(before, after);
	if (changes === undefined) return null;
	return (
		<dl className={styles.changes}>
			{changes.map((c) => (
				<div key={c.path}>
					<dt>{c.path}</dt>
					<dd>
						<s>{c.before}</s> <span>{c.after}</span>
					</dd>
				</div>
			))}
		</dl>
	);
}

import type { Event } from "../api/event";
import { classes } from "../base/classes";
import { Icon } from "../widgets/Icon";
import styles from "./Did.module.css";
import { lookOf, wordColour } from "./kinds";
import { ValueChanges } from "./ValueChanges";
import { changesOf } from "./valueChanges";

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

type Props = {
	readonly steps: readonly Event[];
	/** So many of them are over, the others to come; absent: all are over. */
	readonly done?: number;
	/** Opens the event of a step; absent: steps lead nowhere. */
	readonly onOpen?: (step: Event) => void;
};

/** What operators did in one invocation, in order. */
export function Did({ steps, done = steps.length, onOpen }: Props) {
	const before = new Set(steps.slice(0, done).map((s) => s.cursor));
	return (
		<div className={styles.steps}>
			{groups(steps).map((g) => (
				<section key={g.steps[0]?.cursor} aria-label={g.key === "" ? g.op : `${g.op}, key ${g.key}`}>
					<h3>
						{g.op} {g.key !== "" && <code className="dim">{g.key}</code>}
					</h3>
					<ol>
						{g.steps.map((s) => (
							<li key={s.cursor} className={classes(!before.has(s.cursor) && styles.toCome)}>
								<Step step={s} toCome={!before.has(s.cursor)} onOpen={onOpen} />
							</li>
						))}
					</ol>
				</section>
			))}
		</div>
	);
}

type StepProps = { readonly step: Event; readonly toCome: boolean; readonly onOpen: ((step: Event) => void) | undefined };

function Step({ step: s, toCome, onOpen }: StepProps) {
	const look = lookOf(s.kind);
	const words = (
		<>
			<span style={{ color: `var(${wordColour(look.tone)})` }}>
				<Icon name={look.icon} size="s" label={look.word} />
			</span>
			{toCome && <span className="hide">to come:</span>}
			<span className="mono">{s.text}</span>
		</>
	);
	return (
		<>
			{onOpen === undefined ? (
				<span className={styles.step} title={look.about}>
					{words}
				</span>
			) : (
				<button type="button" className={classes(styles.step, styles.opens)} title={look.about} onClick={() => onOpen(s)}>
					{words}
				</button>
			)}
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
		<div className={styles.changes}>
			<ValueChanges changes={changes} />
		</div>
	);
}
